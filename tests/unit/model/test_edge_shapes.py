from dynasec.model.edge import ShieldSubscription
from tests.support.shapes import assert_shape


def test_fields_are_members():
    assert_shape(ShieldSubscription, "shield", "Subscription")
