from datetime import UTC, datetime

import boto3
import pytest

from dynasec.collect import last_access
from dynasec.model.identity import DETAILS, LAST_ACCESS
from dynasec.model.snapshot import Snapshot
from tests.support.accounts import ACCOUNT
from tests.support.emulated import collect_emulated
from tests.support.identity import document
from tests.support.scripted import AwsError

GENERATE = last_access.GENERATE
READS = (DETAILS, GENERATE, LAST_ACCESS)
MADE, USED = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def service(namespace, used=None):
    told = {"LastAuthenticated": used} if used else {}
    return {"ServiceName": namespace, "ServiceNamespace": namespace, **told}


def report(*services, status="COMPLETED", **more):
    return {
        "JobStatus": status,
        "JobCreationDate": MADE,
        "JobCompletionDate": MADE,
        "ServicesLastAccessed": list(services),
        **more,
    }


@pytest.fixture(autouse=True)
def account(aws):  # noqa: ARG001 - the emulator it is made in
    iam = boto3.client("iam")
    iam.create_user(UserName="ci")
    trusted = document(
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    )
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trusted)
    iam.create_service_linked_role(AWSServiceName="dax.amazonaws.com")


def read(answer, *, generate=None, reads=READS):
    """The last access of the user, of the role, and the calls; a job's id is the ARN it is about."""
    jobs = generate or (lambda sent: {"JobId": sent["Arn"].replace(":", "-").rjust(36, "0")})
    found, made = collect_emulated(reads, script={GENERATE: jobs, LAST_ACCESS: answer})
    identity = found.identity
    assert Snapshot.model_validate_json(found.model_dump_json()) == found
    (user,) = identity.users.items
    (role,) = (one for one in identity.roles.items if not one.is_service_linked)
    assert user.arn == f"arn:aws:iam::{ACCOUNT}:user/ci"
    return user.last_access, role.last_access, made


def test_one_report_each_is_built_and_read():
    user, role, made = read(report(service("s3", USED), service("dynamodb", USED), service("dax")))
    assert user == role
    assert dict(user.known().services) == {"dynamodb": USED, "dax": None}
    assert user.known().as_of == MADE
    assert made[GENERATE] == made[LAST_ACCESS] == 2  # not of service-linked roles


def test_without_the_operation_nothing_is_started():
    user, _, made = read(report(), reads=(DETAILS,))
    assert user.gap.code == "NotCollected"
    assert made[GENERATE] == 0


def test_services_that_the_policies_do_not_allow_are_not_listed():
    assert dict(read(report(service("s3", USED)))[0].known().services) == {}


def test_a_report_under_way_is_asked_for_again(monkeypatch):
    monkeypatch.setattr(last_access, "PAUSES", (0.0, 0.0))
    answers = iter([report(status="IN_PROGRESS")] * 2 + [report(service("dynamodb", USED))] * 9)
    user, role, made = read(lambda _: next(answers))
    assert dict(user.known().services) == dict(role.known().services) == {"dynamodb": USED}
    assert made[LAST_ACCESS] == 4


def test_a_report_that_does_not_end_is_a_gap(monkeypatch):
    monkeypatch.setattr(last_access, "PAUSES", (0.0,))
    user, _, made = read(report(status="IN_PROGRESS"))
    assert user.gap.code == "NotReady"
    assert made[LAST_ACCESS] == 4


def test_a_job_that_fails_is_a_gap():
    error = {"Message": "try later", "Code": "INTERNAL"}
    user, _, _ = read(report(status="FAILED", Error=error))
    assert (user.gap.code, user.gap.message) == ("INTERNAL", "try later")
    assert read(report(status="FAILED"))[0].gap.code == "FAILED"


@pytest.mark.parametrize(
    ("generate", "answer"),
    [(AwsError("AccessDenied"), report()), (None, AwsError("AccessDenied"))],
    ids=["generate", "get"],
)
def test_a_refusal_is_a_gap_of_that_fact_alone(generate, answer):
    user, role, _ = read(answer, generate=generate)
    assert user.gap.code == role.gap.code == "AccessDenied"


def test_further_pages_are_read():
    pages = {
        None: report(service("dax"), IsTruncated=True, Marker="m"),
        "m": report(service("dynamodb", USED)),
    }
    user, _, _ = read(lambda sent: pages[sent.get("Marker")])
    assert dict(user.known().services) == {"dax": None, "dynamodb": USED}


def test_endless_pages_are_a_gap():
    user, _, _ = read(report(service("dax"), IsTruncated=True, Marker="m"))
    assert user.gap.code == "TooLong"
