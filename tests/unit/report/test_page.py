from dynasec.model.account import Account
from dynasec.registry import Control
from dynasec.report.page import page
from tests.support.findings import control


def _page(one, text=""):
    return page(Control(one.id, one.section, one.pack, text, one.check), ())


def test_a_page_has_the_identity_the_docstring_and_what_is_declared():
    text = _page(
        control(reads=("dynamodb:DescribeTable",), frameworks=("aws-fsbp:DynamoDB.2",)),
        "Good things.\n\n## Why it matters\nThey do.",
    )
    assert text.splitlines()[0] == "# some-control"
    assert "Something is good. Section access, severity MEDIUM, for each Table." in text
    assert "## Why it matters\nThey do." in text
    assert "## Frameworks\n`aws-fsbp:DynamoDB.2`" in text
    assert "`dynamodb:DescribeTable`, `dynamodb:ListTables`, `tag:GetResources`" in text


def test_a_control_that_reads_nothing_says_so():
    text = _page(control(subject=Account))
    assert "## Frameworks\nnone" in text
    assert "nothing beyond the caller's identity" in text


def test_what_mends_it_is_named():
    one = control()
    assert "## Remediations\n`mend-it`" in page(
        Control(one.id, one.section, one.pack, "", one.check), ["mend-it"]
    )
    assert "## Remediations\nnone" in _page(one)
