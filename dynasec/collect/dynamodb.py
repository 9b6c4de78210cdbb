"""Tables, and what DynamoDB itself keeps beside them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from dynasec.collect.keys import KeyRing
from dynasec.collect.reader import RegionReader
from dynasec.model.fact import Fact, Listing
from dynasec.model.shape import JsonObject
from dynasec.model.table import (
    ContinuousBackups,
    ContributorInsights,
    KinesisDestination,
    LegacyGlobalTable,
    ResourcePolicy,
    Sse,
    Table,
    TableBackup,
    TableDescription,
    TableExport,
    Tags,
    TimeToLive,
)

_POLICY = "dynamodb:GetResourcePolicy"
_BACKUPS = "dynamodb:DescribeContinuousBackups"
_BACKUP = "dynamodb:DescribeBackup"
_LEGACY = "dynamodb:ListGlobalTables"
_LEGACY_START = "ExclusiveStartGlobalTableName"


class TableCollector:
    """Reads tables of one Region; replicas elsewhere are read by a collector of their own Region."""

    def __init__(self, reader: RegionReader, keys: KeyRing) -> None:
        self._reader = reader
        self._keys = keys
        self._tags = asyncio.create_task(_all_tags(reader))
        self._insights = asyncio.create_task(_all_insights(reader))

    async def tables(self) -> Listing[Table]:
        """Read all tables of the Region, in the order of their names."""
        found = await self._reader.each("dynamodb:ListTables", "TableNames", self.table)
        return Listing(tuple(sorted(found.items, key=lambda table: table.name)), found.gap)

    async def table(self, name: str) -> Table:
        """Read one table; each fact that cannot be read is a gap of its own."""
        reader, arn = self._reader, self._reader.arn("dynamodb", f"table/{name}")
        (described, stream_policy), policy, backups, ttl, kinesis = await asyncio.gather(
            self._described(name, arn),
            self._policy(arn, absent=("PolicyNotFoundException",)),
            reader.value(_BACKUPS, _continuous_backups, TableName=name),
            reader.value("dynamodb:DescribeTimeToLive", _time_to_live, TableName=name),
            reader.value(
                "dynamodb:DescribeKinesisStreamingDestination", _kinesis_destinations, TableName=name
            ),
        )
        tags, insights = await self._tags, await self._insights
        return Table(
            arn=arn,
            region=reader.region,
            name=name,
            account=reader.account,
            description=described,
            tags=tags.map(lambda by_arn: by_arn.get(arn, {}), "tag:GetResources"),
            policy=policy,
            stream_policy=stream_policy,
            continuous_backups=backups,
            time_to_live=ttl,
            kinesis_destinations=kinesis,
            contributor_insights=insights.map(
                lambda by_name: by_name.get(name, ()), "dynamodb:ListContributorInsights"
            ),
        )

    async def _described(
        self, name: str, arn: str
    ) -> tuple[Fact[TableDescription], Fact[ResourcePolicy | None]]:
        """Read the description and what follows from it at once: other reads of the table may have long to wait for their turn."""
        described = await self._reader.value("dynamodb:DescribeTable", _description, TableName=name)
        if described.gap is None and (sse := described.known().sse) is not None:
            self._keys.want(sse.kms_master_key_arn, self._reader.region, table=arn)
        return described, await self._stream_policy(described)

    async def _policy(self, arn: str, *, absent: tuple[str, ...]) -> Fact[ResourcePolicy | None]:
        answer = await self._reader.find(_POLICY, absent=absent, ResourceArn=arn)
        return answer.map(_policy, _POLICY)

    async def _stream_policy(self, described: Fact[TableDescription]) -> Fact[ResourcePolicy | None]:
        if described.gap is not None:
            return Fact(gap=described.gap)
        table = described.known()
        if table.latest_stream_arn is None:
            return Fact(None)
        absent = ["PolicyNotFoundException"]
        if table.stream_specification is None or not table.stream_specification.stream_enabled:
            absent.append("ResourceNotFoundException")  # the ARN may outlive the stream by any time
        return await self._policy(table.latest_stream_arn, absent=tuple(absent))


async def backups(reader: RegionReader, keys: KeyRing) -> Listing[TableBackup]:
    """List the on-demand backups of a Region, those that AWS Backup made included, in the order of their ARNs, each with its encryption."""

    async def describe(summary: JsonObject) -> TableBackup:
        backup = TableBackup.model_validate(summary)
        encryption = await reader.value(_BACKUP, _backup_encryption, BackupArn=backup.backup_arn)
        if (sse := encryption.value) is not None:
            keys.want(sse.kms_master_key_arn, reader.region)
        return backup.model_copy(update={"encryption": encryption})

    found = await reader.each("dynamodb:ListBackups", "BackupSummaries", describe, BackupType="ALL")
    return Listing(tuple(sorted(found.items, key=lambda one: one.backup_arn)), found.gap)


async def exports(reader: RegionReader) -> Listing[TableExport]:
    """List the exports of the last 90 days, each with where it went, in the order of their ARNs.

    An export that cannot be described may have gone anywhere, so it makes the listing incomplete.
    """

    async def describe(summary: JsonObject) -> Fact[TableExport]:
        answer = await reader.read("dynamodb:DescribeExport", ExportArn=summary["ExportArn"])
        return answer.map(_export, "dynamodb:DescribeExport")

    found = await reader.each("dynamodb:ListExports", "ExportSummaries", describe)
    known = (one.known() for one in found.items if one.observed)
    hidden = next((one.gap for one in found.items if one.gap is not None), None)
    return Listing(tuple(sorted(known, key=lambda one: one.export_arn)), found.gap or hidden)


async def legacy_global_tables(reader: RegionReader) -> Listing[LegacyGlobalTable]:
    """List the global tables of version 2017.11.29 with a replica in the Region; botocore has no paginator for this operation."""
    found: list[LegacyGlobalTable] = []
    start: dict[str, str] = {}
    while True:
        answer = await reader.read(_LEGACY, RegionName=reader.region, **start)
        page = answer.map(_legacy_page, _LEGACY)
        if page.gap is not None:
            return Listing(_by_legacy_name(found), page.gap)
        tables, last = page.known()
        found += tables
        if last is None or last == start.get(_LEGACY_START):
            return Listing(_by_legacy_name(found))
        start = {_LEGACY_START: last}


def _legacy_page(response: JsonObject) -> tuple[tuple[LegacyGlobalTable, ...], str | None]:
    tables = tuple(LegacyGlobalTable.model_validate(one) for one in response["GlobalTables"])
    return tables, response.get("LastEvaluatedGlobalTableName")


def _by_legacy_name(found: list[LegacyGlobalTable]) -> tuple[LegacyGlobalTable, ...]:
    return tuple(sorted(found, key=lambda one: one.global_table_name))


async def _all_tags(reader: RegionReader) -> Fact[Mapping[str, Tags]]:
    """Read all tables' tags, a hundred tables a call. A table that was never tagged is not listed: it has none."""
    found = await reader.items(
        "tag:GetResources", "ResourceTagMappingList", _tags_of, ResourceTypeFilters=["dynamodb:table"]
    )
    return Fact(dict(found.items), found.gap)


