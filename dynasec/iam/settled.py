"""What a formula comes to: certainly true, certainly false, or open."""

from dynasec.iam.formula import Formula


def settled(formula: Formula) -> bool | None:
    """Decide a formula where that can be done whatever the open atoms turn out to be; None = open."""
    return formula if isinstance(formula, bool) else None
