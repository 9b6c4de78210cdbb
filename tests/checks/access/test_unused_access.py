from datetime import UTC, datetime, timedelta

import pytest

from dynasec.check import Status
from dynasec.cli.options import Selection
from dynasec.errors import UsageError
from dynasec.model.fact import Fact, Gap
from dynasec.model.identity import LAST_ACCESS, LastAccess
from dynasec.settings import Settings, Trust
from tests.support.accounts import judge, registry, snapshot
from tests.support.identity import allow, document, identity, role, user

CONTROL = "unused-access"
AS_OF = datetime(2026, 1, 15, 12, tzinfo=UTC)
OLD = AS_OF - timedelta(days=1000)
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)


def ago(days):
    return None if days is None else AS_OF - timedelta(days=days)


def access(**days):
    return LastAccess(as_of=AS_OF, services={name: ago(count) for name, count in days.items()})


def judged(told, *, created=OLD, settings=None, name="app", **more):
    holder = role(
        name,
        inline={"p": [allow("dynamodb:GetItem")]},
        trust=TRUST,
        last_access=told,
        created=created,
        **more,
    )
    (finding,) = judge(CONTROL, snapshot(identity=identity(holder)), settings or Settings())
    return finding


@pytest.mark.parametrize(
    ("services", "status", "reason"),
    [
        ({"dynamodb": 0}, Status.PASS, "last used 0 days ago"),
        ({"dynamodb": 90}, Status.PASS, "last used 90 days ago"),
        ({"dynamodb": 91}, Status.FAIL, "last used 91 days ago"),
        ({"dynamodb": None}, Status.FAIL, "not used in the 400 days"),
        ({"dynamodb": None, "dax": 3}, Status.PASS, "last used 3 days ago"),
        ({}, Status.NOT_APPLICABLE, "its policies allow nothing"),
    ],
)
def test_the_last_use_decides(services, status, reason):
    found = judged(access(**services))
    assert found.status is status
    assert found.reason.startswith(reason)


def test_the_threshold_is_configured():
    strict = Settings.model_validate({"thresholds": {"unused_access_days": 7}})
    assert judged(access(dynamodb=8), settings=strict).status is Status.FAIL


def test_what_is_new_is_not_judged():
    assert judged(access(dynamodb=None), created=ago(10)).status is Status.NOT_APPLICABLE
    assert judged(access(dynamodb=5), created=ago(10)).status is Status.PASS
    unknown = Fact(gap=Gap("iam:GetAccountAuthorizationDetails", "Malformed"))
    assert judged(access(dynamodb=None), created=unknown).status is Status.UNKNOWN


def test_a_report_that_could_not_be_read_is_unknown():
    assert judged(Fact(gap=Gap(LAST_ACCESS, "FAILED"))).status is Status.UNKNOWN


def test_users_are_judged_too():
    holder = user(last_access=access(dynamodb=200), created=OLD)
    (finding,) = judge(CONTROL, snapshot(identity=identity(holder)))
    assert finding.status is Status.FAIL


def test_administrators_and_roles_of_services_are_not_judged():
    declared = Settings(trust=Trust(administrators=("arn:aws:iam::*:role/admin",)))
    assert judged(access(dynamodb=None), name="admin", settings=declared).status is Status.NOT_APPLICABLE
    linked = judged(Fact(gap=Gap(LAST_ACCESS, "NotCollected")), path="/aws-service-role/x/")
    assert linked.status is Status.NOT_APPLICABLE


def chosen(*controls, deep=False, listing=False):
    selection = Selection(controls, (), (), (), deep)
    return {control.id for control in selection.of(registry(), listing=listing)}


def test_it_is_never_asked_by_default():
    assert CONTROL not in chosen()
    assert CONTROL not in chosen("*")
    assert CONTROL in chosen(deep=True)
    assert CONTROL in chosen(listing=True)
    with pytest.raises(UsageError, match="only --deep does"):
        chosen(CONTROL)
    with pytest.raises(UsageError, match="only --deep does"):
        chosen("unused-*")
