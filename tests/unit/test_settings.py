from datetime import date, timedelta
from ipaddress import ip_network

import pytest

from dynasec.errors import ConfigurationError
from dynasec.settings import Settings, find, load

TODAY = date(2026, 1, 15)


def _load(tmp_path, text, today=TODAY):
    path = tmp_path / "dynasec.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, today=today)


def _refused(tmp_path, text):
    with pytest.raises(ConfigurationError) as caught:
        _load(tmp_path, text)
    assert len(str(caught.value).splitlines()) == 1
    assert "dynasec.toml" in str(caught.value)
    return str(caught.value)


def _suppression(**members):
    fields = {"control": "x", "reason": "why", "owner": "who", "expires": TODAY, **members}
    lines = (
        f"{key} = {value}" if isinstance(value, date) else f'{key} = "{value}"'
        for key, value in fields.items()
    )
    return "[[suppress]]\n" + "\n".join(lines)


def test_nothing_needs_to_be_configured(tmp_path):
    assert _load(tmp_path, "") == Settings()


def test_everything_can_be(tmp_path):
    settings = _load(
        tmp_path,
        """
        rules = [{ match = "orders*", data_class = "secret" }]
        [classes]
        tag_keys = ["Sensitivity"]
        ladder = ["open", "secret"]
        sensitive_from = "secret"
        unclassified_as = "open"
        [trust]
        accounts = ["111122223333"]
        organizations = ["o-abcdefghij"]
        [network]
        on_premises = ["10.0.0.0/8", "fd00::/8"]
        [thresholds]
        key_rotation_days = 180
        [severity]
        point-in-time-recovery = "LOW"
        [[suppress]]
        control = "x"
        reason = "why"
        owner = "who"
        expires = 2026-03-01
        """,
    )
    assert settings.network.on_premises == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert settings.rules[0].data_class == "secret"
    assert settings.severity == {"point-in-time-recovery": "LOW"}
    assert settings.suppress[0].resource == "*"
    assert settings.suppress[0].expires == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "unknown", "nearest"),
    [
        ("clases = {}", "clases", "classes"),
        ("[classes]\ntag_key = []", "classes.tag_key", "tag_keys"),
        ("[classes]\nlader = []", "classes.lader", "ladder"),
        ("[trust]\naccount = []", "trust.account", "accounts"),
        ("[network]\non_premise = []", "network.on_premise", "on_premises"),
        ("[thresholds]\nkey_rotation = 90", "thresholds.key_rotation", "key_rotation_days"),
        ('[[rules]]\nmatch = "*"\nclass = "public"', "rules.0.class", "data_class"),
        ('[[rules]]\nmatc = "*"', "rules.0.matc", "match"),
        (_suppression(resorce="*"), "suppress.0.resorce", "resource"),
        (_suppression() + "\n" + _suppression(ownr="x"), "suppress.1.ownr", "owner"),
    ],
)
def test_an_unknown_key_names_the_nearest(tmp_path, text, unknown, nearest):
    assert f"unknown key {unknown}; did you mean {nearest}?" in _refused(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("classes = 3", "classes"),
        ("classes = []", "classes"),
        ('rules = "x"', "rules"),
        ("[classes]\nladder = 1", "classes.ladder"),
        ("[classes]\ntag_keys = [1]", "classes.tag_keys.0"),
        ('[trust]\naccounts = ["123"]', "trust.accounts.0"),
        ('[trust]\norganizations = ["123456789012"]', "trust.organizations.0"),
        ('[network]\non_premises = ["10.0.0.0/33"]', "network.on_premises.0"),
        ('[network]\non_premises = ["10.0.0.1/8"]', "network.on_premises.0"),
        ("[thresholds]\nkey_rotation_days = 10", "thresholds.key_rotation_days"),
        ('[severity]\nx = "high"', "severity.x"),
        ('[[rules]]\ndata_class = "public"', "rules.0.match"),
        (_suppression(reason="  "), "suppress.0.reason"),
        (_suppression(owner=""), "suppress.0.owner"),
        (_suppression(expires="soon"), "suppress.0.expires"),
        ('[[suppress]]\ncontrol = "x"\nreason = "y"\nowner = "z"', "suppress.0.expires"),
    ],
)
def test_a_value_that_means_nothing_is_named(tmp_path, text, where):
    assert f"dynasec.toml: {where}" in _refused(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    ["[classes", "x = ", "a = 1\na = 2", b"\xff\xfe", b'a = "\xe9"', "a = " + "[" * 50_000, "\0"],
)
def test_what_is_not_toml_is_told_so(tmp_path, text):
    assert "is not TOML: " in _refused(tmp_path, text)


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(ConfigurationError, match=r"cannot read .*: No such file"):
        load(tmp_path / "absent.toml", today=TODAY)
    with pytest.raises(ConfigurationError, match=r"cannot read .*: Is a directory"):
        load(tmp_path, today=TODAY)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[classes]\nsensitive_from = "secret"', "sensitive_from = 'secret' is not on the ladder public,"),
        ('[classes]\nunclassified_as = "secret"', "unclassified_as = 'secret' is not on the ladder"),
        ("[classes]\nladder = []", "sensitive_from = 'confidential' is not on the ladder"),
        ('[classes]\nladder = ["confidential", "Confidential"]', "a class stands twice on the ladder"),
        (
            '[[rules]]\nmatch = "a*"\ndata_class = "secret"',
            "rule for 'a*': data_class 'secret' is not on the ladder",
        ),
    ],
)
def test_classes_must_be_on_the_ladder(tmp_path, text, says):
    assert says in _refused(tmp_path, text)


def test_a_rule_without_class_is_fine(tmp_path):
    assert _load(tmp_path, '[[rules]]\nmatch = "a*"').rules[0].data_class is None


def test_a_suppression_lasts_180_days_at_most(tmp_path):
    _load(tmp_path, _suppression(expires=TODAY + timedelta(days=180)))
    says = _refused_far(tmp_path)
    assert "suppression of x: expires = 2026-07-15 is more than 180 days away" in says


def _refused_far(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        _load(tmp_path, _suppression(expires=TODAY + timedelta(days=181)))
    return str(caught.value)


def test_an_expired_suppression_is_read_so_that_it_can_be_reported(tmp_path):
    assert _load(tmp_path, _suppression(expires=date(2020, 1, 1))).suppress


def test_the_file_is_found_upward(tmp_path):
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find(deep) is None
    (tmp_path / "dynasec.toml").touch()
    assert find(deep) == tmp_path / "dynasec.toml"
    (deep / "dynasec.toml").touch()
    assert find(deep) == deep / "dynasec.toml"
    (tmp_path / "a" / "dynasec.toml").mkdir()
    assert find(tmp_path / "a") == tmp_path / "dynasec.toml"


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Settings().rules = ()
