"""Drafts that make keys are tried on the account with them, and planners may ask which controls fail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dynasec.audit.report import Report, audit
from dynasec.change import State
from dynasec.check import Context
from dynasec.model.fact import Fact, Gap, Unknown
from dynasec.model.key import Key
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Sse, Table
from dynasec.remediation import Advice, Draft, Failure, Remediation, Risk, UndoClass
from dynasec.remedies import Remedies, Remedy
from dynasec.remedy.planning.drafts import propose
from dynasec.remedy.planning.merged import MergedAccount
from dynasec.remedy.planning.trial import Trial
from dynasec.settings import Settings
from tests.support.accounts import NOW, description, region, registry, snapshot, table
from tests.support.keys import key, key_arn


def audited(*tables: Table, keys: tuple[Key, ...] = ()) -> Report:
    account = snapshot(region(*tables)).model_copy(update={"keys": keys})
    return audit(account, registry(), [registry().get("customer-key")], Settings())


def plain(name: str = "orders") -> Table:
    return table(name, description=description(name))


def encrypting(one: Table, *new_keys: Key) -> Draft:
    sse = Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=key_arn())
    told = one.description.known().model_copy(update={"sse": sse})
    state = State(operation="dynamodb:DescribeTable", params={"TableName": one.name}, facts={"Table": None})
    return Draft(
        resource=one.arn,
        region=one.region,
        summary="encrypt",
        before={},
        after={},
        expect=(state,),
        calls=(),
        verify=(state,),
        replaces=((one.description, Fact(told)),),
        new_keys=new_keys,
    )


def trial(report: Report, function: Any) -> Trial:
    remediation: Remediation[Table] = Remediation(
        subject=Table, title="", controls=("customer-key",), risk=Risk.DATA_PATH, undo=UndoClass.LIMITED
    )
    remediation.each_failure(function)
    proposals = propose(report, Remedies((Remedy("encrypt", "encryption", "tests", "", remediation),)))
    assert not proposals.problems
    return Trial(report, proposals.drafts)


def after_(account: Snapshot, draft: Draft) -> Snapshot:
    merged = MergedAccount(account)
    merged.add(draft)
    return merged.snapshot


def test_a_key_that_is_made_is_there_in_the_trial() -> None:
    made = key(tables=(plain().arn,), aliases=())
    found = trial(audited(plain()), lambda failure, _: [encrypting(failure.subject, made)])
    (proposed,) = found.drafts.values()
    assert list(found.shortcomings(proposed)) == []
    after = after_(found.report.snapshot, proposed.draft)
    assert after.key(made.arn) is not None
    assert found.report.snapshot.key(made.arn) is None


def test_without_the_key_the_draft_would_not_close_the_finding() -> None:
    found = trial(audited(plain()), lambda failure, _: [encrypting(failure.subject)])
    (proposed,) = found.drafts.values()
    assert ["UNKNOWN" in one for one in found.shortcomings(proposed)] == [True]


def test_a_known_key_serves_more_tables() -> None:
    old = key(tables=("arn:old",), aliases=())
    found = trial(
        audited(plain(), keys=(old,)),
        lambda failure, _: [encrypting(failure.subject, key(tables=(plain().arn,), gone=True))],
    )
    (proposed,) = found.drafts.values()
    (after,) = after_(found.report.snapshot, proposed.draft).keys
    assert set(after.tables) == {"arn:old", plain().arn}
    assert not after.gone


def test_a_planner_may_ask_which_controls_fail() -> None:
    asked: list[Failure[Table]] = []

    def plan(failure: Failure[Table], _: Context) -> Iterable[Draft]:
        asked.append(failure)
        return ()

    trial(audited(plain()), plan)
    assert [one.controls for one in asked] == [("customer-key",)]
    assert asked[0].all_controls == ("customer-key",)


def test_what_a_planner_cannot_know_becomes_advice() -> None:
    remediation: Remediation[Table] = Remediation(
        subject=Table, title="", controls=("customer-key",), risk=Risk.DATA_PATH, undo=UndoClass.LIMITED
    )

    def plan(failure: Failure[Table], _: Context) -> Iterable[Draft]:
        del failure
        raise Unknown(Gap("kms:DescribeKey", "AccessDeniedException"))

    remediation.each_failure(plan)
    assert remediation.plan is not None
    report = audited(plain())
    failures = [Failure(plain(), ("customer-key",))]
    (advice,) = remediation.plan(failures, Context(report.snapshot, Settings()))
    assert isinstance(advice, Advice)
    assert "kms:DescribeKey" in advice.why
    assert report.snapshot.taken_at == NOW
