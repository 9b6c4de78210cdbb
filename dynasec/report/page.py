"""The documentation page of a control, as `dynasec controls explain` and docs/controls.md show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dynasec.registry import Control


def page(control: Control, remediations: Sequence[str]) -> str:
    """Return Markdown: identity, then the module's docstring, then what follows from the declaration, and what mends it."""
    mending = ", ".join(f"`{name}`" for name in remediations) or "none: it takes a decision"
    check = control.check
    frameworks = ", ".join(f"`{name}`" for name in check.frameworks) or "none"
    reads = _names(check.usual_reads) or "nothing beyond the caller's identity"
    if check.deep_reads:
        reads += f"; with `--deep` also {_names(check.deep_reads)}"
    if check.item_reads:
        reads += f"; with `--sample-items` also {_names(check.item_reads)}"
    return "\n".join(
        (
            f"# {control.id}",
            "",
            f"{check.title}. Section {control.section}, severity {check.severity}, for each {check.subject.__name__}.",
            "",
            control.page,
            "",
            "## Frameworks",
            frameworks,
            "",
            "## Reads",
            reads,
            "",
            "## Remediations",
            mending,
        )
    )


def _names(operations: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(operations))
