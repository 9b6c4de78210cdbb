"""Who is asking, and where: the first call of every run."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from dynasec.arn import Arn
from dynasec.collect.clients import Clients
from dynasec.collect.failures import code_of, first_line, stop_if_hopeless
from dynasec.errors import CredentialsError, UsageError


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run looks at: one account, some of its Regions."""

    partition: str
    account: str
    caller_arn: str
    regions: tuple[str, ...]


def resolve(clients: Clients, regions: tuple[str, ...], *, all_regions: bool) -> Scope:
    """Find out the account and the Regions to audit. Without Regions given, the session's default Region is used.

    Raises:
        CredentialsError: nobody answers, or the credentials are not accepted.
        UsageError: a Region does not exist, Regions of several partitions were given, or none is known.

    """
    wanted = tuple(dict.fromkeys(regions)) or tuple(filter(None, [clients.default_region]))
    if not wanted:
        if not all_regions:
            msg = "no Region given"
            raise UsageError(msg, hint="use --region, --all-regions, or set AWS_REGION")
        wanted = ("us-east-1",)
    partitions = {clients.partition_of(region) for region in wanted}
    if len(partitions) > 1:
        msg = "Regions of several partitions cannot be audited in one run"
        raise UsageError(msg, hint="credentials are valid in one partition: run once for each")
    identity = _identity(clients, wanted[0])
    if all_regions:
        wanted = _enabled_regions(clients, wanted[0])
    account, caller = identity
    return Scope(caller.partition, account, str(caller), wanted)


def _identity(clients: Clients, region: str) -> tuple[str, Arn]:
    try:
        answer = clients.get("sts", region, patient=False).get_caller_identity()
        return answer["Account"], Arn.parse(answer["Arn"])
    except (
        BotoCoreError,
        ClientError,
        KeyError,
        TypeError,
        ValueError,
    ) as problem:  # ValueError: no URL, no ARN
        stop_if_hopeless(problem)
        if isinstance(problem, ClientError) and code_of(problem) in {
            "InvalidClientTokenId",
            "SignatureDoesNotMatch",
        }:
            msg = f"AWS does not accept the credentials: {code_of(problem)}"
            raise CredentialsError(msg, hint="sign in, or name a profile with --profile") from problem
        msg = f"cannot ask AWS who is calling: {first_line(problem)}"
        raise CredentialsError(
            msg, hint="check the network, and AWS_ENDPOINT_URL where it is set"
        ) from problem


def _enabled_regions(clients: Clients, region: str) -> tuple[str, ...]:
    try:
        answer = clients.get("ec2", region).describe_regions(AllRegions=False)
        return tuple(sorted(one["RegionName"] for one in answer["Regions"]))
    except (BotoCoreError, ClientError, KeyError, TypeError) as problem:
        stop_if_hopeless(problem)
        msg = f"cannot list the account's Regions: {first_line(problem)}"
        raise CredentialsError(msg, hint="allow ec2:DescribeRegions, or name them with --region") from problem