async def _all_insights(reader: RegionReader) -> Fact[Mapping[str, tuple[ContributorInsights, ...]]]:
    """Read Contributor Insights of all tables and indexes. What never had them is not listed."""
    found = await reader.items(
        "dynamodb:ListContributorInsights", "ContributorInsightsSummaries", _insights_of
    )
    by_table: defaultdict[str, list[ContributorInsights]] = defaultdict(list)
    for name, insights in found.items:
        by_table[name].append(insights)
    return Fact({name: tuple(sorted(those, key=_by_index)) for name, those in by_table.items()}, found.gap)


def _insights_of(summary: JsonObject) -> tuple[str, ContributorInsights]:
    return summary["TableName"], ContributorInsights.model_validate(summary)


def _by_index(insights: ContributorInsights) -> str:
    return insights.index_name or ""


def _tags_of(mapping: JsonObject) -> tuple[str, Tags]:
    return mapping["ResourceARN"], {tag["Key"]: tag["Value"] for tag in mapping.get("Tags", ())}


def _backup_encryption(response: JsonObject) -> Sse | None:
    raw = response["BackupDescription"]["SourceTableFeatureDetails"].get("SSEDescription")
    return None if raw is None else Sse.model_validate(raw)


def _export(response: JsonObject) -> TableExport:
    return TableExport.model_validate(response["ExportDescription"])


def _description(response: JsonObject) -> TableDescription:
    return TableDescription.model_validate(response["Table"])


def _policy(response: JsonObject | None) -> ResourcePolicy | None:
    return (
        None
        if response is None
        else ResourcePolicy(text=response["Policy"], revision_id=response.get("RevisionId"))
    )


def _continuous_backups(response: JsonObject) -> ContinuousBackups:
    described: Any = response["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return ContinuousBackups(
        enabled={"ENABLED": True, "DISABLED": False}[described["PointInTimeRecoveryStatus"]],
        window_days=described.get("RecoveryPeriodInDays"),
    )


def _time_to_live(response: JsonObject) -> TimeToLive:
    return TimeToLive.model_validate(response["TimeToLiveDescription"])


def _kinesis_destinations(response: JsonObject) -> tuple[KinesisDestination, ...]:
    return tuple(KinesisDestination.model_validate(one) for one in response["KinesisDataStreamDestinations"])
