"""The one error that reading a policy document raises."""

_SHOWN = 60


class MalformedPolicy(ValueError):  # noqa: N818 - AWS names the condition MalformedPolicyDocument
    """AWS would not accept this document; the message says what is wrong and where.

    `where` is the element's path with positions counted from 0, such as `Statement[2].Action`,
    or empty when the document as a whole is at fault.
    """

    def __init__(self, what: str, where: str = "") -> None:
        self.what = what
        self.where = where
        super().__init__(f"{where}: {what}" if where else what)


def quoted(text: str) -> str:
    """Show foreign text in a message: printable ASCII only and short."""
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    return ascii(shown)
