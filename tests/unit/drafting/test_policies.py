"""Merging keeps what others wrote, in their order; a Deny is never weakened; undo is the old text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynasec.drafting.policies import (
    Kind,
    canonical,
    same,
    too_long,
    with_statement,
    without_principals,
    without_statement,
)
from dynasec.model.fact import Unknown

OWN = "123456789012"
APP = f"arn:aws:iam::{OWN}:role/app"
FOREIGN = "arn:aws:iam::999999999999:root"
TLS: dict[str, Any] = {
    "Sid": "Tls",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "dynamodb:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def allow(sid: str, principal: Any, **more: Any) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": "dynamodb:GetItem",
        "Resource": "*",
        **more,
    }


def text(*statements: Any, **members: Any) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Id": "mine", "Statement": list(statements), **members}, indent=2
    )


def sids(document: str | None) -> list[str]:
    assert document is not None
    return [one["Sid"] for one in json.loads(document)["Statement"]]


def test_a_new_statement_comes_last_and_all_else_stays() -> None:
    before = text(allow("B", {"AWS": APP}), allow("A", "*"))
    after = json.loads(with_statement(before, TLS))
    assert after == {**json.loads(before), "Statement": [*json.loads(before)["Statement"], TLS]}
    assert list(after) == ["Version", "Id", "Statement"]


def test_a_statement_of_the_sid_is_replaced_in_its_place() -> None:
    old = {**TLS, "Action": "dynamodb:GetItem"}
    after = with_statement(text(allow("A", "*"), old, allow("B", "*")), TLS)
    assert sids(after) == ["A", "Tls", "B"]
    assert json.loads(after)["Statement"][1] == TLS


def test_merging_twice_changes_nothing_more() -> None:
    once = with_statement(text(allow("A", "*")), TLS)
    assert with_statement(once, TLS) is once


def test_an_unchanged_document_is_the_very_text() -> None:
    before = text(TLS)
    assert with_statement(before, TLS) is before
    assert without_statement(before, "Other") is before
    assert without_principals(before, lambda _kind, _name: False) is before


def test_without_a_document_one_is_made() -> None:
    assert json.loads(with_statement(None, TLS)) == {"Version": "2012-10-17", "Statement": [TLS]}


def test_a_single_statement_outside_a_list_is_kept() -> None:
    before = canonical({"Version": "2012-10-17", "Statement": allow("A", "*")})
    assert sids(with_statement(before, TLS)) == ["A", "Tls"]


def test_an_old_version_is_not_raised_behind_the_back_of_other_statements() -> None:
    before = text(allow("A", "*"), Version="2008-10-17")
    assert json.loads(with_statement(before, TLS))["Version"] == "2008-10-17"
    variable = {**TLS, "Condition": {"StringEquals": {"aws:PrincipalTag/lane": "${aws:ResourceTag/lane}"}}}
    with pytest.raises(Unknown) as refusal:
        with_statement(before, variable)
    assert "old Version" in refusal.value.gaps[0].message


@pytest.mark.parametrize(
    "broken", ["{", "{}", "[]", '{"Statement":[]}', '{"Statement":[{"Effect":"Maybe"}]}', "%7B%7D"]
)
def test_what_is_no_policy_is_never_merged(broken: str) -> None:
    with pytest.raises(Unknown):
        with_statement(broken, TLS)


def test_a_statement_without_a_sid_or_that_aws_would_refuse_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="Sid"):
        with_statement(None, {**TLS, "Sid": ""})
    with pytest.raises(ValueError, match="malformed"):
        with_statement(None, {"Sid": "X", "Effect": "Deny"})


def test_a_statement_is_taken_out_by_its_sid() -> None:
    assert sids(without_statement(text(allow("A", "*"), TLS), "Tls")) == ["A"]
    assert without_statement(text(TLS), "Tls") is None


def ours(_kind: str, name: str) -> bool:
    return OWN in name


def test_foreign_principals_are_dropped_and_the_others_stay_as_written() -> None:
    before = text(
        allow("A", {"AWS": [APP, FOREIGN], "Service": "events.amazonaws.com"}), allow("B", {"AWS": APP})
    )
    after = json.loads(without_principals(before, ours) or "")
    assert [one["Principal"] for one in after["Statement"]] == [{"AWS": [APP]}, {"AWS": APP}]


def test_an_allow_that_names_nobody_any_more_goes() -> None:
    assert sids(without_principals(text(allow("A", {"AWS": FOREIGN}), allow("B", {"AWS": APP})), ours)) == [
        "B"
    ]
    assert without_principals(text(allow("A", "*"), allow("B", {"AWS": "*"})), ours) is None


def test_a_deny_keeps_its_foreign_principals() -> None:
    before = text(
        {**TLS, "Principal": {"AWS": FOREIGN}},
        {**TLS, "Sid": "N", "Principal": None, "NotPrincipal": {"AWS": FOREIGN}},
    )
    before = before.replace('"Principal": null,', "")
    assert without_principals(before, ours) is before


def test_the_same_document_whatever_its_spaces() -> None:
    one = text(TLS)
    assert same(one, canonical(json.loads(one)))
    assert not same(one, None)
    assert same(None, None)


@pytest.mark.parametrize(
    ("kind", "limit"),
    [(Kind.TABLE, 20_480), (Kind.ENDPOINT, 20_480), (Kind.MANAGED, 6_144), (Kind.ROLE_INLINE, 10_240)],
)
def test_limits_are_kept_to_the_letter(kind: Kind, limit: int) -> None:
    empty = len(canonical(json.loads(text(TLS, Id=""))))
    fits = canonical(json.loads(text(TLS, Id="x" * (limit - empty))))
    assert len(fits) == limit
    assert too_long(kind, fits) is None
    assert f"{limit + 1:,}" in (too_long(kind, fits.replace("xx", "xxx", 1)) or "")


def test_iam_counts_no_spaces_but_all_inline_policies_together_and_dynamodb_counts_spaces_in_bytes() -> None:
    spacious = text(TLS, Id="x" * 6_000).replace("\n", "\n" + " " * 2_000)
    assert too_long(Kind.ROLE_INLINE, spacious) is None
    assert too_long(Kind.ROLE_INLINE, spacious, spacious) is not None
    assert too_long(Kind.TABLE, spacious) is not None
    umlauts = with_statement(None, {**TLS, "Sid": "x"}).replace("false", "é" * 11_000)
    assert too_long(Kind.ENDPOINT, umlauts) is None
    assert too_long(Kind.TABLE, umlauts) is not None
