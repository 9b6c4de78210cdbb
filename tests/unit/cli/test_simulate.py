"""`dynasec simulate`: lines in, lines out, as they come."""

import json
import subprocess
import sys

import pytest

from dynasec.cli import run
from dynasec.iam.simulation_request import MAX_LINE

GET = "dynamodb:GetItem"
ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": GET, "Resource": "*"}}
)
GOOD = json.dumps({"PolicyInputList": [ALLOW], "ActionNames": [GET]}).encode()
SILENT = json.dumps({"PolicyInputList": [ALLOW], "ActionNames": ["dynamodb:Scan"]}).encode()


def _simulated(tmp_path, capsys, content):
    path = tmp_path / "requests.jsonl"
    path.write_bytes(content)
    code = run(["simulate", str(path)])
    printed = capsys.readouterr()
    assert printed.err == ""
    return code, [json.loads(line) for line in printed.out.splitlines()]


def _decisions(answers):
    return [
        each["Error"]["Line"] if "Error" in each else each["EvaluationResults"][0]["EvalDecision"]
        for each in answers
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_every_line_is_answered_by_a_line(tmp_path, capsys, end):
    code, answers = _simulated(tmp_path, capsys, GOOD + b"\n" + SILENT + end)
    assert code == 0
    assert _decisions(answers) == ["allowed", "implicitDeny"]


def test_a_line_that_cannot_be_answered_is_told_and_the_rest_goes_on(tmp_path, capsys):
    content = b"\n".join([GOOD, b"{", b"\xff", b"\x00", GOOD])
    code, answers = _simulated(tmp_path, capsys, content)
    assert code == 1
    assert _decisions(answers) == ["allowed", 2, 3, 4, "allowed"]
    assert answers[1]["Error"]["Message"].startswith("not JSON: ")


def test_blank_lines_are_counted_but_not_answered(tmp_path, capsys):
    code, answers = _simulated(tmp_path, capsys, b"\n" + GOOD + b"\n \r\n{}\n\n")
    assert code == 1
    assert _decisions(answers) == ["allowed", 4]


def test_a_line_that_is_too_long_is_skipped_as_one(tmp_path, capsys):
    long = b'{"PolicyInputList": ["' + b"x" * (2 * MAX_LINE) + b'"]}'
    code, answers = _simulated(tmp_path, capsys, GOOD + b"\n" + long + b"\n" + GOOD + b"\n")
    assert code == 1
    assert _decisions(answers) == ["allowed", 2, "allowed"]
    assert "longer than" in answers[1]["Error"]["Message"]


def test_the_longest_line_is_read(tmp_path, capsys):
    padded = GOOD[:-1] + b" " * (MAX_LINE - len(GOOD)) + b"}"
    assert len(padded) == MAX_LINE
    code, answers = _simulated(tmp_path, capsys, padded[1:] + b"\n" + padded + b"\n")
    assert _decisions(answers) == [1, "allowed"]
    assert code == 1


def test_nothing_in_nothing_out(tmp_path, capsys):
    assert _simulated(tmp_path, capsys, b"") == (0, [])


def test_a_file_that_is_not_there_is_a_mistake_in_usage(capsys):
    assert run(["simulate", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl" in capsys.readouterr().err


def test_answers_come_before_standard_input_ends():
    code = "from dynasec.cli import main; main(['simulate', '-'])"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (GOOD, b"{", SILENT):
            process.stdin.write(line + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())
        process.stdin.close()
    assert process.returncode == 1


def test_no_client_of_aws_is_imported():
    code = (
        "import sys; from dynasec.cli import run; run(['simulate', '-']); "
        "assert not {'boto3', 'botocore'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], input=GOOD, check=True, capture_output=True)
