"""What can go wrong with what watches: trails, GuardDuty, alerts, AWS Config, consumers of streams."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from dynasec.model.detection import OpenFinding
from dynasec.model.recording import Exclusions, RecordingGroup, RecordingStrategy
from dynasec.model.snapshot import Snapshot
from tests.account.mutation import Mutation, added, changed, here, removed, the
from tests.account.tables import arn

Selectors = tuple[Any, ...]


def _trail(account: Snapshot) -> Any:
    return account.trails.trails[0]


def _selectors(account: Snapshot, edit: Callable[[Selectors], Selectors]) -> Snapshot:
    selected = _trail(account).selectors.known()
    return changed(account, selected, advanced=edit(selected.advanced))


def _fields(selector: Any) -> dict[str, Any]:
    return {one["Field"]: one for one in selector["FieldSelectors"]}


def _concerns(selector: Any, name: str) -> bool:
    asked = _fields(selector).get("resources.ARN")
    return asked is not None and asked["Equals"] == [arn(name)]


def _narrowed(selector: Any, **condition: Any) -> Any:
    return {"FieldSelectors": [*selector["FieldSelectors"], condition]}


def _writes_only(account: Snapshot) -> Snapshot:
    def edit(advanced: Selectors) -> Selectors:
        return tuple(
            _narrowed(one, Field="readOnly", Equals=["false"]) if _concerns(one, "orders") else one
            for one in advanced
        )

    return _selectors(account, edit)


def _unlogged(account: Snapshot) -> Snapshot:
    return _selectors(
        account, lambda advanced: tuple(one for one in advanced if not _concerns(one, "invoices"))
    )


def _without_kms(account: Snapshot) -> Snapshot:
    def edit(advanced: Selectors) -> Selectors:
        return tuple(
            _narrowed(one, Field="eventSource", NotEquals=["kms.amazonaws.com"])
            if _fields(one)["eventCategory"]["Equals"] == ["Management"]
            else one
            for one in advanced
        )

    return _selectors(account, edit)


def _without_refusals(account: Snapshot) -> Snapshot:
    return _selectors(
        account,
        lambda advanced: tuple(
            one for one in advanced if _fields(one)["eventCategory"]["Equals"] != ["NetworkActivity"]
        ),
    )


def _public_bucket(account: Snapshot) -> Snapshot:
    return changed(
        account, account.trails.buckets[0].public_access_block.known(), restrict_public_buckets=False
    )


def _lossy_consumer(account: Snapshot) -> Snapshot:
    mapping = here(account).companions.event_source_mappings.items[0]
    return changed(account, mapping, destination_config=None)


def _detector(account: Snapshot) -> Any:
    return here(account).detection.detectors.items[0]


def _deaf_source(account: Snapshot) -> Snapshot:
    feature = the(_detector(account).description.known().features, name="FLOW_LOGS")
    return changed(account, feature, status="DISABLED")


def _open_finding(account: Snapshot) -> Snapshot:
    since = account.taken_at - timedelta(days=30)
    found = OpenFinding(
        id="f-1",
        type="Exfiltration:IAMUser/AnomalousBehavior",
        severity=8.0,
        created_at=since,
        updated_at=since,
    )
    return added(account, _detector(account).findings, found)


def _rule_off(account: Snapshot, name: str) -> Snapshot:
    return changed(account, the(here(account).detection.rules.items, name=name), state="DISABLED")


def _recording(account: Snapshot) -> Any:
    return here(account).recording


def _without_keys(account: Snapshot) -> Snapshot:
    group = RecordingGroup(
        all_supported=False,
        exclusion_by_resource_types=Exclusions(resource_types=("AWS::KMS::Key",)),
        recording_strategy=RecordingStrategy(use_only="EXCLUSION_BY_RESOURCE_TYPES"),
    )
    return changed(account, _recording(account).recorders.items[0], recording_group=group)


def _undelivered(account: Snapshot) -> Snapshot:
    status = _recording(account).delivery_statuses.items[0].config_history_delivery_info
    return changed(account, status, last_status="Failure", last_error_code="AccessDenied")


def _deployed(account: Snapshot, identifier: str) -> Any:
    found = [
        one for one in _recording(account).rules.items if one.rule.source.source_identifier == identifier
    ]
    return found[0]


def _rule_removed(account: Snapshot) -> Snapshot:
    return removed(account, _recording(account).rules, _deployed(account, "DYNAMODB_AUTOSCALING_ENABLED"))


def _not_compliant(account: Snapshot) -> Snapshot:
    result = _deployed(account, "DYNAMODB_IN_BACKUP_PLAN").evaluations.items[0]
    return changed(account, result, compliance_type="NON_COMPLIANT")


def _drifted(account: Snapshot) -> Snapshot:
    drift = _recording(account).stacks.items[0].drift_information
    return changed(account, drift, stack_drift_status="DRIFTED")


MUTATIONS = (
    Mutation("trail-logging", _without_kms),
    Mutation(
        "trail-validated",
        lambda account: changed(account, _trail(account).description, log_file_validation_enabled=False),
    ),
    Mutation(
        "trail-encrypted", lambda account: changed(account, _trail(account).description, kms_key_id=None)
    ),
    Mutation("trail-bucket-private", _public_bucket),
    Mutation(
        "trail-delivers",
        lambda account: changed(
            account, _trail(account).status.known(), latest_delivery_error="AccessDenied"
        ),
    ),
    Mutation("table-data-events", _writes_only),
    Mutation(
        "item-changes-audited",
        _unlogged,
        also={
            "table-data-events": "data events of writes are a trace, so without any trace they are missing"
        },
    ),
    Mutation("endpoint-denials-logged", _without_refusals),
    Mutation("stream-consumer-healthy", _lossy_consumer),
    Mutation("guardduty-enabled", _deaf_source),
    Mutation(
        "guardduty-publishes-quickly",
        lambda account: changed(
            account, _detector(account).description.known(), finding_publishing_frequency="SIX_HOURS"
        ),
    ),
    Mutation("guardduty-alert-wired", lambda account: _rule_off(account, "findings")),
    Mutation("dynamodb-api-alert-wired", lambda account: _rule_off(account, "changes")),
    Mutation("guardduty-findings-handled", _open_finding),
    Mutation("config-records-tables", _without_keys),
    Mutation("config-delivers", _undelivered),
    Mutation("config-dynamodb-rules", _rule_removed),
    Mutation("config-rules-compliant", _not_compliant),
    Mutation("stack-in-sync", _drifted),
)
