"""`dynasec.toml` as frozen models. Nothing here is needed for an audit to be useful; everything sharpens it."""

from __future__ import annotations

import difflib
import tomllib
from datetime import date, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from dynasec.errors import ConfigurationError

FILE_NAME = "dynasec.toml"
LONGEST_SUPPRESSION = timedelta(days=180)

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Organization = Annotated[str, StringConstraints(pattern=r"^o-[a-z0-9]{10,32}$")]
RegionalWebAcl = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/[\w-]+/[\w-]+$"),
]
SeverityName = Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"]
StateName = Literal["new", "regressed", "persisting", "fixed", "gone", "unknown", "suppressed"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Classes(_Section):
    """How data is classified. `ladder` runs from the least to the most sensitive class."""

    tag_keys: tuple[str, ...] = (
        "data-class",
        "data-classification",
        "DataClass",
        "DataClassification",
        "classification",
    )
    ladder: tuple[str, ...] = ("public", "internal", "confidential", "restricted")
    sensitive_from: str = "confidential"
    unclassified_as: str = "confidential"

    @model_validator(mode="after")
    def _on_the_ladder(self) -> Self:
        if len({name.casefold() for name in self.ladder}) < len(self.ladder):
            msg = f"a class stands twice on the ladder {', '.join(self.ladder)}; case makes no difference"
            raise ValueError(msg)
        for name in ("sensitive_from", "unclassified_as"):
            if getattr(self, name) not in self.ladder:
                msg = f"{name} = {getattr(self, name)!r} is not on the ladder {', '.join(self.ladder)}"
                raise ValueError(msg)
        return self


class Tags(_Section):
    """Which tag keys place a resource, in the order in which they are looked for; case makes no difference.

    A lane is a business domain whose resources keep to themselves, a zone a part of the network with one level of trust, a tier the plane
    that an endpoint serves (`app_tiers` or `control_tiers`). A table whose `token_vault` tag is one of `yes` holds the key from tokens to
    what they stand for; one whose `per_user` tag is, holds items that belong to one caller each.
    """

    lane: tuple[str, ...] = ("lane", "swim-lane", "domain", "business-domain")
    zone: tuple[str, ...] = ("zone", "security-zone", "network-zone")
    tier: tuple[str, ...] = ("tier", "plane")
    token_vault: tuple[str, ...] = ("token-vault",)
    per_user: tuple[str, ...] = ("per-user",)
    yes: tuple[str, ...] = ("true", "yes", "1", "on")
    app_tiers: tuple[str, ...] = ("app", "application", "data", "data-plane")
    control_tiers: tuple[str, ...] = ("control", "control-plane", "admin", "management")


class Rule(_Section):
    """Facts that tags do not tell. `match` is a glob on a table's name or ARN, or on the id of a VPC, subnet or endpoint.

    For each fact the first rule that matches and gives it counts, and it counts before tags.
    """

    match: str
    data_class: str | None = None
    lane: str | None = None
    zone: str | None = None
    tier: str | None = None
    token_vault: bool | None = None
    per_user: bool | None = None


class Zones(_Section):
    """Which zones may send to which: `neighbours.data = ["app"]` lets the zone `app` reach the zone `data`."""

    neighbours: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])


class Attestation(_Section):
    """What somebody vouches for since no API shows it: that items of the tables that match are encrypted on the client, or tokenized."""

    tables: str
    claim: Literal["client-side-encryption", "tokenization"]
    by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    on: date
    expires: date


class Trust(_Section):
    """Who is not a foreigner: accounts and organisations beside the audited account itself.

    `administrators` and `exporters` are globs on ARNs of principals: who may change tables and permissions, and who may carry data out.
    """

    accounts: tuple[AccountId, ...] = ()
    organizations: tuple[Organization, ...] = ()
    administrators: tuple[str, ...] = ()
    exporters: tuple[str, ...] = ()


