"""How one principal gets the rights of another, or more of its own: one step.

Assuming a role, passing a role to something that computes, making credentials for a user, rewriting who may assume a role, granting
oneself more, and using a DAX cluster, which answers with the rights of its role.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dynasec.access.asks import Asks
from dynasec.access.blocks import names_of, session_role
from dynasec.access.evaluation import Evaluator, assumed
from dynasec.access.policies import Shelf
from dynasec.access.principals import Who
from dynasec.access.row import Grant, PrincipalType, Standing
from dynasec.access.verdict import grant_of
from dynasec.iam.conditions import Value
from dynasec.iam.layers import Layer, Policy
from dynasec.iam.matching import Pattern
from dynasec.model.companion import DaxCluster
from dynasec.model.identity import Identity, User

ASSUME: Final = "sts:AssumeRole"
PASS: Final = "iam:PassRole"  # noqa: S105 - an action
_COMPUTE: Final = (
    ("lambda:CreateFunction", "lambda.amazonaws.com"),
    ("ec2:RunInstances", "ec2.amazonaws.com"),
    ("ecs:RegisterTaskDefinition", "ecs-tasks.amazonaws.com"),
    ("glue:CreateJob", "glue.amazonaws.com"),
    ("glue:CreateSession", "glue.amazonaws.com"),
    ("codebuild:CreateProject", "codebuild.amazonaws.com"),
    ("cloudformation:CreateStack", "cloudformation.amazonaws.com"),
    ("sagemaker:CreateNotebookInstance", "sagemaker.amazonaws.com"),
    ("sagemaker:CreateTrainingJob", "sagemaker.amazonaws.com"),
    ("states:CreateStateMachine", "states.amazonaws.com"),
    ("appsync:CreateDataSource", "appsync.amazonaws.com"),
    ("apigateway:POST", "apigateway.amazonaws.com"),
    ("pipes:CreatePipe", "pipes.amazonaws.com"),
    ("scheduler:CreateSchedule", "scheduler.amazonaws.com"),
    ("ssm:StartAutomationExecution", "ssm.amazonaws.com"),
    ("batch:RegisterJobDefinition", "ecs-tasks.amazonaws.com"),
    ("apprunner:CreateService", "tasks.apprunner.amazonaws.com"),
    ("eks:CreatePodIdentityAssociation", "pods.eks.amazonaws.com"),
    ("dax:CreateCluster", "dax.amazonaws.com"),
)
"""What starts code, or requests, with the rights of a role that is passed; and the service that the role must trust."""
_RETRUSTING: Final = "iam:UpdateAssumeRolePolicy"
_TAKING_OVER: Final = ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
_DAX: Final = (
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
    "ConditionCheckItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `to`: whose rights are gained. `everything`: with whatever rights it is then given; `only`: of these actions alone.

    `grant` is whether the step can be taken, with `words` for what it is. `region` is where a DAX cluster serves tables.
    """

    words: str
    to: Who
    grant: Grant
    everything: bool = False
    only: frozenset[str] | None = None
    region: str = ""


