import pytest

from dynasec.model.fact import Fact, Listing
from dynasec.model.identity import Identity
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import ContinuousBackups
from dynasec.remedy.planning.projection import replaced
from tests.support.accounts import region, snapshot, table
from tests.support.identity import allow, identity, role
from tests.support.keys import key
from tests.support.trails import store, trails

ON, OFF = ContinuousBackups(enabled=True, window_days=35), ContinuousBackups(enabled=False)
ORDERS = table("orders", continuous_backups=OFF)
OTHERS = table("others", continuous_backups=OFF)


def account(**families):
    return snapshot(region(ORDERS, OTHERS), **families)


def test_a_piece_deep_inside():
    before = account()
    after = replaced(before, ORDERS.continuous_backups, Fact(ON))
    assert after.table(ORDERS.arn).continuous_backups.known() == ON
    assert before.table(ORDERS.arn).continuous_backups.known() == OFF


def test_an_equal_piece_elsewhere_stays():
    twin = table("twin", continuous_backups=Fact(ContinuousBackups(enabled=False)))
    after = replaced(snapshot(region(ORDERS, twin)), ORDERS.continuous_backups, Fact(ON))
    assert after.table(twin.arn) is twin


def test_a_piece_that_several_share_is_replaced_in_all():
    after = replaced(account(), OFF, ON)
    assert [one.continuous_backups.known() for one in after.tables()] == [ON, ON]


def test_all_off_the_way_is_shared():
    before = account(keys=(key(),))
    after = replaced(before, ORDERS, table("orders"))
    assert after.table(OTHERS.arn) is OTHERS
    assert after.keys is before.keys
    assert after.regions[0].network is before.regions[0].network


def test_what_a_model_worked_out_before_is_worked_out_again():
    reader = role(inline={"read": [allow("dynamodb:GetItem")]})
    before = account(identity=identity(reader))
    assert (before.table(ORDERS.arn), len(before.identity.policies.items)) == (ORDERS, 1)
    after = replaced(before, ORDERS, table("renamed"))
    assert after.table(ORDERS.arn) is None
    after = replaced(before, reader, role("idle"))
    assert after.identity.policies == Listing()


def test_inside_mappings_and_listings():
    lake, pond = store("lake"), store("pond")
    before = account(trails=trails(lake))
    assert replaced(before, lake, pond).trails.stores["us-east-1"].items == (pond,)
    whole = before.regions[0].tables
    assert replaced(before, whole, Listing()).regions[0].is_empty


def test_the_whole_may_be_the_piece():
    before, after = account(), account()
    assert replaced(before, before, after) is after


def test_the_result_is_a_whole_snapshot():
    after = replaced(account(), ORDERS.continuous_backups, Fact(ON))
    assert Snapshot.model_validate_json(after.model_dump_json()) == after


def test_what_is_no_part_is_refused():
    with pytest.raises(LookupError, match="the Table is no part of the Snapshot"):
        replaced(account(), table("orders"), OTHERS)


def test_replacing_a_piece_by_itself_changes_nothing():
    before = account(identity=Identity())
    assert replaced(before, ORDERS, ORDERS) is before
