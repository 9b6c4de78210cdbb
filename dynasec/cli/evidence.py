"""What `plan` and `apply` know of the requests that access changes must not deny."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from dynasec.cli.options import Common, Decorator
from dynasec.collect.clients import Clients, open_session
from dynasec.remedy.impact.analysis import Assessor
from dynasec.remedy.impact.analysis import assessor as impact_assessor
from dynasec.remedy.observed.requests import observed_at

_OBSERVED: Final[Decorator] = click.option(
    "--observed",
    multiple=True,
    metavar="PATH|s3://…",
    help="CloudTrail data events, as AWS delivers them: requests that must stay allowed.",
)
_ACCEPT: Final[Decorator] = click.option(
    "--accept-no-evidence",
    is_flag=True,
    help="Let access changes through where too few requests were observed that they could deny.",
)


def evidence_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what was observed."""
    decorated: Callable[..., Any] = _OBSERVED(_ACCEPT(function))
    return decorated


def assessor(observed: Sequence[str], common: Common, *, accept_none: bool) -> Assessor:
    """Return what judges the effect of access changes, by the policy engine and what was observed.

    Raises:
        DynasecError: a place is not there, cannot be read, or holds no log.

    """

    def s3() -> Any:  # noqa: ANN401 - clients are made at run time
        session = open_session(common.profile, role_arn=common.role_arn, external_id=common.external_id)
        clients = Clients(session, common.endpoint_url)
        region = next(iter(common.region), None) or clients.default_region or "us-east-1"
        return clients.get("s3", region)

    found = observed_at(observed, s3) if observed else None
    return impact_assessor(found, accept_no_evidence=accept_none)
