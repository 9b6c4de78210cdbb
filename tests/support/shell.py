"""Runs an exported script with a stand-in for the AWS CLI that notes what it is asked, and answers from a list."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_AWS = """#!{python}
import json, pathlib, sys
import jmespath
folder = pathlib.Path({folder!r})
arguments = sys.argv[1:]
options = dict(zip(arguments[2::2], arguments[3::2]))
with (folder / "calls").open("a") as file:
    file.write(json.dumps([*arguments[:2], options]) + "\\n")
answers = json.loads((folder / "answers").read_text())
answer = answers.get(" ".join(arguments[:2]), {{}})
if isinstance(answer, str):
    sys.exit(f"An error occurred ({{answer}}) when calling it")
found = jmespath.search(options["--query"], answer) if "--query" in options else answer
print(found if options.get("--output") == "text" else json.dumps(found, indent=4, ensure_ascii=False))
"""


class Shell:
    """A folder with the stand-in, and bash with nothing of the user's."""

    def __init__(self, folder: Path, answers: dict[str, Any]) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        aws = folder / "bin" / "aws"
        aws.write_text(_AWS.format(python=sys.executable, folder=str(folder)))
        aws.chmod(0o700)
        account = {"sts get-caller-identity": {"Account": "123456789012"}}
        (folder / "answers").write_text(json.dumps(account | answers))

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script in an empty folder of its own."""
        place = self.folder / "place"
        place.mkdir()
        path = f"{self.folder / 'bin'}:/usr/bin:/bin"
        return subprocess.run(
            ["bash", "-c", script],  # noqa: S607 - whichever bash there is
            env={"PATH": path},
            cwd=place,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """The commands in order, with their parameters."""
        lines = (self.folder / "calls").read_text().splitlines()
        made = [json.loads(line) for line in lines]
        return [
            (f"{service} {command}", json.loads(options["--cli-input-json"]))
            for service, command, options in made
            if "--cli-input-json" in options
        ]

    @property
    def leftovers(self) -> list[str]:
        """What a script left in its folder: nothing, unless something was run that should have been a name."""
        return sorted(path.name for path in (self.folder / "place").iterdir())
