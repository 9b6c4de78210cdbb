"""What must be read to plan."""

from __future__ import annotations

from dynasec.cli.planning import Basis
from dynasec.remedies import load
from dynasec.remedy.planning.ownership import Ownership
from dynasec.settings import Remedy, Settings
from tests.support.accounts import registry
from tests.support.remedied import harmless


def test_keys_that_the_configuration_names_are_read_although_no_table_uses_them_yet() -> None:
    arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    settings = Settings(remedy=Remedy(shared_keys={"restricted": arn, "confidential": arn}))
    controls = (registry().get("customer-key"),)
    basis = Basis(registry(), controls, load(), settings, harmless, Ownership({}))
    assert basis.request().keys == (arn,)
    assert "dynamodb:GetResourcePolicy" in basis.request().reads
