"""Who is an administrator by its rights, where nobody is declared one.

Whoever may do everything everywhere may also give and take every right, so that limiting its single rights limits nothing. Roles that a
service or a web identity may assume are no administrators, whatever they may do: they are what applications and pods run as. Those of
CloudFormation and of pipelines are, since these deploy;
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html.
"""

from __future__ import annotations

from typing import Final

from dynasec.access.principals import Who
from dynasec.iam.document import Document, Statement
from dynasec.iam.layers import Policy
from dynasec.iam.matching import Pattern, covers
from dynasec.iam.principals import PrincipalKind, PrincipalName, names
from dynasec.model.identity import DETAILS
from dynasec.semantics.policy_text import document_of

_EVERY_ACTION: Final = Pattern.of("*:*", ignore_case=True)
_EVERY_RESOURCE: Final = Pattern.of("arn:*")
_DEPLOYING: Final = "cloudformation.amazonaws.com"
_PEOPLE: Final = ":saml-provider/"
_PIPELINES: Final = tuple(
    f":oidc-provider/{host}"
    for host in (
        "token.actions.githubusercontent.com",
        "gitlab.com",
        "api.bitbucket.org",
        "app.terraform.io",
        "oidc.circleci.com",
        "agent.buildkite.com",
    )
)
"""The identity providers of services that build and deploy; others, such as that of an EKS cluster, stand for what runs there."""


def is_full_administrator(who: Who) -> bool:
    """Whether a user or a role that people assume may do everything: `*` on `*`, without condition and without boundary.

    Raises:
        Unknown: it may, but who may assume it cannot be read.

    """
    if who.external or who.boundary is not None or who.identity is None:
        return False
    documents = [policy.document for policy in who.identity.policies if isinstance(policy, Policy)]
    if not any(_is_everything(statement) for document in documents for statement in document.statements):
        return False
    if who.role is None:
        return True
    return not _serves(document_of(who.role.trust.known(), DETAILS))


def _is_everything(statement: Statement) -> bool:
    return (
        statement.allows
        and not statement.conditions
        and any(covers(Pattern.of(text, ignore_case=True), _EVERY_ACTION) for text in statement.actions or ())
        and any(covers(Pattern.of(text), _EVERY_RESOURCE) for text in statement.resources or ())
    )


def _serves(trust: Document) -> bool:
    """Whether something that runs applications may assume a role, or anyone."""
    allowing = [statement for statement in trust.statements if statement.allows]
    return any(
        statement.principals is None or any(_runs(name) for name in names(statement.principals))
        for statement in allowing
    )


def _runs(name: PrincipalName) -> bool:
    if name.kind is PrincipalKind.SERVICE:
        return name.text != _DEPLOYING
    if name.kind is PrincipalKind.FEDERATED:
        return _PEOPLE not in name.text and not any(host in name.text for host in _PIPELINES)
    return name.kind is PrincipalKind.ANYONE
