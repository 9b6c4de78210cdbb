"""Builds AWS Config's side of a Region by hand."""

from __future__ import annotations

from typing import Any

from dynasec.model.fact import Fact, Listing
from dynasec.model.recording import (
    ConfigRule,
    Delivery,
    DeliveryChannel,
    DeliveryChannelStatus,
    DeployedRule,
    Evaluation,
    EvaluationIdentifier,
    EvaluationQualifier,
    Recorder,
    RecorderStatus,
    Recording,
    RecordingGroup,
    RecordingStrategy,
    RuleSource,
)
from dynasec.model.stack import Stack, StackDrift, StackResource, StackResourceDrift

EVERYTHING = RecordingGroup(
    all_supported=True, recording_strategy=RecordingStrategy(use_only="ALL_SUPPORTED_RESOURCE_TYPES")
)
DELIVERED = Delivery(last_status="Success")


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


def judged(identifier: str, compliance: str | None, *, table: str = "orders", **members: Any) -> DeployedRule:
    """A rule with its result about one table, or with none."""
    made = rule(identifier, **members)
    name = made.rule.config_rule_name
    which = EvaluationQualifier(
        config_rule_name=name, resource_type="AWS::DynamoDB::Table", resource_id=table
    )
    result = Evaluation(
        evaluation_result_identifier=EvaluationIdentifier(evaluation_result_qualifier=which),
        compliance_type=compliance or "",
    )
    return DeployedRule(rule=made.rule, evaluations=Listing((result,) if compliance else ()))


def delivering(history: Delivery | None = DELIVERED, **infos: Any) -> dict[str, Any]:
    """A channel, and how its latest deliveries went."""
    status = DeliveryChannelStatus(name="default", config_history_delivery_info=history, **infos)
    channel = DeliveryChannel(name="default", s3_bucket_name="logs")
    return {"delivery_channels": Listing((channel,)), "delivery_statuses": Listing((status,))}


def stack(
    name: str = "shop", *, drift: StackDrift | None, table: StackResourceDrift | None = None, **members: Any
) -> Stack:
    """A stack that holds the table `orders`, with what was last known of the drift of both."""
    arn = f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/1"
    return Stack(
        **{
            "stack_id": arn,
            "stack_name": name,
            "stack_status": "UPDATE_COMPLETE",
            "drift_information": drift,
            "resources": Fact((held("orders", drift=table),)),
            **members,
        }
    )


def held(
    name: str, kind: str = "AWS::DynamoDB::Table", *, drift: StackResourceDrift | None = None
) -> StackResource:
    """One of a stack's resources, a table by default, by its physical id."""
    return StackResource(
        logical_resource_id=name.title(),
        physical_resource_id=name,
        resource_type=kind,
        resource_status="CREATE_COMPLETE",
        drift_information=drift,
    )
