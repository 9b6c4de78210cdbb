"""An emulator in a process of its own that behaves as AWS documents: `python -m tests.support.shimmed_server PORT`.

Tables of one name in several Regions are replicas of each other, since nothing but the shim can make them so.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import moto.iam.models as iam
import pytest
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.server import main as serve

from tests.support import backup_shim, detective_shim, dynamodb_shim, endpoint_shim, sparing, waf_shim

_AWS_POLICIES = ("AmazonDynamoDBFullAccess_v2",)


def main(port: str) -> None:
    """Install every shim, then serve."""
    patch = pytest.MonkeyPatch()
    sparing.install(patch)
    install(patch)
    serve(["-H", "127.0.0.1", "-p", port])


def install(patch: pytest.MonkeyPatch) -> None:
    """Patch moto in this process until `patch` is undone."""
    detective_shim.install(patch)
    endpoint_shim.install(patch)
    backup_shim.install(patch)
    waf_shim.install(patch)
    _make_global(patch, dynamodb_shim.install(patch=patch))
    every = json.loads(iam.aws_managed_policies_data)
    patch.setattr(iam, "aws_managed_policies_data", json.dumps({name: every[name] for name in _AWS_POLICIES}))
    patch.setattr(iam, "load_iam_aws_managed_policies", lambda: True)


def _make_global(patch: pytest.MonkeyPatch, shim: dynamodb_shim.Shim) -> None:
    plain = DynamoDBBackend.create_table

    def create(self: DynamoDBBackend, name: str, *given: Any, **more: Any) -> Any:
        made = plain(self, name, *given, **more)
        backends = dynamodb_backends[self.account_id]
        regions = [region for region, backend in backends.items() if name in backend.tables]
        if len(regions) > 1:
            shim.make_global(name, *regions, account=self.account_id)
        return made

    patch.setattr(DynamoDBBackend, "create_table", create)


if __name__ == "__main__":
    main(*sys.argv[1:])
