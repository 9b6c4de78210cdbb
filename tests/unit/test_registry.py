import itertools
import sys
from importlib.metadata import EntryPoint, entry_points

import pytest

from dynasec.audit.report import audit
from dynasec.check import Severity, Status
from dynasec.errors import UsageError
from dynasec.registry import GROUP, Registry, load, load_packs
from dynasec.settings import Settings
from tests.support.accounts import snapshot

GOOD = '''"""A good control."""
from dynasec.check import Check, Severity, Verdict
from dynasec.model.table import Table

check = Check(subject=Table, title="Good", severity=Severity.LOW{more})

@check.evaluator
def evaluate(table, _):
    return Verdict.passed("good")
'''
_numbers = itertools.count()


def good(more=""):
    return GOOD.replace("{more}", more)


@pytest.fixture
def pack(tmp_path, monkeypatch):
    """Make a pack of files; returns its entry point."""
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def make(files, name="third"):
        package = f"third_pack_{next(_numbers)}"
        made.append(package)
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").touch()
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).parent.joinpath("__init__.py").touch()
            (folder / path).write_text(text)
        return EntryPoint(name, package, GROUP)

    yield make
    for module in [name for name in sys.modules if name.partition(".")[0] in made]:
        del sys.modules[module]


def _broken(registry):
    return {one.module.split(".", 1)[-1]: one.error for one in registry.broken}


def test_the_built_in_pack_is_found_through_its_entry_point():
    registry = load()
    assert [pack.value for pack in entry_points(group=GROUP)] == ["dynasec_checks"]
    control = registry.get("point-in-time-recovery")
    assert (control.section, control.pack) == ("resilience", "dynasec")
    assert control.page.startswith("A table can be restored")
    assert registry.broken == ()


def test_a_third_partys_pack_loads_in_the_same_way(pack):
    theirs = pack({"house/our_rule.py": good(), "house/_shared.py": "1/0", "note.py": "1/0"})
    registry = load_packs([*entry_points(group=GROUP), theirs])
    control = registry.get("our-rule")
    assert (control.section, control.pack, control.page) == ("house", "third", "A good control.")
    assert control.check.severity is Severity.LOW
    assert registry.broken == ()
    assert {one.id for one in load().controls} < {one.id for one in registry.controls}


def test_controls_stand_in_the_order_of_sections_and_ids(pack):
    registry = load_packs([pack({"z/a.py": good(), "a/z.py": good(), "a/b.py": good()})])
    assert [(one.section, one.id) for one in registry.controls] == [("a", "b"), ("a", "z"), ("z", "a")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def (", "SyntaxError"),
        ("import absent_module", "ModuleNotFoundError"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("class Odd(BaseException): pass\nraise Odd('x')", "Odd: x"),
        ("x = 1", "has no `check = Check(…)`"),
        ("check = 3", "has no `check = Check(…)`"),
        (good().partition("@check")[0], "has no function under `@check.evaluator`"),
        (
            good().replace("subject=Table", "subject=int"),
            "judges <class 'int'>, of which nothing is collected",
        ),
        (good().replace("Severity.LOW", "'LOW'"), "severity = 'LOW' is no Severity"),
        (good(', reads=("dynamodb:DescribeTable")'), "is a text: a tuple of one needs its comma"),
        (good(', reads=("DescribeTable",)'), "reads 'DescribeTable', which is no `service:Operation`"),
    ],
)
def test_a_broken_control_is_named_and_the_others_go_on(pack, text, says):
    registry = load_packs([pack({"house/bad.py": text, "house/fine.py": good()})])
    assert [one.id for one in registry.controls] == ["fine"]
    assert says in _broken(registry)["house.bad"]


def test_an_interrupt_is_the_persons_not_the_packs(pack):
    with pytest.raises(KeyboardInterrupt):
        load_packs([pack({"house/bad.py": "raise KeyboardInterrupt"})])


def test_a_broken_section_is_named(pack):
    registry = load_packs(
        [pack({"house/fine.py": good(), "yard/fence.py": good(), "yard/__init__.py": "1 / 0"})]
    )
    assert [one.id for one in registry.controls] == ["fine"]
    assert "ZeroDivisionError" in _broken(registry)["yard"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("absent_package", "ModuleNotFoundError"),
        ("json.decoder", "is a module, not a package of sections"),
        ("not a module!", "the entry point names no package"),
        ("dynasec_checks:attribute", "the entry point names no package"),
    ],
)
def test_a_broken_entry_point_is_named_and_the_others_go_on(pack, value, says):
    registry = load_packs([EntryPoint("bad", value, GROUP), pack({"house/fine.py": good()})])
    assert [one.id for one in registry.controls] == ["fine"]
    assert [(one.pack, one.module) for one in registry.broken] == [("bad", value)]
    assert says in registry.broken[0].error


