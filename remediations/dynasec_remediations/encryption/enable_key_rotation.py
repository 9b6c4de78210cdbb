"""Turns the automatic rotation of a table's key on, or makes it often enough.

## What it does
`EnableKeyRotation` with `RotationPeriodInDays` from `thresholds.key_rotation_days` (365 by default). Keys that rotate by themselves only:
symmetric ones of the account whose material KMS made.

## Safety
Nothing is re-encrypted and nothing stops: KMS keeps the older material to decrypt what it encrypted. The key's id, policy and aliases stay.
A multi-Region key is set on its primary key, which is left to a person unless the primary is a table's key itself.

## Undo
Exact: rotation is turned off again, or its period is the one from before. Material that was rotated in between stays.
"""

from collections.abc import Iterator

from dynasec.arn import Arn
from dynasec.check import Context
from dynasec.drafting.prices import KEY_ROTATION, monthly
from dynasec.model.fact import Fact
from dynasec.model.key import Key, KeyMetadata, KeyRotation
from dynasec.remediation import Advice, Call, Draft, Identity, Proposal, Remediation, Risk, State, UndoClass

remediation = Remediation(
    subject=Key,
    title="Turn the key's automatic rotation on",
    controls=("key-rotation",),
    risk=Risk.ADDITIVE,
    undo=UndoClass.EXACT,
    reads=("kms:DescribeKey", "tag:GetResources"),
)


@remediation.each
def plan(key: Key, context: Context) -> Iterator[Proposal]:
    """Draft the one call, where this key is where it is to be set."""
    metadata, before = key.metadata.known(), key.rotation.known()
    elsewhere = _set_elsewhere(key, metadata, context)
    if elsewhere:
        yield Advice(key.arn, *elsewhere)
        return
    days = context.settings.thresholds.key_rotation_days
    after = KeyRotation(key_rotation_enabled=True, rotation_period_in_days=days)
    usable = metadata.key_state == "Enabled"
    yield Draft(
        resource=key.arn,
        region=key.region,
        summary=f"rotate {key.label} every {days} days",
        before=_as_json(before),
        after=_as_json(after),
        expect=(
            State(
                operation="kms:DescribeKey",
                params={"KeyId": key.arn},
                facts={"KeyMetadata.Arn": key.arn, "KeyMetadata.KeyState": metadata.key_state},
                always=True,
            ),
            _state(key, before),
        ),
        calls=(_set(key, after).model_copy(update={"undo": (_set(key, before),)}),),
        verify=(_state(key, after),),
        replaces=((key.rotation, Fact(after)),),
        cost=None
        if before.key_rotation_enabled
        else monthly(0, 2 * KEY_ROTATION.dollars, KEY_ROTATION, basis="nothing before the first rotation"),
        blocked="" if usable else f"the key is {metadata.key_state}, not Enabled",
    )


def _set_elsewhere(key: Key, metadata: KeyMetadata, context: Context) -> tuple[str, str] | None:
    """Return why rotation is not set on this key, and how it is."""
    if key.aws_managed.known():
        return "AWS rotates the key that it manages once a year", "use a customer managed key"
    if Arn.parse(key.arn).account != context.snapshot.account.id:
        return "the key is another account's", "ask its owner to turn rotation on"
    configuration = metadata.multi_region_configuration
    primary = None if configuration is None else configuration.primary_key
    if primary is not None and primary.arn != key.arn:
        return (
            "it is a replica of a multi-Region key",
            f"turn rotation on for {primary.arn} in {primary.region}",
        )
    return None


def _set(key: Key, rotation: KeyRotation) -> Call:
    if not rotation.key_rotation_enabled:
        return Call(
            operation="kms:DisableKeyRotation",
            params={"KeyId": key.arn},
            identity=Identity.SET_STATE,
            done=_state(key, rotation),
        )
    return Call(
        operation="kms:EnableKeyRotation",
        params={"KeyId": key.arn, "RotationPeriodInDays": rotation.rotation_period_in_days},
        identity=Identity.SET_STATE,
        done=_state(key, rotation),
    )


def _state(key: Key, rotation: KeyRotation) -> State:
    return State(operation="kms:GetKeyRotationStatus", params={"KeyId": key.arn}, facts=_as_json(rotation))


def _as_json(rotation: KeyRotation) -> dict[str, object]:
    if not rotation.key_rotation_enabled:
        return {"KeyRotationEnabled": False}
    return {"KeyRotationEnabled": True, "RotationPeriodInDays": rotation.rotation_period_in_days}
