"""Everything that was read in one Region."""

from __future__ import annotations

from typing import ClassVar

from dynasec.model.backup import BackupService
from dynasec.model.companion import Companions
from dynasec.model.detection import Detection
from dynasec.model.edge import Edge
from dynasec.model.fact import Listing, unlisted
from dynasec.model.network import Network
from dynasec.model.recording import Recording
from dynasec.model.shape import Resource
from dynasec.model.table import LegacyGlobalTable, Table, TableBackup, TableExport


class Region(Resource):
    """One audited Region, one field per family of things. As a subject it stands for the account's settings there."""

    aws_type: ClassVar[str] = "AWS::::Account"

    tables: Listing[Table] = unlisted("dynamodb:ListTables")
    table_backups: Listing[TableBackup] = unlisted("dynamodb:ListBackups")
    table_exports: Listing[TableExport] = unlisted("dynamodb:ListExports")
    legacy_global_tables: Listing[LegacyGlobalTable] = unlisted("dynamodb:ListGlobalTables")
    companions: Companions = Companions()
    network: Network = Network()
    detection: Detection = Detection()
    recording: Recording = Recording()
    backup: BackupService = BackupService()
    edge: Edge = Edge()

    @property
    def label(self) -> str:
        """The Region's name."""
        return self.region

    @property
    def is_empty(self) -> bool:
        """Whether it is known to hold no table, so that nothing here needs protection."""
        return self.tables.gap is None and not self.tables.items
