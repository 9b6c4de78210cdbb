"""A managed policy of a principal replaced by another, which is made for it: made and attached first, so that nothing is missing between.

`CreatePolicy` takes no token: the policy is found again by its name, and is ours where it carries our tag.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from dynasec.arn import Arn
from dynasec.change import CHANGE_TAG_KEY, Call, Identity, State, change_tag
from dynasec.drafting.identity_policies import holder, same_holder
from dynasec.model.fact import Fact, Listing
from dynasec.model.identity import ManagedPolicy, Principal

_ABSENT: Final = ("NoSuchEntity",)
_LONGEST_NAME: Final = 128


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a principal has instead of a managed policy (`old`, an ARN): a policy of this text, which is yet to be made."""

    principal: Principal
    old: str
    text: str

    @property
    def name(self) -> str:
        """The new policy's name: whose it is, and instead of what; marked with its digest where it is too long."""
        one = holder(self.principal)
        name = f"dynasec-{one.word.lower()}-{self.principal.name}-{self.old.rpartition('/')[2]}"
        if len(name) <= _LONGEST_NAME:
            return name
        return f"{name[: _LONGEST_NAME - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"

    @property
    def arn(self) -> str:
        """The new policy's ARN."""
        own = Arn.parse(self.principal.arn)
        return f"arn:{own.partition}:iam::{own.account}:policy/{self.name}"

    @property
    def expect(self) -> tuple[State, ...]:
        """The principal is the same and has the policy, and there is none of the new name.

        Raises:
            Unknown: when the principal was created was not read.

        """
        free = State(
            operation="iam:GetPolicy",
            params={"PolicyArn": self.arn},
            facts={"Policy.Arn": None},
            absent=_ABSENT,
        )
        return same_holder(self.principal), self._attached(self.old, there=True), free

    @property
    def verify(self) -> tuple[State, ...]:
        """The principal has the new policy, and not the old one."""
        return self._attached(self.arn, there=True), self._attached(self.old, there=False)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Make, attach, detach; each with what takes it back."""
        return (
            self._make(),
            self._attach(self.arn, undo=(self._detach(self.arn),)),
            self._detach(self.old, undo=(self._attach(self.old),)),
        )

    @property
    def attached(self) -> tuple[Listing[str], Listing[str]]:
        """What is attached to the principal, before and after.

        Raises:
            Unknown: not all that is attached was read.

        """
        before = self.principal.attached
        after = tuple(sorted(self.arn if one == self.old else one for one in before.complete()))
        return before, Listing(after)

    @property
    def made(self) -> ManagedPolicy:
        """The new policy as it will be."""
        return ManagedPolicy(arn=self.arn, text=Fact(self.text), version_id="v1", versions=1, attachments=1)

    def _make(self) -> Call:
        there = State(
            operation="iam:GetPolicy",
            params={"PolicyArn": self.arn},
            facts={
                f"Policy.Tags[?Key=='{CHANGE_TAG_KEY}'] | [0].Value": change_tag(),
                "Policy.DefaultVersionId": "v1",
            },
            absent=_ABSENT,
        )
        gone = there.model_copy(update={"facts": {"Policy.Arn": None}})
        delete = Call(
            operation="iam:DeletePolicy",
            params={"PolicyArn": self.arn},
            identity=Identity.SET_STATE,
            done=gone,
        )
        return Call(
            operation="iam:CreatePolicy",
            params={
                "PolicyName": self.name,
                "PolicyDocument": self.text,
                "Description": f"Instead of {self.old.rpartition('/')[2]}",
                "Tags": [{"Key": CHANGE_TAG_KEY, "Value": change_tag()}],
            },
            identity=Identity.NAME,
            done=there,
            settled=there,
            settle_s=60,
            undo=(delete,),
            permissions=("iam:TagPolicy",),
        )

    def _attach(self, arn: str, undo: tuple[Call, ...] = ()) -> Call:
        return self._call("Attach", arn, self._attached(arn, there=True), undo)

    def _detach(self, arn: str, undo: tuple[Call, ...] = ()) -> Call:
        return self._call("Detach", arn, self._attached(arn, there=False), undo)

    def _call(self, verb: str, arn: str, done: State, undo: tuple[Call, ...]) -> Call:
        one = holder(self.principal)
        return Call(
            operation=f"iam:{verb}{one.word}Policy",
            params={**one.params, "PolicyArn": arn},
            identity=Identity.SET_STATE,
            done=done,
            undo=undo,
        )

    def _attached(self, arn: str, *, there: bool) -> State:
        one = holder(self.principal)
        return State(
            operation=f"iam:ListAttached{one.word}Policies",
            params=one.params,
            facts={f"AttachedPolicies[?PolicyArn=='{arn}'] | [0].PolicyArn": arn if there else None},
        )
