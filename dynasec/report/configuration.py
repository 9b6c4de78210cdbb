"""A first `dynasec.toml`, proposed from what an account shows. Everything in it is commented out but what is certain."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from dynasec.model.fact import Unknown
from dynasec.model.network import Network, Subnet
from dynasec.model.snapshot import Snapshot
from dynasec.printable import printable
from dynasec.semantics.network_path import path_to_dynamodb, route_table_of
from dynasec.semantics.route_target import PathKind
from dynasec.settings import Settings

READS: Final = frozenset(
    {
        "dynamodb:ListTables",
        "tag:GetResources",
        "ec2:DescribeVpcs",
        "ec2:DescribeSubnets",
        "ec2:DescribeRouteTables",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribePrefixLists",
        "organizations:DescribeOrganization",
    }
)
"""What the proposal looks at."""

_DEFAULT: Final = Settings()


def proposed(snapshot: Snapshot) -> str:
    """Return the file's text: TOML that `dynasec.settings` accepts as it is, and proposals in comments."""
    return "\n".join(
        [
            f"# dynasec.toml, proposed from account {snapshot.account.id} as it was on {snapshot.taken_at:%Y-%m-%d}.",
            "# Nothing here is needed; everything sharpens the answers. Lines with a # are proposals: read, change, uncomment.",
            "",
            *_classes(snapshot),
            *_placement(snapshot),
            *_trust(snapshot),
            *_rules(snapshot),
            *_suppressions(),
            "",
        ]
    )


def _classes(snapshot: Snapshot) -> Iterator[str]:
    ladder = {name.casefold() for name in _DEFAULT.classes.ladder}
    used = _tag_values(snapshot)
    fitting = [
        key for key, values in used.items() if ladder.intersection(value.casefold() for value in values)
    ]
    tables = list(snapshot.tables())
    yield "[classes]"
    yield f"# tag keys that carry class names in this account: {_listed(fitting) or 'none'}"
    yield f"# tag_keys = {_array(fitting or _DEFAULT.classes.tag_keys)}"
    yield f"# ladder = {_array(_DEFAULT.classes.ladder)}   # from the least to the most sensitive"
    yield f"# sensitive_from = {_text(_DEFAULT.classes.sensitive_from)}"
    yield f"# unclassified_as = {_text(_DEFAULT.classes.unclassified_as)}   # unknown data is sensitive data"
    for key in fitting:
        odd = sorted(value for value in used[key] if value.casefold() not in ladder)
        if odd:
            yield f"# values of {_text(key)} that are not on the ladder: {_listed(odd)}"
    bare = [
        table.name
        for table in tables
        if table.tags.value is not None and not set(table.tags.value) & set(fitting)
    ]
    if bare:
        yield f"# tables without a class: {_listed(bare[:20])}{' …' if len(bare) > 20 else ''}"  # noqa: PLR2004 - enough to see
    yield ""


def _placement(snapshot: Snapshot) -> Iterator[str]:
    used = _tag_values(snapshot)
    lanes = [key for key in used if key.casefold() in _DEFAULT.tags.lane]
    yield "[tags]"
    for key in lanes:
        yield f"# lanes by the tag {_text(key)}: {_listed(sorted(used[key]))}"
    yield f"# lane = {_array(lanes or _DEFAULT.tags.lane)}"
    yield f"# zone = {_array(_DEFAULT.tags.zone)}"
    yield f"# tier = {_array(_DEFAULT.tags.tier)}"
    yield ""
    yield "[network]"
    yield '# on_premises = ["192.168.0.0/16"]   # ranges behind VPN or Direct Connect'
    for region in snapshot.regions:
        for subnet in region.network.subnets.items:
            yield f"# {region.region} {_text(subnet.label)}: {_way_out(region.network, subnet)}"
    yield ""


def _way_out(network: Network, subnet: Subnet) -> str:
    """Say in words which tier a subnet looks like, by its routes."""
    try:
        path = path_to_dynamodb(network, subnet)
        table = route_table_of(network, subnet)
    except Unknown as missing:
        return f"its routes could not be told ({missing})"
    looks = "public" if path.kind is PathKind.INTERNET_GATEWAY else "private"
    return f"looks {looks}; reaches DynamoDB by {path.kind.value}, route table {table.route_table_id}"


def _trust(snapshot: Snapshot) -> Iterator[str]:
    yield "[trust]"
    yield '# accounts = ["111122223333"]   # accounts beside this one that are no foreigners'
    above = snapshot.organization.description.value
    if above is not None:
        yield f"# organizations = {_array([above.id])}   # the account's own"
    yield '# administrators = ["arn:aws:iam::*:role/admin*"]'
    yield ""


def _rules(snapshot: Snapshot) -> Iterator[str]:
    yield "# [[rules]]   # what tags do not tell; for each fact the first rule that matches counts"
    first = next(snapshot.tables(), None)
    yield f"# match = {_text(first.name if first else 'billing-*')}"
    yield '# data_class = "restricted"'
    yield '# lane = "finance"'
    yield ""


def _suppressions() -> Iterator[str]:
    yield "# [[suppress]]   # an accepted risk, for 180 days at most"
    yield '# control = "deletion-protection"'
    yield '# resource = "*table/scratch-*"'
    yield '# reason = "rebuilt every night"'
    yield '# owner = "data platform"'
    yield "# expires = 2027-01-31"


def _tag_values(snapshot: Snapshot) -> dict[str, set[str]]:
    """Return the tag keys of tables, the most used first, with their values."""
    counted: Counter[str] = Counter()
    values: dict[str, set[str]] = {}
    for table in snapshot.tables():
        for key, value in (table.tags.value or {}).items():
            counted[key] += 1
            values.setdefault(key, set()).add(value)
    return {key: values[key] for key, _ in counted.most_common()}


def _text(value: str) -> str:
    """Return a TOML basic string; JSON's escapes are TOML's, and nothing in it can end a comment's line."""
    return printable(json.dumps(value))


def _array(values: Iterable[str]) -> str:
    return f"[{_listed(values)}]"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(_text, values))
