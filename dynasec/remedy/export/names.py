"""Names of declared resources, and what references between them are called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dynasec.remedy.export.forms import Declared
from dynasec.remedy.plan import canonical


def named(resources: Sequence[Declared], *, terraform: bool) -> list[str]:
    """Return a name for each resource: what is left of its own one; where that is nothing or not the only one, with a digest."""
    plain = [_plain(one.form.name, terraform=terraform) for one in resources]
    kinds = [one.form.terraform_type if terraform else "" for one in resources]
    pairs = list(zip(kinds, plain, strict=True))
    return [
        name if name and pairs.count((kind, name)) == 1 else name + _digest(one, terraform=terraform)
        for one, kind, name in zip(resources, kinds, plain, strict=True)
    ]


def _plain(name: Any, *, terraform: bool) -> str:  # noqa: ANN401 - a text or a placeholder
    text = name.rpartition("/")[2].rpartition(":")[2] if isinstance(name, str) else ""
    words = re.findall(r"[A-Za-z0-9]+", text)
    plain = "_".join(words).lower() if terraform else "".join(word[:1].upper() + word[1:] for word in words)
    return plain[:60] if plain[:1].isalpha() else ""


def _digest(one: Declared, *, terraform: bool) -> str:
    form = one.form
    kind = form.terraform_type if terraform else form.cloudformation_type
    digest = hashlib.sha256(
        canonical([kind, form.name, [change.region for change in one.changes]])
    ).hexdigest()[:8]
    return f"_r{digest}" if terraform else f"R{digest}"


def makers(
    resources: Sequence[Declared], names: Sequence[str]
) -> Mapping[tuple[str, str], tuple[Declared, str]]:
    """Return by change and call which resource, of which name, the answer to a call is about."""
    return {call: (one, name) for one, name in zip(resources, names, strict=True) for call in one.calls}
