"""Builds AWS Config's side of a Region by hand."""

from __future__ import annotations

from typing import Any

from dynasec.model.fact import Listing
from dynasec.model.recording import (
    ConfigRule,
    DeployedRule,
    Recorder,
    RecorderStatus,
    Recording,
    RecordingGroup,
    RecordingStrategy,
    RuleSource,
)

EVERYTHING = RecordingGroup(
    all_supported=True, recording_strategy=RecordingStrategy(use_only="ALL_SUPPORTED_RESOURCE_TYPES")
)


def rule(identifier: str, *, name: str = "", owner: str = "AWS", **members: Any) -> DeployedRule:
    """A deployed rule that is ACTIVE; members in snake case."""
    return DeployedRule(
        rule=ConfigRule(
            **{
                "config_rule_name": name or identifier.lower().replace("_", "-"),
                "source": RuleSource(owner=owner, source_identifier=identifier),
                "config_rule_state": "ACTIVE",
                **members,
            }
        )
    )


def recorder(name: str = "default", group: RecordingGroup | None = EVERYTHING, **members: Any) -> Recorder:
    """A recorder of everything."""
    return Recorder(name=name, recording_group=group, **members)


def recording(
    *rules: DeployedRule, of: Recorder | None = None, on: bool = True, **listings: Any
) -> Recording:
    """AWS Config with these rules and one recorder, which is on; `listings` replace what is given or left out so."""
    own = of or recorder()
    status = RecorderStatus(name=own.name, recording=on, service_principal=own.service_principal)
    return Recording(
        **{
            "recorders": Listing((own,)),
            "recorder_statuses": Listing((status,)),
            "rules": Listing(rules),
            **listings,
        }
    )