class Network(_Section):
    """What AWS cannot tell about the network. `workload_subnets` are judged even while nothing runs in them."""

    on_premises: tuple[IPv4Network | IPv6Network, ...] = ()
    workload_subnets: tuple[str, ...] = ()


class Thresholds(_Section):
    """Numbers on which people may differ."""

    key_rotation_days: Annotated[int, Field(ge=90, le=2560)] = 365
    recovery_window_days: Annotated[int, Field(ge=1, le=35)] = 35
    backup_age_hours: Annotated[int, Field(ge=1)] = 24
    access_key_days: Annotated[int, Field(ge=1)] = 90
    unused_access_days: Annotated[int, Field(ge=1, le=400)] = 90
    free_addresses_percent: Annotated[int, Field(ge=0, le=100)] = 20
    sensitive_readers: Annotated[int, Field(ge=0)] = 10
    stack_drift_days: Annotated[int, Field(ge=1)] = 30
    open_finding_days: Annotated[int, Field(ge=0)] = 7


class Remedy(_Section):
    """What remediations may do and what they need to be told.

    `unattended` are the controls that `apply --unattended` may close. `approval`: access changes need `dynasec approve` by another
    principal. `shared_keys` are ARNs of customer managed keys, by data class or by `class@region`, to use instead of a new key for each
    table. `log_bucket` receives trails and configuration snapshots, `alert_topic` (an ARN) or `alert_address` (an e-mail address) alerts;
    without them new ones are made where a remediation can. `change_functions` are ARNs of Lambda functions, one a Region, that keep the
    changes of tables' items. `web_acls` are ARNs of regional WAFv2 web ACLs, one a Region, for public front doors that have none.
    `managed_rules`: whether AWS's managed rule groups are added to web ACLs by a person, by a plan to count what they would deny, or by a
    plan to deny it. The role ARNs are those that AWS services assume.
    """

    approval: bool = False
    unattended: tuple[str, ...] = ()
    max_changes: Annotated[int, Field(ge=1)] = 100
    max_tables: Annotated[int, Field(ge=1)] = 50
    concurrency: Annotated[int, Field(ge=1, le=5)] = 5
    shared_keys: dict[str, str] = Field(default_factory=dict[str, str])
    log_bucket: str = ""
    alert_topic: str = ""
    alert_address: str = ""
    change_functions: tuple[str, ...] = ()
    web_acls: tuple[RegionalWebAcl, ...] = ()
    managed_rules: Literal["advice", "count", "block"] = "advice"
    backup_role: str = ""
    config_role: str = ""
    flow_log_role: str = ""


class Suppression(_Section):
    """An accepted risk: who accepts it, why, and until when. `resource` is a glob on the ARN."""

    control: str
    resource: str = "*"
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    owner: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    expires: date

    def refuse_far_expiry(self, today: date) -> None:
        """Check that the suppression does not run for longer than `LONGEST_SUPPRESSION` from `today`.

        Raises:
            ConfigurationError: it does.

        """
        if self.expires - today > LONGEST_SUPPRESSION:
            msg = f"suppression of {self.control}: expires = {self.expires} is more than {LONGEST_SUPPRESSION.days} days away"
            raise ConfigurationError(msg)


