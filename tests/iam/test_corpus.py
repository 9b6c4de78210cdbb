"""The corpus: every case in `cases/` rests on a page of AWS's documentation, and the engine must answer as expected.

A case is `{"name", "source", "request", "expect": {"decision", "decided_by"?, "matched"?, "missing"?}}`. The request is a line of
`dynasec simulate` in which policies may be written as objects instead of text. `matched` lists SourcePolicyId, or
`[SourcePolicyId, Sid]`. `"expect": {"error": "..."}` demands that the line is refused, with these words in the message.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from dynasec.iam.simulation import InvalidSimulation, answer
from tests.iam.generate_cases import files

CASES = Path(__file__).parent / "cases"
POLICIES = {
    "PolicyInputList",
    "PermissionsBoundaryPolicyInputList",
    "ResourcePolicy",
    "SessionPolicyInputList",
    "VpcEndpointPolicy",
    "ServiceControlPolicyInputList",
    "ResourceControlPolicyInputList",
}


def _all():
    for path in sorted(CASES.rglob("*.json")):
        topic = path.relative_to(CASES).with_suffix("")
        for case in json.loads(path.read_text()):
            yield pytest.param(case, id=f"{topic}: {case['name']}")


def _as_text(policies):
    if isinstance(policies, dict):
        return json.dumps(policies)
    return [_as_text(each) for each in policies] if isinstance(policies, list) else policies


def _line(request):
    return json.dumps({k: _as_text(v) if k in POLICIES else v for k, v in request.items()}).encode()


@pytest.mark.parametrize("case", [*_all()])
def test_case(case):
    expect = case["expect"]
    if "error" in expect:
        with pytest.raises(InvalidSimulation) as refused:
            answer(_line(case["request"]))
        assert expect["error"] in str(refused.value)
        return
    results = answer(_line(case["request"]))["EvaluationResults"]
    assert [result["EvalDecision"] for result in results] == [expect["decision"]]
    result = results[0]
    if "decided_by" in expect:
        assert result["DecidedBy"] == expect["decided_by"]
    if "matched" in expect:
        matched = [
            [each["SourcePolicyId"], each["Sid"]] if isinstance(wanted, list) else each["SourcePolicyId"]
            for each, wanted in zip(result["MatchedStatements"], expect["matched"], strict=True)
        ]
        assert matched == expect["matched"]
    if "missing" in expect:
        assert result["MissingContextValues"] == expect["missing"]


def test_every_case_rests_on_the_documentation_and_has_a_name_of_its_own():
    cases = [param.values[0] for param in _all()]
    assert all(set(case) == {"name", "source", "request", "expect"} for case in cases)
    assert all(case["source"].startswith("https://docs.aws.amazon.com/") for case in cases)
    ids = Counter(param.id for param in _all())
    assert not [name for name, count in ids.items() if count > 1]


def test_generated_cases_are_as_their_families_say():
    for path, text in files():
        assert path.read_text() == text, f"{path.name}: run python -m tests.iam.generate_cases"
