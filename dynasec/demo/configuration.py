"""The shop's own `dynasec.toml`: what AWS cannot tell about the simulated account, with a word on each line why it is there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from dynasec import settings as configuration
from dynasec.demo.emulator import ACCOUNT
from dynasec.settings import FILE_NAME, Settings

_ATTESTED: Final = timedelta(days=30)
_ACCEPTED: Final = timedelta(days=90)

_TEXT: Final = """\
# dynasec.toml of the simulated account: what AWS cannot tell. None of it is needed; all of it sharpens the answers.

[classes]
# The values of the tag data-class, from the least to the most sensitive.
ladder = ["public", "internal", "confidential", "restricted"]
sensitive_from = "confidential"    # from here on the stricter controls apply
unclassified_as = "confidential"   # data that nobody classified are treated as sensitive

[tags]
lane = ["lane"]     # the business domain: shop, finance, analytics
zone = ["zone"]     # the security zone of a subnet: edge, app, data, lab
tier = ["tier"]     # what an endpoint is for: app (items) or control (tables)
token_vault = ["token-vault"]
per_user = ["per-user"]

[zones.neighbours]
edge = ["internet"] # anybody may open connections to the edge,
app = ["edge"]      # the edge to applications,
data = ["app"]      # applications to what keeps data, and nobody to anything else

[trust]
# Who may administer everything: not a finding, however much they may. Everybody else's wide rights are.
administrators = ["arn:aws:iam::ACCOUNT:role/account-admin"]

[network]
# The office and the old data centre, reached by VPN. The analysts' network was planned without asking them.
on_premises = ["192.168.0.0/16", "10.2.128.0/17"]

[[rules]]
# The team never got round to tagging it; the data protection officer said so.
match = "experiments"
data_class = "internal"

[[attest]]
# No API shows what a client encrypts before it sends it: somebody has to vouch for it, and to look again.
tables = "orders"
claim = "client-side-encryption"
by = "the shop's security officer"
on = ATTESTED
expires = ACCEPTED

[[suppress]]
# An accepted risk stays visible, has an owner and runs out.
control = "shield-advanced"
reason = "the shop earns less in a year than the subscription costs"
owner = "head of operations"
expires = ACCEPTED
"""


def text(today: date) -> str:
    """Return the file's text, its dates set around `today`."""
    dates = {"ATTESTED": today - _ATTESTED, "ACCEPTED": today + _ACCEPTED}
    found = _TEXT.replace("ACCOUNT", ACCOUNT)
    for name, day in dates.items():
        found = found.replace(name, day.isoformat())
    return found


def settings(today: date) -> Settings:
    """Return the same as settings."""
    return configuration.parse(text(today), FILE_NAME, today=today)
