"""The operations that are modelled, by `service:Operation`. The rest answer with their emptiest output."""

from collections.abc import Mapping

from simulated_aws.services import (
    backup,
    capacity,
    consumers,
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
from simulated_aws.size import HOME_REGION, Call, Size

HANDLERS: Mapping[str, Handler] = {
    **dynamodb.HANDLERS,
    **tagging.HANDLERS,
    **capacity.HANDLERS,
    **consumers.HANDLERS,
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


def prepare(size: Size) -> None:
    """Encode beforehand what would hold up the server if it were encoded on demand: the IAM entities."""
    call = Call("iam", "GetAccountAuthorizationDetails", HOME_REGION, {})
    HANDLERS[call.label](size, call)