class Steps:
    """Finds the steps open to a principal. Roles and users are those of the account."""

    def __init__(
        self,
        evaluator: Evaluator,
        shelf: Shelf,
        identity: Identity,
        own: Mapping[str, Who],
        clusters: Sequence[DaxCluster],
    ) -> None:
        self._evaluator = evaluator
        self._identity = identity
        self._own = own
        self._clusters = clusters
        self._trust = {who: _trust_of(who, shelf) for who in own.values() if who.role is not None}
        self._asks = {who: Asks((layer,)) for who, layer in self._trust.items()}
        self._open = [role for role, asks in self._asks.items() if asks.open_to_anyone]
        self._to_account = [role for role, asks in self._asks.items() if asks.to_all]
        self._naming: defaultdict[str, list[Who]] = defaultdict(list)
        for role, asks in self._asks.items():
            for name in asks.named:
                self._naming[session_role(name)].append(role)
        self._known: dict[Who, tuple[Step, ...]] = {}

    def of(self, who: Who) -> tuple[Step, ...]:
        """Return every step that is not certainly denied."""
        if who not in self._known:
            self._known[who] = tuple(self._find(who))
        return self._known[who]

    def may(
        self,
        who: Who,
        action: str,
        resource: str | Pattern,
        given: Mapping[str, tuple[Value, ...]] | None = None,
    ) -> Grant | None:
        """Return the answer to an action of another service; None where it is denied."""
        if not self._speaks_of(who, action):
            return None
        grant = assumed(grant_of(self._evaluator.ask(who, action, resource, given=given)), who)
        return None if grant.standing is Standing.DENIED else grant

    def may_on_key(self, who: Who, action: str, key: str, policy: Layer) -> Grant | None:
        """Return the answer to an action on a KMS key, on which the key's policy must agree; None where it is denied."""
        grant = grant_of(self._evaluator.ask(who, action, key, policy))
        return None if grant.standing is Standing.DENIED else grant

    def _find(self, who: Who) -> Iterator[Step]:
        if who.kind is PrincipalType.SERVICE:
            return  # a service uses roles for those who passed them to it
        yield from self._assumed(who)
        if who.external or who.kind is PrincipalType.ROOT:
            return
        yield from self._passed(who)
        yield from self._taken_over(who)
        yield from self._granted(who)
        yield from self._dax(who)

    def _assumed(self, who: Who) -> Iterator[Step]:
        action = _assuming(who)
        for role in self._candidates(who):
            decision = self._evaluator.ask(who, action, role.name, self._trust[role])
            grant = assumed(grant_of(decision), who)
            if grant.standing is Standing.DENIED:
                continue
            words = f"{action} {_short(role)}"
            yield Step(words, role, grant)
            if not who.external:
                for change in ("iam:PutRolePolicy", "iam:AttachRolePolicy"):
                    more = self.may(who, change, role.name)
                    if more is not None and not role.caller.service_linked:
                        yield Step(
                            f"{change} on {_short(role)}, {words}", role, both(more, grant), everything=True
                        )
                        break

    def _candidates(self, who: Who) -> Iterator[Who]:
        """Yield the roles whose trust policies may admit a principal; those that name its account do if its own policies do."""
        found: dict[Who, None] = dict.fromkeys(self._open)
        for name in names_of(who):
            found.update(dict.fromkeys(self._naming.get(name, ())))
        if not who.external and self._speaks_of(who, ASSUME):
            found.update(dict.fromkeys(self._to_account))
        yield from (role for role in found if role.role is not who.role)

    def _passed(self, who: Who) -> Iterator[Step]:
        if not self._speaks_of(who, PASS):
            return
        starting = self._starting(who)
        for role, asks in self._asks.items():
            found: list[Step] = []
            for (action, service), start in starting.items():
                if service in asks.named and not role.caller.service_linked:
                    grant = self.may(who, PASS, role.name, {"iam:passedtoservice": (service,)})
                    if grant is not None:
                        words = f"{PASS} {_short(role)} with {action}"
                        found.append(Step(words, role, both(grant, start)))
            if found:
                yield min(found, key=lambda step: step.grant.preference)

    def _starting(self, who: Who) -> Mapping[tuple[str, str], Grant]:
        """Return what starts code that a principal may use, on some resource."""
        found: dict[tuple[str, str], Grant] = {}
        for action, service in _COMPUTE:
            prefix = action.partition(":")[0]
            grant = self.may(who, action, Pattern.of(f"arn:*:{prefix}:*"))
            if grant is not None:
                found[action, service] = grant
        return found

    def _taken_over(self, who: Who) -> Iterator[Step]:
        if not any(self._speaks_of(who, action) for action in (*_TAKING_OVER, _RETRUSTING)):
            return
        for other in self._own.values():
            if other is who:
                continue
            if other.user is not None:
                yield from self._first(who, _TAKING_OVER, other.name, other)
            elif other.role is not None and not other.caller.service_linked:
                yield from self._first(who, (_RETRUSTING,), other.name, other)

    def _granted(self, who: Who) -> Iterator[Step]:
        """Yield how a principal may give itself more, within its permissions boundary."""
        if who.user is not None:
            kind, thing = "User", who.user.arn
        elif who.role is not None and not who.caller.service_linked:
            kind, thing = "Role", who.role.arn
        else:
            return
        places: list[tuple[tuple[str, ...], str]] = [
            ((f"iam:Put{kind}Policy", f"iam:Attach{kind}Policy"), thing)
        ]
        changes = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")
        places += [(changes, arn) for arn in _managed(who) if arn.split(":")[4:5] != ["aws"]]
        if who.user is not None:
            changes = ("iam:PutGroupPolicy", "iam:AttachGroupPolicy")
            places += [(changes, arn) for arn in self._groups_of(who.user)]
        for actions, arn in places:
            yield from self._first(who, actions, arn, who, everything=True)

    def _groups_of(self, user: User) -> Iterator[str]:
        for name in user.groups.items:
            group = self._identity.group(name)
            if group.value is not None:
                yield group.value.arn

    def _dax(self, who: Who) -> Iterator[Step]:
        for cluster in self._clusters:
            role = self._own.get(cluster.description.iam_role_arn or "")
            for name in _DAX if role is not None else ():
                grant = self.may(who, f"dax:{name}", cluster.arn)
                if grant is not None and role is not None:
                    yield Step(
                        f"dax:{name} on {cluster.name} as {_short(role)}",
                        role,
                        grant,
                        only=frozenset({f"dynamodb:{name}"}),
                        region=cluster.region,
                    )

    def _first(
        self, who: Who, actions: Iterable[str], resource: str, to: Who, *, everything: bool = False
    ) -> Iterator[Step]:
        """Yield the step of the first action that is not denied."""
        for action in actions:
            grant = self.may(who, action, resource)
            if grant is not None:
                short = resource.rpartition(":")[2]
                yield Step(f"{action} on {short}", to, grant, everything)
                return

    def _speaks_of(self, who: Who, action: str) -> bool:
        """Whether some Allow of the principal's own may speak of an action; all of a foreigner's do."""
        layer = who.identity
        if layer is None:
            return False
        return bool(layer.index.unread) or any(
            statement.allows for statement in layer.index.speaking_of(action)
        )


def both(one: Grant, other: Grant) -> Grant:
    """Return the answer where two actions are needed; the path is told by the step's words."""
    joined = one.after("", other)
    return Grant(joined.standing, joined.conditions, (), joined.because)


def _trust_of(who: Who, shelf: Shelf) -> Layer:
    role = who.role
    if role is None:
        return Layer()
    return shelf.layer([shelf.policy(f"trust policy of {role.name}", "trust", role.trust)])


def _assuming(who: Who) -> str:
    if who.kind is not PrincipalType.FEDERATED:
        return ASSUME
    return f"{ASSUME}WithSAML" if ":saml-provider/" in who.name else f"{ASSUME}WithWebIdentity"


def _managed(who: Who) -> Iterator[str]:
    """Yield the managed policies that a principal has."""
    for policy in () if who.identity is None else who.identity.policies:
        if isinstance(policy, Policy) and policy.identifier.startswith("arn:"):
            yield policy.identifier


def _short(who: Who) -> str:
    return who.name.rpartition(":")[2]