def test_the_second_of_one_id_is_broken_whichever_pack_it_is_from(pack):
    theirs = pack({"house/point_in_time_recovery.py": good()})
    registry = load_packs([theirs, *entry_points(group=GROUP)])
    assert registry.get("point-in-time-recovery").pack == "dynasec"
    assert [one.error for one in registry.broken] == ["point-in-time-recovery exists already in dynasec"]
    twice = load_packs([pack({"a/x.py": good(), "b/x.py": good()})])
    assert [one.section for one in twice.controls] == ["a"]
    assert len(twice.broken) == 1


def test_an_audit_with_a_broken_plugin_is_incomplete(pack):
    registry = load_packs([pack({"house/bad.py": "raise SystemExit(0)", "house/fine.py": good()})])
    report = audit(snapshot(), registry, registry.select(), Settings())
    assert [one.status for one in report.findings] == [Status.PASS]
    assert report.exit_code(Severity.LOW) == 4
    assert report.broken == registry.broken


@pytest.fixture
def some(pack):
    frameworks = ', frameworks=("cis-aws-3.0:2.1", "nist-800-53-r5:CP-9")'
    return load_packs(
        [
            pack(
                {
                    "encryption/key_rotation.py": good(frameworks),
                    "encryption/key_usable.py": good(),
                    "resilience/backups.py": good(', frameworks=("nist-800-53-r5:CP-10",)'),
                }
            )
        ]
    )


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        ({}, ["key-rotation", "key-usable", "backups"]),
        ({"controls": ["backups"]}, ["backups"]),
        ({"controls": ["key-*"]}, ["key-rotation", "key-usable"]),
        ({"controls": ["backups", "key-usable"]}, ["key-usable", "backups"]),
        ({"skip": ["key-*"]}, ["backups"]),
        ({"sections": ["enc*"]}, ["key-rotation", "key-usable"]),
        ({"sections": ["encryption"], "skip": ["key-rotation"]}, ["key-usable"]),
        ({"frameworks": ["nist-800-53-r5"]}, ["key-rotation", "backups"]),
        ({"frameworks": ["nist-800-53-r5:CP-10"]}, ["backups"]),
        ({"frameworks": ["cis-*"]}, ["key-rotation"]),
        ({"frameworks": ["nist*"], "sections": ["resilience"]}, ["backups"]),
    ],
)
def test_selection(some, chosen, ids):
    assert [control.id for control in some.select(**chosen)] == ids


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"controls": ["key-rotaton"]}, "no control matches 'key-rotaton'; did you mean key-rotation?"),
        ({"controls": ["backups", "zzzz"]}, "no control matches 'zzzz'; see `dynasec controls list`"),
        ({"controls": ["Backups"]}, "no control matches 'Backups'; did you mean backups?"),
        ({"skip": ["backup"]}, "no control matches 'backup'; did you mean backups?"),
        ({"sections": ["encrypt"]}, "no section matches 'encrypt'; did you mean encryption?"),
        ({"frameworks": ["cis"]}, "no framework matches 'cis'; did you mean cis-aws-3.0?"),
        ({"controls": ["backups"], "skip": ["back*"]}, "no control is left to audit"),
        ({"skip": ["*"]}, "no control is left to audit"),
    ],
)
def test_a_selection_of_nothing_is_refused(some, chosen, says):
    with pytest.raises(UsageError) as caught:
        some.select(**chosen)
    assert str(caught.value).startswith(says)


def test_an_audit_without_any_pack_is_refused():
    with pytest.raises(UsageError, match="no control is left"):
        load_packs([]).select()


def test_with_nothing_but_broken_plugins_the_audit_runs_and_is_incomplete(pack):
    registry = load_packs([pack({"house/bad.py": "1 / 0"})])
    report = audit(snapshot(), registry, registry.select(), Settings())
    assert report.exit_code(Severity.LOW) == 4


def test_get_names_the_nearest(some):
    assert some.get("backups").id == "backups"
    with pytest.raises(UsageError, match="did you mean backups"):
        some.get("backup")


def test_a_registry_of_nothing_gives_nothing():
    with pytest.raises(UsageError, match="no control matches 'x'"):
        Registry(()).get("x")
