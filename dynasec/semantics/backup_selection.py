"""Whether a selection of an AWS Backup plan takes in a table: what AWS Backup works out each time a plan runs.

`Resources` (any of them; all there is where none is named), minus `NotResources`; of these, those with any of `ListOfTags` and with
all of `Conditions`. The Region's opt-in counts unless `Resources` names the type itself: `arn:aws:dynamodb:*:*:table/*`, while
`arn:aws:dynamodb:*` names the service only and `*` nothing.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html,
https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html and
https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from dynasec.model.backup import BackupService, SelectionBody, TagCondition
from dynasec.model.fact import Fact, Gap, Gaps, Unknown, malformed
from dynasec.model.table import Table

UNDOCUMENTED: Final = "Undocumented"
"""The code of a gap where AWS does not say what AWS Backup does."""

_SELECTION: Final = "backup:GetBackupSelection"
_SETTINGS: Final = "backup:DescribeRegionSettings"
_TYPE: Final = "DynamoDB"
_TAG: Final = "aws:ResourceTag/"
_NAMES_THE_TYPE: Final = re.compile(r"arn:[^:]*:dynamodb:[^:]*:[^:]*:table[/*]")


class Miss(IntEnum):
    """Why a selection does not take a table in; the greater, the less is missing."""

    NOT_NAMED = 0
    NOT_TAGGED = 1
    EXCLUDED = 2
    NOT_OPTED_IN = 3

    @property
    def words(self) -> str:
        """What to say of the selection."""
        return {
            Miss.NOT_NAMED: "does not name the table",
            Miss.NOT_TAGGED: "asks for tags that the table does not carry",
            Miss.EXCLUDED: "excludes the table by NotResources",
            Miss.NOT_OPTED_IN: "would take the table in, but the Region has not opted in to DynamoDB",
        }[self]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one selection of one plan says to a table; `miss` is None where it takes it in."""

    plan: str
    selection: str
    miss: Miss | None


def answers(backup: BackupService, table: Table, gaps: Gaps) -> Iterator[Answer]:
    """Yield what every selection of the table's Region says to it; what cannot be told goes into `gaps`."""
    for plan in gaps.items(backup.plans):
        for selection in gaps.items(plan.selections):
            body = gaps.of(selection.body)
            if body is None:
                continue
            try:
                yield Answer(plan.name, selection.name, miss(body, table, backup.opt_ins))
            except Unknown as unclear:
                gaps.found.extend(unclear.gaps)


def miss(body: SelectionBody, table: Table, opt_ins: Fact[Mapping[str, bool]]) -> Miss | None:
    """Return why a selection does not take a table in, or None where it does.

    Raises:
        Unknown: the tags or the opt-in could not be read and decide it, or AWS does not document what a condition means.

    """
    naming = [pattern for pattern in body.resources or ("*",) if _matches(pattern, table.arn)]
    if not naming:
        return Miss.NOT_NAMED
    if any(_matches(pattern, table.arn) for pattern in body.not_resources):
        return Miss.EXCLUDED
    if not _tagged(body, table):
        return Miss.NOT_TAGGED
    if any(_NAMES_THE_TYPE.match(pattern) for pattern in naming):
        return None
    opted_in = opt_ins.known().get(_TYPE)
    if opted_in is None:
        raise Unknown(
            malformed(_SETTINGS, f"ResourceTypeOptInPreference does not tell {_TYPE}", table.region)
        )
    return None if opted_in else Miss.NOT_OPTED_IN


def _tagged(body: SelectionBody, table: Table) -> bool:
    """Whether the table carries what the selection asks for. One condition that surely fails decides, whatever is unclear beside it."""
    if body.list_of_tags:
        for one in body.list_of_tags:
            if one.condition_type.upper() != "STRINGEQUALS":
                raise Unknown(malformed(_SELECTION, f"ListOfTags has a {one.condition_type}", table.region))
        tags = table.tags.known()
        wanted = ((one.condition_key.removeprefix(_TAG), one.condition_value) for one in body.list_of_tags)
        if not any(tags.get(key) == value for key, value in wanted):
            return False
    unclear: list[Gap] = []
    for condition, test, negated in _conditions(body):
        try:
            if not _holds(condition, test, table, negated=negated):
                return False
        except Unknown as missing:
            unclear += missing.gaps
    if unclear:
        raise Unknown(*unclear)
    return True


def _conditions(body: SelectionBody) -> Iterator[tuple[TagCondition, Callable[[str, str], bool], bool]]:
    if body.conditions is None:
        return
    yield from ((one, str.__eq__, False) for one in body.conditions.string_equals)
    yield from ((one, _matches, False) for one in body.conditions.string_like)
    yield from ((one, str.__eq__, True) for one in body.conditions.string_not_equals)
    yield from ((one, _matches, True) for one in body.conditions.string_not_like)


def _holds(condition: TagCondition, test: Callable[[str, str], bool], table: Table, *, negated: bool) -> bool:
    key = condition.condition_key
    if not key.startswith(_TAG):
        raise Unknown(malformed(_SELECTION, f"a condition is on {key}, which is no tag", table.region))
    value = table.tags.known().get(key.removeprefix(_TAG))
    if value is not None:
        return test(condition.condition_value, value) is not negated
    if not negated:
        return False
    what = f"whether a resource without the tag {key.removeprefix(_TAG)} meets a negated condition"
    raise Unknown(Gap(_SELECTION, UNDOCUMENTED, what, table.region))


def _matches(pattern: str, text: str) -> bool:
    """Compare with a pattern in which `*` stands for any characters, colons and slashes included; case counts."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
