"""Reads what lives beside tables: DAX clusters, autoscaling, consumers of streams, Kinesis data streams."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from dynasec.arn import Arn
from dynasec.collect.keys import KeyRing
from dynasec.collect.reader import RegionReader
from dynasec.model.companion import (
    Companions,
    DaxCluster,
    DaxDescription,
    DaxSubnetGroup,
    EventSourceMapping,
    KinesisStream,
    KinesisSummary,
    ScalableTarget,
    ScalingPolicy,
)
from dynasec.model.fact import Fact, Listing, malformed
from dynasec.model.shape import JsonObject
from dynasec.model.table import Table

_SUBNET_GROUPS = "dax:DescribeSubnetGroups"
_KINESIS = "kinesis:DescribeStreamSummary"
_TARGETS = "application-autoscaling:DescribeScalableTargets"
_POLICIES = "application-autoscaling:DescribeScalingPolicies"
_MAPPINGS = "lambda:ListEventSourceMappings"


async def collect(reader: RegionReader, keys: KeyRing, tables: Awaitable[Listing[Table]]) -> Companions:
    """Read one Region. `tables` are awaited for the streams that they send to."""
    clusters, targets, policies, mappings, streams = await asyncio.gather(
        _dax_clusters(reader),
        reader.items(_TARGETS, "ScalableTargets", ScalableTarget.model_validate, ServiceNamespace="dynamodb"),
        reader.items(_POLICIES, "ScalingPolicies", ScalingPolicy.model_validate, ServiceNamespace="dynamodb"),
        reader.items(_MAPPINGS, "EventSourceMappings", _mapping),
        _kinesis_streams(reader, keys, tables),
    )
    return Companions(
        dax_clusters=clusters,
        scalable_targets=Listing(tuple(sorted(targets.items, key=_by_target)), targets.gap),
        scaling_policies=Listing(tuple(sorted(policies.items, key=_by_policy)), policies.gap),
        event_source_mappings=Listing(
            tuple(sorted((one for one in mappings.items if one is not None), key=lambda one: one.uuid)),
            mappings.gap,
        ),
        kinesis_streams=streams,
    )


async def _dax_clusters(reader: RegionReader) -> Listing[DaxCluster]:
    found = await reader.items("dax:DescribeClusters", "Clusters", DaxDescription.model_validate)
    groups: Listing[DaxSubnetGroup] = await _subnet_groups(reader) if found.items else Listing()
    clusters = (
        DaxCluster(
            arn=one.cluster_arn,
            region=reader.region,
            name=one.cluster_name,
            description=one,
            subnet_group=_group_of(one, groups),
        )
        for one in found.items
    )
    return Listing(tuple(sorted(clusters, key=lambda one: one.name)), found.gap)


async def _subnet_groups(reader: RegionReader) -> Listing[DaxSubnetGroup]:
    return await reader.items(_SUBNET_GROUPS, "SubnetGroups", DaxSubnetGroup.model_validate)


def _group_of(cluster: DaxDescription, groups: Listing[DaxSubnetGroup]) -> Fact[DaxSubnetGroup]:
    own = next((one for one in groups.items if one.subnet_group_name == cluster.subnet_group), None)
    if own is not None:
        return Fact(own)
    return Fact(gap=groups.gap or malformed(_SUBNET_GROUPS, f"no subnet group {cluster.subnet_group}"))


async def _kinesis_streams(
    reader: RegionReader, keys: KeyRing, tables: Awaitable[Listing[Table]]
) -> Listing[KinesisStream]:
    """Read each stream once to which some table sends; destinations that cannot be read leave the listing incomplete."""
    listed = await tables
    gaps = [listed.gap, *(table.kinesis_destinations.gap for table in listed.items)]
    arns = {
        destination.stream_arn
        for table in listed.items
        for destination in table.kinesis_destinations.value or ()
    }
    streams = await asyncio.gather(*(_kinesis_stream(reader, keys, arn) for arn in sorted(arns)))
    return Listing(tuple(streams), next((gap for gap in gaps if gap is not None), None))


async def _kinesis_stream(reader: RegionReader, keys: KeyRing, arn: str) -> KinesisStream:
    there = reader.at(_region_of(arn) or reader.region)
    answer = await there.read(_KINESIS, StreamARN=arn)
    summary = answer.map(_summary, _KINESIS)
    if summary.observed:
        keys.want(summary.known().key_id, there.region)
    return KinesisStream(arn=arn, summary=summary)


def _summary(response: JsonObject) -> KinesisSummary:
    return KinesisSummary.model_validate(response["StreamDescriptionSummary"])


def _mapping(raw: JsonObject) -> EventSourceMapping | None:
    """Keep consumers of DynamoDB and Kinesis streams; queues and brokers are nothing that a table sends to."""
    source = raw.get("EventSourceArn", "")
    if not source or Arn.parse(source).service not in {"dynamodb", "kinesis"}:
        return None
    return EventSourceMapping.model_validate(raw)


def _region_of(arn: str) -> str:
    try:
        return Arn.parse(arn).region
    except ValueError:
        return ""


def _by_target(target: ScalableTarget) -> tuple[str, str]:
    return target.resource_id, target.scalable_dimension


def _by_policy(policy: ScalingPolicy) -> tuple[str, str, str]:
    return policy.resource_id, policy.scalable_dimension, policy.policy_name
