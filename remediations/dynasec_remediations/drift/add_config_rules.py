"""Deploys the rules of AWS Config that watch tables and are missing.

## What it does
`PutConfigRule` for each identifier that no deployed rule has, under a name of dynasec's own. Existing rules are not touched, also not
those that are narrowed to some tables.

## Safety
Rules only look. AWS Config bills each evaluation. The recorder must be on, for nothing else wakes the rules up: where it is not,
`enable-config-recorder` comes first.

## Undo
Exact: the new rules are deleted, with what they found.
"""

from collections.abc import Iterator
from typing import Final

from dynasec.check import Context
from dynasec.model.fact import Gaps, Listing
from dynasec.model.recording import ConfigRule, DeployedRule, RuleSource
from dynasec.model.region import Region
from dynasec.remediation import (
    CHANGE_TAG_KEY,
    Advice,
    Call,
    Draft,
    Identity,
    Proposal,
    Remediation,
    Risk,
    State,
    UndoClass,
    change_tag,
)
from dynasec.semantics import config_recorder, config_rule
from dynasec.semantics.wording import counted

remediation = Remediation(
    subject=Region,
    title="Deploy AWS Config's rules for tables",
    controls=("config-dynamodb-rules",),
    risk=Risk.OBSERVE,
    undo=UndoClass.EXACT,
)

_RULES: Final = (
    ("DYNAMODB_PITR_ENABLED",),
    ("DYNAMODB_TABLE_ENCRYPTED_KMS",),
    ("DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED",),
    ("DYNAMODB_AUTOSCALING_ENABLED",),
    ("DYNAMODB_IN_BACKUP_PLAN", "DYNAMODB_RESOURCES_PROTECTED_BY_BACKUP_PLAN"),
)
"""AWS's managed rules about tables; of several in a line any will do, and the first is deployed."""


@remediation.each
def plan(region: Region, _: Context) -> Iterator[Proposal]:
    """Draft one call for each missing rule."""
    deployed = [one.rule for one in region.recording.rules.complete()]
    gaps = Gaps()
    missing = [names[0] for names in _RULES if config_rule.lacks(names, deployed, gaps)]
    gaps.settle()
    asleep = config_recorder.shortcoming(region.recording, config_recorder.TABLE)
    if not missing:
        yield Advice(
            region.arn, f"the rules are deployed, but {asleep}", "let `enable-config-recorder` switch it on"
        )
        return
    calls = tuple(_put(identifier) for identifier in missing)
    listed = region.recording.rules
    yield Draft(
        resource=region.arn,
        region=region.region,
        summary=f"deploy {counted(len(missing), 'rule')} of AWS Config in {region.region}",
        before={"Rules": []},
        after={"Rules": missing},
        expect=tuple(_absent(identifier) for identifier in missing),
        calls=calls,
        verify=tuple(_there(identifier) for identifier in missing),
        replaces=((listed, Listing((*listed.items, *map(_deployed, missing)))),),
        reasons=("AWS Config bills each evaluation",),
        blocked=f"{asleep}: let `enable-config-recorder` come first" if asleep else "",
    )


def _name(identifier: str) -> str:
    return f"dynasec-{identifier.lower().replace('_', '-')}"


def _deployed(identifier: str) -> DeployedRule:
    source = RuleSource(owner="AWS", source_identifier=identifier)
    return DeployedRule(
        rule=ConfigRule(config_rule_name=_name(identifier), source=source, config_rule_state="ACTIVE")
    )


def _look(identifier: str, facts: dict[str, object]) -> State:
    return State(
        operation="config:DescribeConfigRules",
        params={"ConfigRuleNames": [_name(identifier)]},
        facts=facts,
        absent=("NoSuchConfigRuleException",),
    )


def _absent(identifier: str) -> State:
    return _look(identifier, {"ConfigRules[0].ConfigRuleName": None})


def _there(identifier: str) -> State:
    return _look(
        identifier,
        {"ConfigRules[0].Source.Owner": "AWS", "ConfigRules[0].Source.SourceIdentifier": identifier},
    )


def _put(identifier: str) -> Call:
    return Call(
        operation="config:PutConfigRule",
        params={
            "ConfigRule": {
                "ConfigRuleName": _name(identifier),
                "Description": "Deployed by dynasec",
                "Source": {"Owner": "AWS", "SourceIdentifier": identifier},
                "Scope": {"ComplianceResourceTypes": [config_recorder.TABLE]},
            },
            "Tags": [{"Key": CHANGE_TAG_KEY, "Value": change_tag()}],
        },
        identity=Identity.NAME,
        done=_there(identifier),
        undo=(
            Call(
                operation="config:DeleteConfigRule",
                params={"ConfigRuleName": _name(identifier)},
                identity=Identity.NAME,
                done=_absent(identifier),
            ),
        ),
        permissions=("config:TagResource",),
    )
