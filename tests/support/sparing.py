"""Spares tests what emulator and client library do again and again, and nothing depends on: a third of a run's time without it.

None of it changes an answer that a test looks at: there are fewer of AWS's 1,600 managed policies (all that open tables, and those that
tests name), all RSA keys of one size are the same one, no machine images are there by default, the service models that botocore parses
are kept for the next session instead of being parsed anew, and nobody waits for the rates that AWS publishes: an emulator has none.
"""

from __future__ import annotations

import asyncio
import json
from functools import cache
from types import SimpleNamespace
from typing import Any

import botocore.session
import moto.iam.models as iam
import moto.kms.utils as kms
import pytest
from botocore.loaders import Loader, create_loader
from cryptography.hazmat.primitives.asymmetric import rsa

from dynasec.collect import bucket

_POLICIES = frozenset(
    {
        "AdministratorAccess",
        "DatabaseAdministrator",
        "PowerUserAccess",
        "ReadOnlyAccess",
        "SecurityAudit",
        "ViewOnlyAccess",
    }
)


def install(patch: pytest.MonkeyPatch) -> None:
    """Spare this process, and the processes that it starts, until `patch` is undone."""
    patch.setattr(iam, "aws_managed_policies_data", _few_policies(iam.aws_managed_policies_data))
    patch.setattr(kms, "rsa", SimpleNamespace(generate_private_key=_key))
    patch.setattr(botocore.session, "create_loader", _loader)
    patch.setattr(bucket, "asyncio", _Impatient)
    patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")


def _few_policies(every: str) -> str:
    named = json.loads(every).items()
    return json.dumps({name: one for name, one in named if name in _POLICIES or "DynamoDB" in name})


class _Impatient:
    """What a token bucket uses of asyncio; its waits take no time."""

    Lock = asyncio.Lock
    get_running_loop = staticmethod(asyncio.get_running_loop)

    @staticmethod
    async def sleep(seconds: float) -> None:
        del seconds
        await asyncio.sleep(0)


@cache
def _key(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=public_exponent, key_size=key_size)


@cache
def _loader(search_path_string: str | None = None) -> Loader:
    made: Any = create_loader(search_path_string)
    return made
