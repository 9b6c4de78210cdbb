"""What the README shows must work."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from dynasec.settings import load

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_configuration_it_shows_is_one(tmp_path):
    shown = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "dynasec.toml"
    path.write_text(shown[1], encoding="utf-8")
    settings = load(path, today=date(2026, 11, 1))
    assert settings.rules
    assert settings.suppress
    assert settings.attest


def test_its_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (Path(__file__).parents[2] / target).is_file(), target
