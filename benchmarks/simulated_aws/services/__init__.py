"""The operations that are modelled, by `service:Operation`. The rest answer with their emptiest output."""

from collections.abc import Mapping

from simulated_aws.services import (
    backup,
    capacity,
    detection,
    dynamodb,
    iam,
    kms,
    network,
    organization,
    recording,
    storage,
    tagging,
    trails,
)
from simulated_aws.services.handler import Handler

HANDLERS: Mapping[str, Handler] = {
    **dynamodb.HANDLERS,
    **tagging.HANDLERS,
    **capacity.HANDLERS,
    **iam.HANDLERS,
    **kms.HANDLERS,
    **network.HANDLERS,
    **trails.HANDLERS,
    **detection.HANDLERS,
    **recording.HANDLERS,
    **backup.HANDLERS,
    **storage.HANDLERS,
    **organization.HANDLERS,
}
