"""An answer that was lost is put together from what shows that the call took effect."""

from pathlib import Path
from typing import Any

import pytest

from dynasec.change import Call, Identity
from dynasec.remedy.applying.looks import Look
from dynasec.remedy.applying.replay import ChangeProgress
from dynasec.remedy.applying.resolution import adopted
from dynasec.remedy.applying.stage import Ended, Stage
from tests.support.applied import Bench
from tests.support.plans import change, plan, table_is

SEEN = {"Keys": [{"KeyId": "k1"}, {"KeyId": "k2"}], "Arn": "arn:x"}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    bench = Bench(tmp_path)
    one = change("x")
    return Stage(
        one, bench.hands, bench.runs.create(plan(one), bench.clock), {}, ChangeProgress(), bench.options()
    )


@pytest.mark.parametrize(
    ("adopt", "answer"),
    [
        ({}, {}),
        ({"TopicArn": "Arn"}, {"TopicArn": "arn:x"}),
        (
            {"KeyMetadata.KeyId": "Keys[0].KeyId", "KeyMetadata.Arn": "Arn"},
            {"KeyMetadata": {"KeyId": "k1", "Arn": "arn:x"}},
        ),
        ({"FlowLogIds[0]": "Keys[0].KeyId", "FlowLogIds[1]": "Keys[1].KeyId"}, {"FlowLogIds": ["k1", "k2"]}),
        ({"A.B[0].C": "Arn", "A.B[0].D": "Keys[1].KeyId"}, {"A": {"B": [{"C": "arn:x", "D": "k2"}]}}),
        ({"Ids": "Keys[].KeyId"}, {"Ids": ["k1", "k2"]}),
    ],
)
def test_paths_are_filled(stage: Stage, adopt: dict[str, str], answer: Any) -> None:
    call = Call(operation="kms:CreateKey", params={}, identity=Identity.TAG, adopt=adopt)
    assert adopted(stage, call, Look(table_is("x"), (), SEEN)) == answer


def test_what_is_not_found_is_not_made_up(stage: Stage) -> None:
    call = Call(operation="kms:CreateKey", params={}, identity=Identity.TAG, adopt={"KeyId": "Keys[9].KeyId"})
    with pytest.raises(Ended, match="AMBIGUOUS"):
        adopted(stage, call, Look(table_is("x"), (), SEEN))
