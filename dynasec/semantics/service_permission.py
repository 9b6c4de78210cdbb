"""Whether the policy of a topic, queue, function or key lets an AWS service in that calls under its own name (`events.amazonaws.com`).

No identity policy is involved: some statement must allow the call and none may deny it,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. Which condition keys such a call
carries is said at https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dynasec.iam.conditions import Knowledge, judge_all
from dynasec.iam.document import Document, Principals, Statement
from dynasec.iam.matching import Pattern, relation
from dynasec.iam.ternary import Ternary, all_of, any_of

_NOT_OF_SERVICES: Final = frozenset(
    {
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:username",
    }
)
"""Keys that a call under a service's own name never carries. `aws:SourceOwner` is SNS's forerunner of `aws:SourceAccount`."""


@dataclass(frozen=True)
class ServiceCall:
    """One call: who calls, what (`sns:Publish`), on which ARN. Keys, in lower case, are `present` with values or surely `absent`."""

    service: str
    action: str
    resource: str
    present: Mapping[str, str] = field(default_factory=dict[str, str])
    absent: frozenset[str] = frozenset()

    def contexts(self) -> tuple[Knowledge, ...]:
        """Return what is known of the request, in each way in which it may come.

        AWS leaves network keys out of calls between its services, or says that TLS was used: both must lead to the same answer.
        """
        present = {
            "aws:principalisawsservice": ("true",),
            "aws:principalservicename": (self.service,),
            "aws:viaawsservice": ("false",),
            **{key: (value,) for key, value in self.present.items()},
        }
        absent = _NOT_OF_SERVICES | self.absent
        return (
            Knowledge({**present, "aws:securetransport": ("true",)}, absent),
            Knowledge(present, absent | {"aws:securetransport"}),
        )


def permits(documents: Iterable[Document], call: ServiceCall) -> Ternary:
    """Tell whether a resource's policies, taken together, let the call pass."""
    statements = [statement for document in documents for statement in document.statements]
    answers = {_passes(statements, call, knowledge) for knowledge in call.contexts()}
    return answers.pop() if len(answers) == 1 else Ternary.UNKNOWN


def _passes(statements: Iterable[Statement], call: ServiceCall, knowledge: Knowledge) -> Ternary:
    allowed: list[Ternary] = []
    denied: list[Ternary] = []
    for statement in statements:
        (allowed if statement.allows else denied).append(_applies(statement, call, knowledge))
    return all_of((any_of(allowed), any_of(denied).negated()))


def _applies(statement: Statement, call: ServiceCall, knowledge: Knowledge) -> Ternary:
    if not _names(statement, call.service) or not _speaks_of(statement, call.action):
        return Ternary.FALSE
    return all_of((_covers(statement, call.resource, knowledge), judge_all(statement.conditions, knowledge)))


def _names(statement: Statement, service: str) -> bool:
    if statement.principals is not None:
        return _is_among(statement.principals, service)
    # NotPrincipal goes with Deny only. Without either element AWS would have refused the policy of a resource.
    return statement.not_principals is not None and not _is_among(statement.not_principals, service)


def _is_among(principals: Principals, service: str) -> bool:
    return principals.anyone or service in principals.services


def _speaks_of(statement: Statement, action: str) -> bool:
    named = statement.not_actions if statement.actions is None else statement.actions
    found = any(Pattern.of(one, ignore_case=True).matches(action.lower()) for one in named or ())
    return found if statement.actions is not None else not found


def _covers(statement: Statement, resource: str, knowledge: Knowledge) -> Ternary:
    named = statement.not_resources if statement.resources is None else statement.resources
    patterns = (
        Pattern.of(one, variables=statement.variables).resolved(knowledge.variable) for one in named or ()
    )
    found = any_of(relation(pattern, Pattern.literally(resource)) for pattern in patterns)
    return found if statement.resources is not None else found.negated()
