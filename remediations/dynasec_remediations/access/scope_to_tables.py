"""Names the tables of the holder's lane where a policy opens the items of every table.

## What it does
In each Allow that `no-wildcard-tables` names, the actions on items are parted from the others and given the tables of the lane that all
holders of the policy are in, with indexes and streams where an action works on them, and replicas in other Regions. Tables that are named
already stay; actions that open no items, and those of other services, keep their resources, and conditions stay on both.

## Safety
What is outside the lane is withdrawn; the impact analysis lists it. Holders without lane (a tag of `tags.lane`, or a rule), or of several,
are left to a person, with the policy written out; so are NotAction, NotResource, DAX, policies of AWS and of permission sets. Where also
`no-wildcard-actions` or `fine-grained-sound` fails, that comes first: all rewrite the same policy.

## Undo
Exact: the old version is put in force and the new one deleted; an inline policy gets its old text.
"""

from collections.abc import Iterator, Mapping, Sequence

from dynasec.arn import Arn
from dynasec.check import Context
from dynasec.drafting.identity_policies import fixed, policy_change
from dynasec.drafting.named_resources import Wide, every_table, own_tables
from dynasec.drafting.policies import Json, rewritten
from dynasec.iam.document import Statement
from dynasec.model.identity import DETAILS, Policy, Role, User
from dynasec.remediation import Advice, Failure, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.policy_in_use import missing_holders
from dynasec.semantics.policy_text import document_of
from dynasec.semantics.reached_resources import about_dynamodb
from dynasec.semantics.wording import counted

remediation = Remediation(
    subject=Policy,
    title="Name the tables of the lane in policies",
    controls=("no-wildcard-tables",),
    risk=Risk.ACCESS,
    undo=UndoClass.EXACT,
    reads=("dynamodb:DescribeTable", "dynamodb:ListTables", "tag:GetResources"),
)

_FIRST = ("no-wildcard-actions", "fine-grained-sound")
_SHOWN = 10


@remediation.each_failure
def plan(failure: Failure[Policy], context: Context) -> Iterator[Proposal]:
    """Draft the policy with tables named, or write out what a person may put in."""
    policy = failure.subject
    text = policy.text.known()
    document = about_dynamodb(document_of(text, DETAILS), Arn.parse(policy.arn).partition)
    statements = {one.position: one for one in document.statements}
    why = fixed(policy) or next(_unparted(text, statements), None)
    if why is not None:
        yield Advice(
            policy.arn,
            why,
            "name the tables in a policy of your own, and their /index/* where indexes are queried",
        )
    elif first := [one for one in _FIRST if one in failure.all_controls]:
        how = f"close {' and '.join(first)} first, audit and plan again"
        yield Advice(policy.arn, f"what closes {first[0]} rewrites the same policy", how)
    else:
        tables = _tables(policy, context)
        if isinstance(tables, str):
            known = [table.arn for table in every_table(context)]
            shown = known[:_SHOWN] or [
                f"arn:{Arn.parse(policy.arn).partition}:dynamodb:REGION:ACCOUNT:table/NAME"
            ]
            how = f"name its tables (or give it a lane): {_scoped(text, statements, shown)}"
            yield Advice(policy.arn, tables, how)
            return
        new = _scoped(text, statements, tables)
        summary = f"hold {policy.label} to the {counted(len(tables), 'table')} of its lane"
        yield policy_change(policy, new, context, summary, ("withdraws all other tables",))


def _tables(policy: Policy, context: Context) -> Sequence[str] | str:
    identity = context.snapshot.identity
    missing_holders(policy, identity).settle()
    known: list[User | Role] = [*identity.users.items, *identity.roles.items]
    holders = set(identity.holders(policy))
    return own_tables([one for one in known if one.arn in holders], context)


def _unparted(text: str, statements: Mapping[int, Statement]) -> Iterator[str]:
    reasons: list[str] = []

    def look(place: int, raw: Json) -> list[Json]:
        wide = Wide.of(raw, statements[place])
        why = None if wide is None else wide.why_not()
        reasons.extend([] if why is None else [why])
        return [raw]

    rewritten(text, look)
    yield from reasons


def _scoped(text: str, statements: Mapping[int, Statement], tables: Sequence[str]) -> str:
    taken = {one.sid for one in statements.values() if one.sid}

    def part(place: int, raw: Json) -> list[Json]:
        wide = Wide.of(raw, statements[place])
        return [raw] if wide is None else wide.parted(tables, taken)

    return rewritten(text, part) or text
