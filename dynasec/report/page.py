"""The documentation page of a control, as `dynasec controls explain` and docs/controls.md show it."""

from __future__ import annotations

from dynasec.registry import Control


def page(control: Control) -> str:
    """Return Markdown: identity, then the module's docstring, then what follows from the declaration."""
    check = control.check
    frameworks = ", ".join(f"`{name}`" for name in check.frameworks) or "none"
    reads = (
        ", ".join(f"`{name}`" for name in sorted(check.all_reads)) or "nothing beyond the caller's identity"
    )
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
        )
    )
