"""Tags that a table lacks and its replicas carry. A value is taken from there, or from nowhere: what a table holds is not guessed.

DynamoDB copies no tags to replicas, which hold the same items, so what a tag says of the one holds for the other.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables_HowItWorks.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from dynasec.change import Call, Identity, State
from dynasec.check import Context
from dynasec.drafting.tables import same_table
from dynasec.model.fact import Fact, Gaps, Unknown
from dynasec.model.table import Table
from dynasec.remediation import Advice, Draft, Proposal, Risk
from dynasec.rights.tag_guard import deciding_tags
from dynasec.semantics.replica_settings import others, table_of

FindTag = Callable[[Table], tuple[str, str] | None]
_TAGS: Final = "dynamodb:ListTagsOfResource"


def as_replicas_say(table: Table, context: Context, find: FindTag, how: str) -> Iterator[Proposal]:
    """Yield the change that gives a table the tag (`find`: its key and value) that its replicas agree on; advice (`how`) where none does.

    Raises:
        Unknown: the table's own tags were not read, or it could not be described.

    """
    before = table.tags.known()
    found, gaps = set[tuple[str, str]](), Gaps()
    for replica in others(table):
        try:
            tag = find(table_of(table, replica, context.snapshot))
        except Unknown as missing:
            gaps.found.extend(missing.gaps)
            continue
        found.update(() if tag is None else (tag,))
    if len(found) != 1:
        why = "its replicas contradict each other" if found else "nothing in the account tells the value"
        unread = f" ({gaps.found[0]})" if gaps.found else ""
        yield Advice(table.arn, f"{why}{unread}", how)
        return
    key, value = found.pop()
    yield _draft(table, context, key, value, before.get(key))


def _draft(table: Table, context: Context, key: str, value: str, old: str | None) -> Draft:
    tags = {**table.tags.known(), key: value}
    deciding = _who_asks(context, key)
    return Draft(
        resource=table.arn,
        region=table.region,
        summary=f"tag {table.name} with {key} = {value}, as its replicas are",
        before={key: old},
        after={key: value},
        expect=(same_table(table), _state(table, key, old)),
        calls=(_set(table, key, value).model_copy(update={"undo": (_set(table, key, old),)}),),
        verify=(_state(table, key, value),),
        replaces=((table.tags, Fact(tags)),),
        risk=Risk.ACCESS if deciding else None,
        reasons=deciding,
    )


def _who_asks(context: Context, key: str) -> tuple[str, ...]:
    """Return the policies that ask for a tag of a resource, in words; also what may hide one."""
    deciding, gaps = deciding_tags(context.access)
    asks = [one for one in deciding if not one.of_principals and one.tag.casefold() == key.casefold()]
    hidden = [f"a policy that could not be read ({gap}) may ask for the tag" for gap in gaps[:1]]
    return tuple(dict.fromkeys([*(one.words for one in asks), *hidden]))


def _set(table: Table, key: str, value: str | None) -> Call:
    if value is None:
        return Call(
            operation="dynamodb:UntagResource",
            params={"ResourceArn": table.arn, "TagKeys": [key]},
            identity=Identity.SET_STATE,
            done=_state(table, key, None),
        )
    return Call(
        operation="dynamodb:TagResource",
        params={"ResourceArn": table.arn, "Tags": [{"Key": key, "Value": value}]},
        identity=Identity.SET_STATE,
        done=_state(table, key, value),
    )


def _state(table: Table, key: str, value: str | None) -> State:
    quoted = key.replace("\\", "\\\\").replace("'", "\\'")
    facts = {f"Tags[?Key=='{quoted}'].Value | [0]": value}
    return State(operation=_TAGS, params={"ResourceArn": table.arn}, facts=facts)
