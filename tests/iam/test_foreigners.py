"""Who from outside a table policy lets in: principals, conditions and their traps, denies."""

import json
from typing import Any

import pytest

from dynasec.iam.document import Document, parse
from dynasec.iam.foreigners import Admission, Certainty, admitted
from dynasec.iam.grants import Grant, granted
from dynasec.iam.principals import PrincipalKind
from dynasec.iam.ternary import Ternary
from tests.support.bounded import bounded

OWN, PARTNER, EVIL = "111122223333", "222222222222", "444455556666"
TABLE = f"arn:aws:dynamodb:us-east-1:{OWN}:table/Orders"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"
OUR_ORG, OTHER_ORG = "o-ours123456", "o-theirs1234"
REDSHIFT = {"Service": "redshift.amazonaws.com"}


def statement(principal: Any, condition: Any = None, **elements: Any) -> dict[str, Any]:
    found = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "dynamodb:GetItem",
        "Resource": [TABLE, f"{TABLE}/index/*"],
    }
    return {**found, **({"Condition": condition} if condition else {}), **elements}


def deny(principal: Any, condition: Any = None, **elements: Any) -> dict[str, Any]:
    return statement(principal, condition, **{"Effect": "Deny", "Action": "dynamodb:*", **elements})


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> Document:
    return parse(json.dumps({"Version": version, "Statement": list(statements)}))


def ask(*statements: dict[str, Any], resource: str = TABLE, **known: Any) -> tuple[Admission, ...]:
    return admitted(
        document(*statements),
        resource_arn=resource,
        account=OWN,
        trusted=frozenset({PARTNER}),
        trusted_organizations=frozenset({OUR_ORG}),
        **known,
    )


def outcome(*statements: dict[str, Any], **known: Any) -> str:
    """`none`, or the strongest certainty among the admissions."""
    found = {each.certainty for each in ask(*statements, **known)}
    return (
        "none"
        if not found
        else str(Certainty.CERTAIN if Certainty.CERTAIN in found else Certainty.CONDITIONAL)
    )


@pytest.mark.parametrize(
    ("principal", "kind", "account", "certainty"),
    [
        ("*", "anyone", "*", "certain"),
        ({"AWS": "*"}, "anyone", "*", "certain"),
        ({"AWS": EVIL}, "account", EVIL, "certain"),
        ({"AWS": f"arn:aws:iam::{EVIL}:root"}, "account", EVIL, "certain"),
        ({"AWS": f"arn:aws:iam::{EVIL}:user/ann"}, "entity", EVIL, "certain"),
        ({"AWS": f"arn:aws:iam::{EVIL}:role/app"}, "entity", EVIL, "certain"),
        ({"AWS": f"arn:aws:sts::{EVIL}:assumed-role/app/session"}, "session", EVIL, "certain"),
        ({"AWS": f"arn:aws:sts::{EVIL}:federated-user/bob"}, "session", EVIL, "certain"),
        ({"AWS": "AROAEXAMPLEEXAMPLEEX"}, "opaque", "*", "conditional"),
        ({"AWS": "arn:aws:iam::*:role/app"}, "opaque", "*", "conditional"),
        ({"CanonicalUser": "f" * 64}, "canonical-user", "*", "conditional"),
        ({"Federated": "cognito-identity.amazonaws.com"}, "federated", "*", "certain"),
        ({"Federated": f"arn:aws:iam::{EVIL}:saml-provider/x"}, "federated", EVIL, "certain"),
        (REDSHIFT, "service", "redshift.amazonaws.com", "certain"),
    ],
)
def test_foreign_principals(principal: Any, kind: str, account: str, certainty: str) -> None:
    (found,) = ask(statement(principal, Sid="Open"))
    assert (found.kind, found.account, found.certainty) == (kind, account, certainty)
    assert found.statement == "Open"
    assert found.actions == ("dynamodb:GetItem",)
    assert found.principal == (principal if isinstance(principal, str) else next(iter(principal.values())))