class Notify(_Section):
    """Who is told what changed since the run before: findings of at least this severity, in these states.

    Each kind has an address of its own: `topic` and `bus` are ARNs; `url_env` is the name of the environment variable that holds the URL of
    a webhook, which is a secret. `limit` is how many findings one digest names. Security Hub is told of every finding that ever failed,
    in each run: what it is not told of would stay there as it was.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    kind: Literal["sns", "eventbridge", "webhook", "security-hub"]
    severity: SeverityName = "LOW"
    states: tuple[StateName, ...] = ("new", "regressed", "fixed")
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    topic: Annotated[str, StringConstraints(pattern=r"^$|^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$")] = (
        ""
    )
    bus: Annotated[
        str, StringConstraints(pattern=r"^$|^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus/[\w./-]+$")
    ] = ""
    url_env: Annotated[str, StringConstraints(pattern=r"^$|^[A-Za-z_][A-Za-z0-9_]*$")] = ""

    @model_validator(mode="after")
    def _has_its_address(self) -> Self:
        own = {"sns": "topic", "eventbridge": "bus", "webhook": "url_env"}.get(self.kind)
        if own is not None and not getattr(self, own):
            msg = f"{self.name}: a target of kind {self.kind} needs {own}"
            raise ValueError(msg)
        choices = ("severity", "states", "limit") if self.kind == "security-hub" else ()
        foreign = {"topic", "bus", "url_env", *choices}
        for name in sorted(foreign & self.model_fields_set):
            if name != own:
                msg = f"{self.name}: a target of kind {self.kind} has no {name}"
                raise ValueError(msg)
        return self


class Settings(_Section):
    """The whole configuration."""

    classes: Classes = Classes()
    tags: Tags = Tags()
    zones: Zones = Zones()
    trust: Trust = Trust()
    network: Network = Network()
    thresholds: Thresholds = Thresholds()
    remedy: Remedy = Remedy()
    severity: dict[str, SeverityName] = Field(default_factory=dict[str, SeverityName])
    rules: tuple[Rule, ...] = ()
    attest: tuple[Attestation, ...] = ()
    suppress: tuple[Suppression, ...] = ()
    notify: tuple[Notify, ...] = ()

    @model_validator(mode="after")
    def _targets_have_names_of_their_own(self) -> Self:
        names = [one.name for one in self.notify]
        for name in names:
            if names.count(name) > 1:
                msg = f"two targets of notify are called {name!r}"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _classes_exist(self) -> Self:
        for rule in self.rules:
            if rule.data_class is not None and rule.data_class not in self.classes.ladder:
                msg = f"rule for {rule.match!r}: data_class {rule.data_class!r} is not on the ladder"
                raise ValueError(msg)
        return self


def find(start: Path) -> Path | None:
    """Return the nearest `dynasec.toml` at or above a directory, or None."""
    return next((path for folder in (start, *start.parents) if (path := folder / FILE_NAME).is_file()), None)


def load(path: Path, *, today: date) -> Settings:
    """Read a configuration file.

    Raises:
        ConfigurationError: it cannot be read, is not TOML, or has a key or a value that means nothing; one line says which.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        msg = f"cannot read {path}: {problem.strerror or problem}"
        raise ConfigurationError(msg) from problem
    except UnicodeDecodeError as problem:
        msg = f"{path} is not TOML: {problem}"
        raise ConfigurationError(msg) from problem
    return parse(text, path, today=today)


def parse(text: str, source: Path | str, *, today: date) -> Settings:
    """Read the text of a configuration file; `source` is what messages call it.

    Raises:
        ConfigurationError: it is not TOML, or has a key or a value that means nothing; one line says which.

    """
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        msg = f"{source} is not TOML: {problem}"
        raise ConfigurationError(msg) from problem
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as problem:
        raise ConfigurationError(_explain(source, problem)) from problem
    for suppression in settings.suppress:
        suppression.refuse_far_expiry(today)
    return settings


def _explain(source: Path | str, problem: ValidationError) -> str:
    # a misspelt key is also a missing one: tell the mistake, not what follows from it
    first = min(problem.errors(), key=lambda one: one["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] != "extra_forbidden":
        return f"{source}: {where or 'file'}: {first['msg'].removeprefix('Value error, ')}"
    (nearest,) = difflib.get_close_matches(str(first["loc"][-1]), _keys_beside(first["loc"]), n=1, cutoff=0)
    return f"{source}: unknown key {where}; did you mean {nearest}?"


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that exist where an unknown one was found."""
    section: Any = Settings
    for part in location[:-1]:
        if isinstance(part, int):
            continue
        annotation = section.model_fields[part].annotation
        section = next(kind for kind in (annotation, *get_args(annotation)) if _is_section(kind))
    return list(section.model_fields)


def _is_section(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, _Section)
