"""An API is denied in an account where everything is wrong: what hangs on it may become unknown, and nothing turns good or bad."""

from collections import defaultdict

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.shape import Shape
from dynasec.remedy.planning.projection import replaced
from tests.account.compliant import SETTINGS, account
from tests.account.mutation import Audited
from tests.account.mutations import MUTATIONS
from tests.support.accounts import registry

BAD = Audited(account(), SETTINGS).after(*MUTATIONS)
UNJUDGED = {"console-mfa": "without credentials it is asked first whether there is access: there is none"}


def answers(piece, operation=""):
    """Every fact and listing that was read, with the operation that would be to blame if it had not been."""
    match piece:
        case Shape():
            for name, field in type(piece).model_fields.items():
                default = field.default
                asked = default.gap.operation if isinstance(default, Fact | Listing) else operation
                yield from answers(getattr(piece, name), asked)
        case Fact() | Listing():
            if piece.gap is None and operation:
                yield operation, piece
            yield from answers(piece.value if isinstance(piece, Fact) else piece.items)
        case tuple():
            for one in piece:
                yield from answers(one, operation)


BY_OPERATION = defaultdict(list)
for operation_, answer in answers(BAD.snapshot):
    BY_OPERATION[operation_].append(answer)


def without(operation):
    """The account as it is seen by whom AWS denies one operation."""
    gap = Gap(operation, "AccessDeniedException", "not authorized", "us-east-1")
    snapshot = BAD.snapshot
    for answer in BY_OPERATION[operation]:
        hidden = Fact(gap=gap) if isinstance(answer, Fact) else Listing((), gap)
        try:
            snapshot = replaced(snapshot, answer, hidden)
        except LookupError:  # it went with what it belonged to
            continue
    return Audited(snapshot, BAD.settings)


@pytest.fixture(scope="module")
def known():
    return BAD.statuses()


def reading(operation):
    """The controls that read it; to others it is never asked."""
    return [control for control in registry().controls if operation in control.check.all_reads]


def test_every_answer_is_read_by_some_control():
    assert not [one for one in BY_OPERATION if not reading(one)]
    assert len(BY_OPERATION) > 80


@pytest.mark.parametrize("operation", BY_OPERATION)
def test_an_api_is_denied(operation, known):
    after = without(operation).statuses(reading(operation))
    moved = {place: status for place, status in after.items() if status is not known.get(place)}
    wrong = {place: status for place, status in moved.items() if status is not Status.UNKNOWN}
    assert not {place: status for place, status in wrong.items() if place[0] not in UNJUDGED}
    assert set(wrong.values()) <= {Status.NOT_APPLICABLE}