@pytest.mark.parametrize(
    "principal",
    [
        {},
        {"AWS": []},
        {"AWS": OWN},
        {"AWS": [f"arn:aws:iam::{OWN}:root", PARTNER]},
        {"AWS": f"arn:aws:iam::{PARTNER}:role/app"},
        {"AWS": f"arn:aws:sts::{OWN}:assumed-role/app/s"},
        {"Federated": f"arn:aws:iam::{OWN}:saml-provider/x"},
    ],
)
def test_own_and_trusted_principals(principal: Any) -> None:
    assert ask(statement(principal)) == ()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:PrincipalAccount": OWN}}, "none"),
        ({"StringEquals": {"AWS:principalaccount": [OWN, PARTNER]}}, "none"),
        ({"StringEquals": {"aws:PrincipalAccount": [OWN, EVIL]}}, "certain"),
        ({"StringLike": {"aws:PrincipalAccount": "4444*"}}, "certain"),
        ({"StringLike": {"aws:PrincipalAccount": "*"}}, "certain"),
        ({"StringLike": {"aws:PrincipalAccount": "11112222333?"}}, "certain"),
        ({"StringEqualsIfExists": {"aws:PrincipalAccount": OWN}}, "none"),  # always present
        ({"ForAllValues:StringEquals": {"aws:PrincipalAccount": OWN}}, "none"),
        ({"StringNotEquals": {"aws:PrincipalAccount": EVIL}}, "certain"),
        ({"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}, "none"),
        ({"StringEquals": {"aws:PrincipalOrgID": OUR_ORG}}, "none"),
        ({"StringEquals": {"aws:PrincipalOrgID": [OUR_ORG, OTHER_ORG]}}, "certain"),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": OUR_ORG}}, "certain"),
        ({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": OUR_ORG}}, "certain"),
        ({"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": OUR_ORG}}, "none"),
        ({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, "certain"),
        ({"StringLike": {"aws:PrincipalOrgID": "o-th*"}}, "certain"),
        ({"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}, "conditional"),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{OUR_ORG}/r-a/*"}}, "none"),
        ({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{OUR_ORG}/r-a/*"}}, "certain"),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{OTHER_ORG}/*"}}, "certain"),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{OTHER_ORG}/r-a/*"}}, "conditional"),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}}, "none"),
        ({"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{EVIL}:role/app"}}, "certain"),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}, "certain"),
        ({"ArnLikeIfExists": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}}, "none"),
        ({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::44*"}}, "certain"),
        ({"StringLike": {"aws:PrincipalArn": "*:role/app"}}, "conditional"),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, "conditional"),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, "conditional"),
        ({"ArnLike": {"aws:SourceVpcArn": f"arn:aws:ec2:*:{OWN}:vpc/*"}}, "conditional"),
        ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, "conditional"),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, "conditional"),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, "certain"),
        ({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}, "certain"),
        ({"Bool": {"aws:SecureTransport": "true"}}, "certain"),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "certain"),
        ({"StringEquals": {"aws:PrincipalTag/team": "x"}}, "conditional"),
        ({"StringEquals": {"aws:SourceAccount": OWN}}, "none"),  # only services send it
        ({"StringEquals": {"aws:SourceAccount": EVIL}}, "certain"),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:s3:*:{OWN}:*"}}, "none"),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, "certain"),
        ({"StringEquals": {"aws:PrincipalOrgID": []}}, "conditional"),
        (
            {
                "StringEquals": {"aws:PrincipalOrgID": OUR_ORG},
                "StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"},
            },
            "none",
        ),
    ],
)
def test_conditions_on_an_allow_for_anyone(condition: Any, expected: str) -> None:
    assert outcome(statement("*", condition)) == expected


def test_the_own_organisation_makes_resource_org_id_decidable() -> None:
    allow = statement("*", {"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}})
    assert outcome(allow, organization=OUR_ORG) == "none"
    assert outcome(allow, organization=OTHER_ORG) == "certain"


def test_variables_are_plain_text_in_old_documents() -> None:
    allow = statement("*", {"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}})
    kwargs: dict[str, Any] = {"trusted": frozenset(), "trusted_organizations": frozenset()}
    old = document(allow, version="2008-10-17")
    assert admitted(old, resource_arn=TABLE, account=OWN, **kwargs) == ()
    assert admitted(document(allow), resource_arn=TABLE, account=OWN, **kwargs) != ()


def test_a_named_account_may_be_in_an_organisation_or_not() -> None:
    allow = statement({"AWS": EVIL}, {"StringEquals": {"aws:PrincipalOrgID": OTHER_ORG}})
    (found,) = ask(allow)
    assert found.certainty is Certainty.CONDITIONAL
    assert found.conditions == (f"aws:PrincipalOrgID is {OTHER_ORG}",)
    assert outcome(statement({"AWS": EVIL}, {"StringEquals": {"aws:PrincipalOrgID": OUR_ORG}})) == "none"


def test_only_requests_through_an_endpoint() -> None:
    (found,) = ask(statement("*", {"StringEquals": {"aws:SourceVpce": "vpce-1"}}))
    assert found.network_bound
    assert found.conditions == ("aws:SourceVpce is vpce-1",)
    (loose,) = ask(statement("*", {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}))
    assert not loose.network_bound
    denied = deny("*", {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    (bound,) = ask(statement("*"), denied)
    assert (bound.certainty, bound.network_bound) == (Certainty.CONDITIONAL, True)


@pytest.mark.parametrize(
    ("denial", "expected"),
    [
        (deny("*"), "none"),
        (deny("*", {"StringNotEquals": {"aws:PrincipalOrgID": OUR_ORG}}), "none"),
        (deny("*", {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": OUR_ORG}}), "none"),
        (deny("*", {"ForAllValues:StringNotEquals": {"aws:PrincipalOrgID": OUR_ORG}}), "none"),
        (deny("*", {"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": OUR_ORG}}), "certain"),
        (deny("*", {"StringNotEquals": {"aws:PrincipalOrgID": [OUR_ORG, OTHER_ORG]}}), "certain"),
        (deny("*", {"StringNotEquals": {"aws:PrincipalAccount": [OWN, PARTNER]}}), "none"),
        (deny("*", {"StringEquals": {"aws:PrincipalAccount": EVIL}}), "certain"),
        (deny("*", {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:*"}}), "none"),
        (deny("*", {"StringLike": {"aws:PrincipalAccount": "9*"}}), "certain"),
        (deny("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::9*:*"}}), "certain"),
        (deny("*", {"Bool": {"aws:SecureTransport": "false"}}), "certain"),
        (deny("*", {"Bool": {"aws:SecureTransport": "true"}}), "conditional"),
        (
            deny(
                "*",
                {
                    "StringNotEquals": {"aws:PrincipalOrgID": OUR_ORG},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            ),
            "none",
        ),
        (
            deny(
                "*",
                {"StringNotEquals": {"aws:PrincipalOrgID": OUR_ORG}, "Bool": {"aws:ViaAWSService": "false"}},
            ),
            "conditional",
        ),
        (deny("*", Action="dynamodb:PutItem"), "certain"),
        (deny("*", Action="dynamodb:Get*"), "none"),
        (deny("*", Resource=f"{TABLE}2"), "certain"),
        (deny("*", Resource=f"{TABLE}*"), "none"),
        (deny("*", Resource=f"{TABLE}/index/*"), "certain"),
        (deny({"AWS": EVIL}), "certain"),
        (deny({"AWS": OWN}), "certain"),
    ],
)
def test_denies_against_an_allow_for_anyone(denial: dict[str, Any], expected: str) -> None:
    assert outcome(statement("*"), denial) == expected


@pytest.mark.parametrize(
    ("principal", "denial", "expected"),
    [
        (EVIL, deny({"AWS": EVIL}), "none"),
        (EVIL, deny({"AWS": f"arn:aws:iam::{EVIL}:root"}), "none"),
        (EVIL, deny({"AWS": f"arn:aws:iam::{EVIL}:role/app"}), "conditional"),
        (f"arn:aws:iam::{EVIL}:role/app", deny({"AWS": f"arn:aws:iam::{EVIL}:role/app"}), "none"),
        (f"arn:aws:iam::{EVIL}:role/app", deny({"AWS": f"arn:aws:iam::{EVIL}:role/other"}), "certain"),
        (f"arn:aws:iam::{EVIL}:role/app", deny({"AWS": EVIL}), "none"),
        (
            f"arn:aws:sts::{EVIL}:assumed-role/app/s",
            deny({"AWS": f"arn:aws:iam::{EVIL}:role/app"}),
            "conditional",
        ),
        (
            f"arn:aws:sts::{EVIL}:assumed-role/app/s",
            deny("*", {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:*"}}),
            "none",
        ),
    ],
)
def test_denies_against_a_named_principal(principal: str, denial: dict[str, Any], expected: str) -> None:
    assert outcome(statement({"AWS": principal}), denial) == expected


@pytest.mark.parametrize(
    ("exempt", "expected"),
    [
        ({"AWS": [OWN, f"arn:aws:iam::{OWN}:role/app"]}, "none"),
        ({"AWS": EVIL}, "certain"),
        ("*", "certain"),
        ({"Service": "redshift.amazonaws.com"}, "none"),
        ({"AWS": "AROAEXAMPLEEXAMPLEEX"}, "conditional"),
    ],
)
def test_deny_with_not_principal(exempt: Any, expected: str) -> None:
    denial = {"Effect": "Deny", "NotPrincipal": exempt, "Action": "*", "Resource": "*"}
    assert outcome(statement("*"), denial) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, "certain"),
        ({"StringEquals": {"aws:SourceAccount": OWN}}, "none"),
        ({"StringEquals": {"aws:SourceAccount": [OWN, EVIL]}}, "certain"),
        ({"StringEqualsIfExists": {"aws:SourceAccount": OWN}}, "certain"),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:redshift:*:{OWN}:integration:*"}}, "none"),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:redshift:*:{EVIL}:integration:*"}}, "certain"),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:redshift:*:*:integration:*"}}, "certain"),
        ({"StringEquals": {"aws:SourceOrgID": OUR_ORG}}, "none"),
        ({"StringEquals": {"aws:SourceOrgID": OTHER_ORG}}, "certain"),
    ],
)
def test_services_may_be_confused_deputies(condition: Any, expected: str) -> None:
    assert outcome(statement(REDSHIFT, condition)) == expected
    for found in ask(statement(REDSHIFT, condition)):
        assert found.kind is PrincipalKind.SERVICE


def test_resources_that_are_not_this_table() -> None:
    assert ask(statement("*", Resource=f"{TABLE}2")) == ()
    assert ask(statement("*", Resource=TABLE.lower())) == ()
    assert ask(statement("*", Resource="arn:aws:dynamodb:*:*:table/O*")) != ()


def test_an_index_alone_is_read_with_query_and_scan_only() -> None:
    (found,) = ask(statement("*", Resource=f"{TABLE}/index/ByDate", Action="dynamodb:*"))
    assert {"dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQLSelect"} <= set(found.actions)
    assert not {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:ListTables"} & set(found.actions)
    assert ask(statement("*", Resource=f"{TABLE}/index/*")) == ()  # GetItem works on no index


def test_not_resource_and_not_action() -> None:
    inverse = statement("*")
    del inverse["Resource"], inverse["Action"]
    (found,) = ask({**inverse, "NotAction": "dynamodb:Delete*", "NotResource": f"{TABLE}2"})
    assert "dynamodb:PutItem" in found.actions
    assert "dynamodb:DeleteTable" not in found.actions
    assert ask({**inverse, "NotAction": "dynamodb:Delete*", "NotResource": f"{TABLE}*"}) == ()


def test_a_policy_variable_in_the_resource_is_conditional() -> None:
    allow = statement("*", Resource=TABLE.replace("Orders", "${aws:PrincipalTag/table}"))
    (found,) = ask(allow)
    assert found.certainty is Certainty.CONDITIONAL
    assert "the resource depends on a policy variable" in found.conditions


def test_unknown_actions_count() -> None:
    (found,) = ask(statement("*", Action="dynamodb:BrandNewThing"))
    assert found.actions == ("dynamodb:BrandNewThing",)
    assert ask(statement("*", Action="dynamodb:BrandNewThing"), deny("*")) == ()


def test_streams_have_policies_of_their_own() -> None:
    (found,) = ask(statement("*", Resource=STREAM, Action="dynamodb:*"), resource=STREAM)
    assert "dynamodb:GetRecords" in found.actions
    assert "dynamodb:GetItem" not in found.actions


def test_a_deny_may_take_only_a_part() -> None:
    both = statement("*", Action=["dynamodb:GetItem", "dynamodb:PutItem"])
    (found,) = ask(both, deny("*", Action="dynamodb:Put*"))
    assert found.actions == ("dynamodb:GetItem",)
    certain, conditional = ask(
        both, deny("*", {"StringEquals": {"aws:UserAgent": "x"}}, Action="dynamodb:Put*", Sid="No")
    )
    assert (certain.actions, conditional.actions) == (("dynamodb:GetItem",), ("dynamodb:PutItem",))
    assert conditional.conditions == ("No does not deny it (it denies when aws:UserAgent is x)",)


def test_many_accounts_organisations_and_denies_are_judged_in_bounded_time() -> None:
    accounts = [f"{number:012}" for number in range(500)]
    denies = [
        deny("*", {"StringEquals": {"aws:PrincipalOrgID": f"o-{i}", "aws:PrincipalAccount": accounts[i]}})
        for i in range(60)
    ]
    with bounded():
        found = ask(statement({"AWS": accounts}), *denies)
    assert len(found) == 500


def test_an_allow_without_principal_lets_nobody_in() -> None:
    bare = statement("*")
    del bare["Principal"]
    assert ask(bare) == ()


def test_an_allow_without_resource_is_about_the_table() -> None:
    bare = statement("*")
    del bare["Resource"]
    assert len(ask(bare)) == 1
    without = deny("*")
    del without["Resource"]
    assert ask(statement("*"), without) == ()


@pytest.mark.parametrize(
    ("spared", "expected"),
    [
        (f"{TABLE}*", "certain"),
        (f"{TABLE}2", "none"),
        (TABLE, "certain"),
        (TABLE.replace("Orders", "${aws:PrincipalTag/table}"), "conditional"),
    ],
)
def test_a_deny_with_not_resource(spared: str, expected: str) -> None:
    denial = deny("*", NotResource=spared)
    del denial["Resource"]
    assert outcome(statement("*"), denial) == expected


def test_a_variable_in_not_resource_is_conditional() -> None:
    inverse = statement("*", NotResource=TABLE.replace("Orders", "${aws:PrincipalTag/table}"))
    del inverse["Resource"]
    assert outcome(inverse) == "conditional"


def test_a_deny_without_principal_is_for_everybody() -> None:
    denial = deny("*")
    del denial["Principal"]
    assert ask(statement("*"), denial) == ()


def test_denies_that_name_accounts_leave_federated_users_undecided() -> None:
    assert (
        outcome(statement({"Federated": "cognito-identity.amazonaws.com"}), deny({"AWS": EVIL}))
        == "conditional"
    )


def test_a_partial_deny_on_indexes_leaves_them_undecided() -> None:
    query = statement("*", Action="dynamodb:Query", Resource=f"{TABLE}/index/*")
    (found,) = ask(query, deny("*", Resource=f"{TABLE}/index/ByDate", Sid="No"))
    assert found.certainty is Certainty.CONDITIONAL
    assert found.conditions == ("No does not deny it (it denies on some of the resources)",)


def test_an_allow_that_does_not_apply_grants_nothing() -> None:
    assert granted(({("dynamodb:GetItem", "table"): Ternary.TRUE}, Ternary.FALSE), ()) == Grant()
