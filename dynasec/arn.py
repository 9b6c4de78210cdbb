"""Amazon Resource Names as a value object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

_FIELDS = 6
_SEPARATOR = re.compile(r"[/:]")


@dataclass(frozen=True, slots=True, order=True)
class Arn:
    """`arn:partition:service:region:account:resource`, split at its first five colons.

    Region and account are empty where the service leaves them out (IAM, S3). The resource keeps its slashes and colons.
    Rests on https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html.
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split an ARN.

        Raises:
            ValueError: the text is not an ARN.

        """
        parts = text.split(":", _FIELDS - 1)
        if len(parts) != _FIELDS or parts[0] != "arn" or not parts[1] or not parts[2] or not parts[5]:
            msg = f"not an ARN: {text!r}"
            raise ValueError(msg)
        return cls(*parts[1:])

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    @property
    def kind(self) -> str:
        """The resource's type: what stands before the first slash or colon; empty where there is none."""
        return self._split()[0]

    @property
    def name(self) -> str:
        """What stands after the type, path included."""
        return self._split()[1]

    def _split(self) -> tuple[str, str]:
        head, *tail = _SEPARATOR.split(self.resource, maxsplit=1)
        return (head, tail[0]) if tail else ("", head)


def account_of(arn: str) -> str:
    """Return the account id in an ARN; empty where the ARN names none.

    Raises:
        ValueError: the text is not an ARN.

    """
    return Arn.parse(arn).account
