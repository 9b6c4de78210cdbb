"""AWS's evaluation logic, rule by rule.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from dynasec.iam.authorize import authorize, complete
from dynasec.iam.conditions import Gap, Knowledge
from dynasec.iam.conditions.keys import CALLER, OF_THE_KEY
from dynasec.iam.decision import Outcome
from dynasec.iam.explanation import conditions
from dynasec.iam.layers import EndpointType, KeyGrant, KeyStep, Layer, LayerName, Layers, Policy
from dynasec.iam.matching import Pattern
from dynasec.iam.request import Caller, CallerKind, Request

OWN, OTHER = "111122223333", "444455556666"
TABLE = f"arn:aws:dynamodb:us-east-1:{OWN}:table/Orders"
KEY = f"arn:aws:kms:us-east-1:{OWN}:key/k"
ROLE = f"arn:aws:iam::{OWN}:role/app"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/app/deploy"
USER = f"arn:aws:iam::{OWN}:user/ann"
ROOT = f"arn:aws:iam::{OWN}:root"
FEDERATED = f"arn:aws:sts::{OWN}:federated-user/bob"
GUEST = f"arn:aws:iam::{OTHER}:role/guest"
LINKED = f"arn:aws:iam::{OWN}:role/aws-service-role/dynamodb.amazonaws.com/AWSServiceRoleForDynamoDB"

ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY = {"Effect": "Deny", "Action": "*", "Resource": "*"}
ELSEWHERE = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
ALLOWED, EXPLICIT, IMPLICIT, CONDITIONAL, UNKNOWN = (
    Outcome.ALLOWED,
    Outcome.EXPLICIT_DENY,
    Outcome.IMPLICIT_DENY,
    Outcome.CONDITIONAL,
    Outcome.UNKNOWN,
)


def layer(*statements: Mapping[str, Any], identifier: str = "p") -> Layer:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return Layer.of([Policy.parsed(identifier, "inline", text)])


def to(*names: str, effect: str = "Allow", **elements: Any) -> Layer:
    principal: Any = "*" if names == ("*",) else {"AWS": list(names)}
    return layer({"Effect": effect, "Action": "*", "Resource": "*", "Principal": principal, **elements})


def decide(
    caller: str | Caller,
    layers: Layers,
    *,
    action: str = "dynamodb:GetItem",
    resource: str | Pattern = TABLE,
    **given: Any,
) -> tuple[Outcome, LayerName]:
    who = (
        caller
        if isinstance(caller, Caller)
        else Caller.of(caller, issuer=USER if caller == FEDERATED else None)
    )
    context = Knowledge(given.pop("present", {}), otherwise=Gap.ABSENT)
    decision = authorize(Request.of(who, action, resource, given=context, **given), layers)
    return decision.outcome, decision.decided_by


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (Layers(), (IMPLICIT, "none")),
        (Layers(identity=layer(ELSEWHERE)), (IMPLICIT, "none")),
        (Layers(identity=layer(ALLOW)), (ALLOWED, "identity")),
        (Layers(identity=layer(ALLOW, DENY)), (EXPLICIT, "identity")),
        (Layers(resource=to(USER)), (ALLOWED, "resource")),
        (Layers(resource=to(ROLE)), (IMPLICIT, "none")),
        (Layers(resource=to(ROOT)), (IMPLICIT, "identity")),
        (Layers(identity=layer(ALLOW), resource=to(ROOT)), (ALLOWED, "identity")),
        (Layers(identity=layer(ALLOW), resource=to(USER, effect="Deny")), (EXPLICIT, "resource")),
        (Layers(identity=layer(ALLOW), resource=to(OWN, effect="Deny")), (EXPLICIT, "resource")),
        (Layers(identity=layer(ALLOW), resource=to("*", effect="Deny")), (EXPLICIT, "resource")),
        (Layers(identity=layer(ALLOW), boundary=layer(ELSEWHERE)), (IMPLICIT, "boundary")),
        (Layers(identity=layer(ALLOW), boundary=layer(ALLOW)), (ALLOWED, "identity")),
        (Layers(identity=layer(ALLOW), boundary=layer(ALLOW, DENY)), (EXPLICIT, "boundary")),
        (Layers(identity=layer(ELSEWHERE), boundary=layer(ALLOW)), (IMPLICIT, "none")),
        (Layers(identity=layer(ALLOW), session=layer(ELSEWHERE)), (IMPLICIT, "session")),
        (Layers(identity=layer(ALLOW), session=Layer()), (IMPLICIT, "session")),
        (Layers(identity=layer(ALLOW), scps=(layer(ALLOW), layer(ELSEWHERE))), (IMPLICIT, "scp")),
        (Layers(identity=layer(ALLOW), scps=(layer(ELSEWHERE), layer(ALLOW))), (IMPLICIT, "scp")),
        (Layers(identity=layer(ALLOW), scps=(layer(ALLOW), Layer())), (IMPLICIT, "scp")),
        (Layers(identity=layer(ALLOW), scps=(layer(ALLOW), layer(ALLOW))), (ALLOWED, "identity")),
        (Layers(identity=layer(ALLOW), scps=(layer(ALLOW), layer(ALLOW, DENY))), (EXPLICIT, "scp")),
        (Layers(identity=layer(ALLOW), rcps=(layer(ALLOW), layer(ELSEWHERE))), (IMPLICIT, "rcp")),
        (Layers(identity=layer(ALLOW), rcps=(to("*"), to("*", effect="Deny"))), (EXPLICIT, "rcp")),
        (Layers(identity=layer(ALLOW), rcps=(to("*"), layer(ALLOW))), (ALLOWED, "identity")),
        (Layers(identity=layer(ALLOW), endpoint=to("*")), (ALLOWED, "identity")),
        (Layers(identity=layer(ALLOW), endpoint=layer(ELSEWHERE)), (IMPLICIT, "vpce")),
        (Layers(identity=layer(ALLOW), endpoint=to("*", effect="Deny")), (EXPLICIT, "vpce")),
        (Layers(scps=(layer(ALLOW),)), (IMPLICIT, "none")),
    ],
)
def test_a_user_within_its_account(layers: Layers, expected: tuple[Outcome, str]) -> None:
    assert decide(USER, layers) == expected


NARROW = {"boundary": layer(ELSEWHERE)}
SHORT = {"session": layer(ELSEWHERE)}


@pytest.mark.parametrize(
    ("caller", "resource", "limits", "expected"),
    [
        (USER, to(USER), NARROW, ALLOWED),
        (USER, to("*"), NARROW, ALLOWED),
        (USER, to("*", Condition={"ArnLike": {"aws:PrincipalArn": USER}}), NARROW, ALLOWED),
        (SESSION, to(SESSION), NARROW, ALLOWED),
        (SESSION, to(SESSION), SHORT, ALLOWED),
        (SESSION, to(ROLE), {}, ALLOWED),
        (SESSION, to(ROLE), NARROW, IMPLICIT),
        (SESSION, to(ROLE), SHORT, IMPLICIT),
        (SESSION, to(ROLE), {**NARROW, "session": layer(ALLOW)}, IMPLICIT),
        (SESSION, to(ROLE), {"boundary": layer(ALLOW), "session": layer(ALLOW)}, ALLOWED),
        (SESSION, to("*", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}}), {**NARROW, **SHORT}, ALLOWED),
        (SESSION, to(ROOT), {}, IMPLICIT),
        (SESSION, to(f"arn:aws:sts::{OWN}:assumed-role/app/other"), {}, IMPLICIT),
        (ROLE, to(ROLE), {}, ALLOWED),
        (ROLE, to(ROLE), NARROW, IMPLICIT),
        (FEDERATED, to(FEDERATED), {}, ALLOWED),
        (FEDERATED, to(FEDERATED), SHORT, ALLOWED),
        (FEDERATED, to(USER), {}, IMPLICIT),
        (FEDERATED, to(USER), SHORT, IMPLICIT),
        (FEDERATED, to(USER), {"session": layer(ALLOW)}, ALLOWED),
        (ROOT, to(USER), {}, ALLOWED),
        (ROOT, to("*", effect="Deny"), {}, EXPLICIT),
    ],
)
def test_what_limits_a_grant_by_the_resource(
    caller: str, resource: Layer, limits: dict[str, Layer], expected: Outcome
) -> None:
    assert decide(caller, Layers(resource=resource, **limits))[0] is expected


def test_federated_sessions_without_policies_have_nothing_of_their_own() -> None:
    assert decide(FEDERATED, Layers(identity=layer(ALLOW))) == (IMPLICIT, "session")
    assert decide(FEDERATED, Layers(identity=layer(ALLOW), session=layer(ALLOW))) == (ALLOWED, "identity")


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (Layers(identity=layer(ALLOW)), (IMPLICIT, "resource")),
        (Layers(resource=to(GUEST)), (IMPLICIT, "identity")),
        (Layers(resource=to("*")), (IMPLICIT, "identity")),
        (Layers(), (IMPLICIT, "none")),
        (Layers(identity=layer(ALLOW), resource=to(GUEST)), (ALLOWED, "resource")),
        (Layers(identity=layer(ALLOW), resource=to(OTHER)), (ALLOWED, "resource")),
        (Layers(identity=layer(ALLOW), resource=to("*")), (ALLOWED, "resource")),
        (Layers(identity=layer(ALLOW), resource=to(OWN)), (IMPLICIT, "resource")),
        (Layers(identity=layer(ALLOW), resource=to("*"), boundary=layer(ELSEWHERE)), (IMPLICIT, "boundary")),
        (Layers(identity=layer(ALLOW), resource=to(GUEST), session=layer(ELSEWHERE)), (IMPLICIT, "session")),
        (Layers(identity=layer(ALLOW), resource=to(GUEST), rcps=(layer(ALLOW, DENY),)), (EXPLICIT, "rcp")),
    ],
)
def test_across_accounts_both_sides_must_allow(layers: Layers, expected: tuple[Outcome, str]) -> None:
    assert decide(GUEST, layers) == expected


def test_the_root_user_needs_no_policy_and_is_bound_by_scps() -> None:
    assert decide(ROOT, Layers())[0] is ALLOWED
    assert decide(ROOT, Layers(scps=(layer(ALLOW), layer(ALLOW, DENY)))) == (EXPLICIT, "scp")
    foreign = f"arn:aws:iam::{OTHER}:root"
    assert decide(foreign, Layers()) == (IMPLICIT, "resource")
    assert decide(foreign, Layers(resource=to(OTHER)))[0] is ALLOWED


def test_whom_scps_and_rcps_do_not_bind() -> None:
    guards = {"scps": (layer(ALLOW, DENY),), "identity": layer(ALLOW)}
    assert decide(USER, Layers(**guards))[0] is EXPLICIT
    assert decide(Caller.of(USER, management_account=True), Layers(**guards))[0] is ALLOWED
    assert decide(LINKED, Layers(**guards))[0] is ALLOWED
    controls = {"rcps": (layer(ALLOW, DENY),), "identity": layer(ALLOW)}
    assert decide(USER, Layers(**controls))[0] is EXPLICIT
    assert decide(Caller.of(USER, management_account=True), Layers(**controls))[0] is EXPLICIT
    assert decide(USER, Layers(**controls), resource_in_management_account=True)[0] is ALLOWED
    assert decide(LINKED, Layers(**controls))[0] is ALLOWED


def test_services_and_anonymous_callers_are_let_in_by_the_resource_alone() -> None:
    named = layer({**ALLOW, "Principal": {"Service": "backup.amazonaws.com"}})
    assert decide("backup.amazonaws.com", Layers(resource=named))[0] is ALLOWED
    assert decide("lambda.amazonaws.com", Layers(resource=named))[0] is IMPLICIT
    assert decide("backup.amazonaws.com", Layers(identity=layer(ALLOW)))[0] is IMPLICIT
    assert decide("backup.amazonaws.com", Layers(resource=named, scps=(layer(DENY),)))[0] is ALLOWED
    assert decide("backup.amazonaws.com", Layers(resource=named, rcps=(layer(ALLOW, DENY),)))[0] is EXPLICIT
    assert decide("", Layers(resource=to("*")))[0] is ALLOWED
    assert decide("", Layers(resource=to(OWN)))[0] is IMPLICIT
    by_account = to("*", Condition={"StringEquals": {"aws:PrincipalAccount": OWN}})
    assert decide("", Layers(resource=by_account))[0] is IMPLICIT


@pytest.mark.parametrize(
    ("caller", "names", "bounded", "expected"),
    [
        (USER, [USER, ROOT], False, ALLOWED),
        (USER, [USER, OWN], False, ALLOWED),
        (USER, [f"arn:aws:iam::{OWN}:user/joe", ROOT], False, EXPLICIT),
        (USER, [GUEST], False, EXPLICIT),
        (USER, [USER], False, UNKNOWN),
        (USER, [USER, ROOT], True, EXPLICIT),
        (SESSION, [SESSION, ROLE, ROOT], False, ALLOWED),
        (SESSION, [ROLE, ROOT], False, UNKNOWN),
        (ROOT, [ROOT], False, ALLOWED),
        (ROOT, [OTHER], False, EXPLICIT),
    ],
)
def test_deny_for_all_but(caller: str, names: list[str], *, bounded: bool, expected: Outcome) -> None:
    deny = layer({**DENY, "NotPrincipal": {"AWS": names}})
    limits = {"boundary": layer(ALLOW)} if bounded else {}
    assert decide(caller, Layers(identity=layer(ALLOW), resource=deny, **limits))[0] is expected


def test_trust_policies_must_allow_even_within_the_account() -> None:
    role = f"arn:aws:iam::{OWN}:role/target"
    asked = {"action": "sts:AssumeRole", "resource": role}
    assert decide(USER, Layers(identity=layer(ALLOW)), **asked) == (IMPLICIT, "resource")
    assert decide(USER, Layers(identity=layer(ALLOW), resource=to(ROOT)), **asked)[0] is ALLOWED
    assert decide(USER, Layers(resource=to(ROOT)), **asked) == (IMPLICIT, "identity")
    assert decide(USER, Layers(resource=to(USER)), **asked)[0] is ALLOWED
    provider = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
    trust = layer({**ALLOW, "Principal": {"Federated": provider}})
    web = {"action": "sts:AssumeRoleWithWebIdentity", "resource": role}
    assert decide(provider, Layers(resource=trust), **web)[0] is ALLOWED
    assert decide("accounts.google.com", Layers(resource=trust), **web)[0] is IMPLICIT


def test_an_account_in_a_gateway_endpoints_policy_is_its_root_user() -> None:
    both = {"identity": layer(ALLOW), "endpoint": to(OWN)}
    assert decide(USER, Layers(**both, endpoint_type=EndpointType.GATEWAY)) == (IMPLICIT, "vpce")
    assert decide(USER, Layers(**both, endpoint_type=EndpointType.INTERFACE))[0] is ALLOWED
    assert decide(ROOT, Layers(**both, endpoint_type=EndpointType.GATEWAY))[0] is ALLOWED


def key_step(policy: Layer, *grants: KeyGrant, key: str = KEY, **more: Any) -> KeyStep:
    return KeyStep(
        key, policy, grants, "dynamodb.us-east-1.amazonaws.com", {"aws:dynamodb:tableName": "Orders"}, **more
    )


def grant(grantee: str, *operations: str, **constraint: str) -> KeyGrant:
    return KeyGrant("g", grantee, frozenset(operations or ("Decrypt",)), subset=constraint or None)


DATA_ONLY = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("own", "step", "expected"),
    [
        (ALLOW, key_step(to(ROOT)), (ALLOWED, "identity")),
        (DATA_ONLY, key_step(to(ROOT)), (IMPLICIT, "kms")),
        (DATA_ONLY, key_step(to(ROLE)), (ALLOWED, "identity")),
        (ALLOW, key_step(Layer()), (IMPLICIT, "kms")),
        (ALLOW, key_step(to(GUEST)), (IMPLICIT, "kms")),
        (ALLOW, key_step(to(ROLE, effect="Deny")), (EXPLICIT, "kms")),
        (DATA_ONLY, key_step(Layer(), grant(ROLE)), (ALLOWED, "identity")),
        (DATA_ONLY, key_step(Layer(), grant(USER)), (IMPLICIT, "kms")),
        (DATA_ONLY, key_step(Layer(), grant(ROLE, "Encrypt")), (IMPLICIT, "kms")),
        (
            ALLOW,
            key_step(
                to(
                    "*",
                    Condition={
                        "StringEquals": {
                            "kms:ViaService": "dynamodb.us-east-1.amazonaws.com",
                            "kms:CallerAccount": OWN,
                            "kms:EncryptionContext:aws:dynamodb:tableName": "Orders",
                        }
                    },
                )
            ),
            (ALLOWED, "identity"),
        ),
        (
            ALLOW,
            key_step(to("*", Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}})),
            (IMPLICIT, "kms"),
        ),
        (ALLOW, key_step(to(OWN), key=f"arn:aws:kms:us-east-1:{OTHER}:key/k"), (ALLOWED, "identity")),
        (DATA_ONLY, key_step(to(ROLE), key=f"arn:aws:kms:us-east-1:{OTHER}:key/k"), (IMPLICIT, "kms")),
    ],
)
def test_whoever_reads_an_encrypted_table_needs_its_key(
    own: Mapping[str, Any], step: KeyStep, expected: tuple[Outcome, str]
) -> None:
    assert decide(ROLE, Layers(identity=layer(own), key=step)) == expected


def test_constraints_of_grants() -> None:
    fits = KeyGrant("g", ROLE, frozenset({"Decrypt"}), subset={"aws:dynamodb:tableName": "Orders"})
    other = KeyGrant("g", ROLE, frozenset({"Decrypt"}), equals={"aws:dynamodb:tableName": "Users"})
    for each, expected in ((fits, ALLOWED), (other, IMPLICIT)):
        assert decide(ROLE, Layers(identity=layer(DATA_ONLY), key=key_step(Layer(), each)))[0] is expected


def test_grants_that_could_not_be_read_leave_it_open() -> None:
    step = KeyStep(KEY, Layer(), None, "dynamodb.us-east-1.amazonaws.com", {})
    assert decide(ROLE, Layers(identity=layer(ALLOW), key=step))[0] is UNKNOWN
    assert decide(ROLE, Layers(key=step))[0] is IMPLICIT


def test_the_endpoints_policy_does_not_see_the_call_to_kms_and_aws_managed_keys_know_no_rcps() -> None:
    endpoint = to("*", Action="dynamodb:*")
    assert (
        decide(ROLE, Layers(identity=layer(ALLOW), endpoint=endpoint, key=key_step(to(ROOT))))[0] is ALLOWED
    )
    no_kms = (layer(ALLOW, {**DENY, "Action": "kms:*"}),)
    both = {"identity": layer(ALLOW), "rcps": no_kms}
    assert decide(ROLE, Layers(**both, key=key_step(to(ROOT)))) == (EXPLICIT, "kms")
    assert decide(ROLE, Layers(**both, key=key_step(to(ROOT), aws_managed=True)))[0] is ALLOWED


def test_a_role_asked_about_without_a_session_is_conditional_where_a_session_is_named() -> None:
    request = Request.of(Caller.of(ROLE), "dynamodb:GetItem", TABLE)
    decision = authorize(request, Layers(resource=to(SESSION)))
    assert decision.outcome is CONDITIONAL
    assert complete(decision.residual, Knowledge({CALLER: (SESSION,)})).outcome is ALLOWED
    assert complete(decision.residual, Knowledge({CALLER: (SESSION + "2",)})).outcome is IMPLICIT


def test_a_resource_of_which_the_shape_is_known() -> None:
    indexes = Pattern.of(f"{TABLE}/index/*")
    one = layer({**ALLOW, "Resource": f"{TABLE}/index/by-day"})
    assert decide(USER, Layers(identity=layer(ALLOW)), resource=indexes)[0] is ALLOWED
    assert decide(USER, Layers(identity=layer({**ALLOW, "Resource": TABLE})), resource=indexes)[0] is IMPLICIT
    assert decide(USER, Layers(identity=one), resource=indexes)[0] is CONDITIONAL


@pytest.mark.parametrize(
    ("name", "kind", "account"),
    [
        (USER, CallerKind.USER, OWN),
        (ROLE, CallerKind.ROLE, OWN),
        (SESSION, CallerKind.SESSION, OWN),
        (FEDERATED, CallerKind.FEDERATED_USER, OWN),
        (ROOT, CallerKind.ROOT, OWN),
        ("backup.amazonaws.com", CallerKind.SERVICE, None),
        ("accounts.google.com", CallerKind.FEDERATED, None),
        ("cognito-identity.amazonaws.com", CallerKind.FEDERATED, None),
        (f"arn:aws:iam::{OWN}:saml-provider/okta", CallerKind.FEDERATED, None),
        ("", CallerKind.ANONYMOUS, None),
    ],
)
def test_callers_by_their_names(name: str, kind: CallerKind, account: str | None) -> None:
    caller = Caller.of(name)
    assert (caller.kind, caller.account) == (kind, account)


@pytest.mark.parametrize(
    "name", [TABLE, f"arn:aws:iam::{OWN}:group/g", f"arn:aws:sts::{OWN}:assumed-role/app"]
)
def test_what_is_no_caller(name: str) -> None:
    with pytest.raises(ValueError, match="no principal"):
        Caller.of(name)


def test_implied_keys_of_a_session_are_those_of_its_role() -> None:
    context = Request.of(
        Caller.of(SESSION, tags={"Team": "red"}), "dynamodb:GetItem", TABLE, resource_tags={}
    ).context
    assert context.find("aws:PrincipalArn") == (ROLE,)
    assert context.find("aws:PrincipalAccount") == (OWN,)
    assert context.find("aws:PrincipalTag/team") == ("red",)
    assert context.find("aws:PrincipalTag/other") is Gap.ABSENT
    assert context.find("aws:ResourceTag/any") is Gap.ABSENT
    assert context.find("aws:RequestedRegion") == ("us-east-1",)
    assert context.find("aws:ResourceAccount") == (OWN,)
    assert context.find("aws:username") is Gap.ABSENT
    assert context.find("aws:SourceVpce") is Gap.UNKNOWN


def test_what_is_given_overrides_what_is_implied() -> None:
    given = Knowledge({"aws:principaltag/team": ("blue",)}, frozenset({"aws:requestedregion"}))
    context = Request.of(
        Caller.of(ROLE, tags={"team": "red"}), "dynamodb:GetItem", TABLE, given=given
    ).context
    assert context.find("aws:PrincipalTag/team") == ("blue",)
    assert context.find("aws:RequestedRegion") is Gap.ABSENT


def test_missing_keys_and_matches_are_told() -> None:
    own = layer(
        {**ALLOW, "Sid": "Net", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}, identifier="app"
    )
    decision = authorize(Request.of(Caller.of(ROLE), "dynamodb:GetItem", TABLE), Layers(identity=own))
    assert decision.missing == ("aws:sourcevpce",)
    [hit] = decision.matches
    assert (hit.layer, hit.source, hit.kind, hit.sid, hit.effect) == (
        "identity",
        "app",
        "inline",
        "Net",
        "Allow",
    )


def test_the_key_has_tags_and_network_keys_of_its_own() -> None:
    by_tag = {"Condition": {"StringEquals": {"aws:ResourceTag/class": "secret"}}}
    layers = Layers(identity=layer({**ALLOW, **by_tag}), key=key_step(to(ROOT)))
    request = Request.of(Caller.of(ROLE), "dynamodb:GetItem", TABLE, resource_tags={"class": "secret"})
    decision = authorize(request, layers)
    assert decision.outcome is CONDITIONAL  # the table's tag is known, the key's is not
    assert conditions(decision) == ("for its key only resources whose tag class is secret",)
    known = Knowledge({f"{OF_THE_KEY}aws:resourcetag/class": ("secret",)}, otherwise=Gap.ABSENT)
    assert complete(decision.residual, known).outcome is ALLOWED
    assert complete(decision.residual, Knowledge(otherwise=Gap.ABSENT)).outcome is IMPLICIT


def test_a_network_perimeter_that_exempts_services_lets_dynamodb_use_the_key() -> None:
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    exempting = {**DENY, "Condition": {**elsewhere, "Bool": {"aws:ViaAWSService": "false"}}}
    known = Knowledge({"aws:sourcevpce": ("vpce-1",), "aws:viaawsservice": ("false",)})
    request = Request.of(Caller.of(ROLE), "dynamodb:GetItem", TABLE, given=known)
    assert (
        authorize(request, Layers(identity=layer(ALLOW, exempting), key=key_step(to(ROOT)))).outcome
        is ALLOWED
    )
    strict = Layers(identity=layer(ALLOW, {**DENY, "Condition": elsewhere}), key=key_step(to(ROOT)))
    assert authorize(request, strict).outcome is CONDITIONAL
    assert conditions(authorize(request, strict)) == ("for its key only from vpce-1",)


def test_the_same_pattern_asked_of_table_and_key_is_two_questions() -> None:
    own = layer({**ALLOW, "Resource": "arn:aws:*:*:*:*/${aws:PrincipalTag/name}"})
    request = Request.of(Caller.of(ROLE), "dynamodb:GetItem", TABLE)
    decision = authorize(request, Layers(identity=own, key=key_step(to(ROOT))))
    assert decision.outcome is CONDITIONAL
    for name in ("Orders", "k"):  # no tag fits both the table and the key
        known = Knowledge({"aws:principaltag/name": (name,)}, otherwise=Gap.ABSENT)
        assert complete(decision.residual, known).outcome is IMPLICIT


@pytest.mark.parametrize("otherwise", [Gap.ABSENT, Gap.UNKNOWN])
@pytest.mark.parametrize(
    "narrowed",
    [
        {"Condition": {"StringLike": {"resource": "*"}}},
        {"Condition": {"StringLike": {"caller": "*"}}},
        {"Condition": {"StringLike": {"its key: kms:viaservice": "*"}}},
        {"Resource": "${resource}"},
        {"Resource": "${caller}"},
    ],
)
def test_a_policy_cannot_ask_for_what_the_engine_calls_its_own(narrowed, otherwise):
    allow = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*", **narrowed}
    request = Request.of(Caller.of(USER), "dynamodb:GetItem", TABLE, given=Knowledge({}, otherwise=otherwise))
    assert authorize(request, Layers(identity=layer(allow))).outcome is not Outcome.ALLOWED
