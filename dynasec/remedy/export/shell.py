"""A plan as a script of AWS CLI commands, to be read before it is run.

The script looks at each thing before it changes it, waits where AWS takes time, and stops at the first surprise. It has no journal, no lock
and no rollback: those are what `dynasec apply` is for.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore import xform_name

from dynasec.change import Call, State
from dynasec.collect.clients import home_region
from dynasec.collect.operations import client_and_method
from dynasec.printable import printable
from dynasec.remedy.applying.facts import comparable
from dynasec.remedy.applying.placeholders import Filler
from dynasec.remedy.export.order import Wanted, in_order, wanted_by, wanted_in
from dynasec.remedy.export.shell_words import Words
from dynasec.remedy.plan import Change, Plan
from dynasec.semantics.wording import counted

_SERVICES: Final = {"config": "configservice", "s3": "s3api"}
"""boto3 services whose commands the CLI calls otherwise."""
_BLOBS: Final = frozenset({"wafv2:UpdateWebACL"})
"""Operations with parameters of bytes, which a plan has as text: version 2 of the CLI takes base64 unless told otherwise."""
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")

_PRELUDE: Final = r"""set -euo pipefail

fail() { printf '%s\n' "$1" >&2; exit 1; }

# holds CODES IF_ABSENT QUERY COMMAND...: whether an answer is as expected; CODES are errors that mean that there is none
holds() {
  local codes=$1 if_absent=$2 query=$3 answer error code
  shift 3
  error=$(mktemp)
  if answer=$("$@" --output json --query "$query" 2> "$error"); then
    rm -f "$error"
    [ "$answer" = true ]
    return
  fi
  for code in $codes; do
    if grep -qF "($code)" "$error"; then
      rm -f "$error"
      [ "$if_absent" = yes ]
      return
    fi
  done
  cat "$error" >&2
  rm -f "$error"
  exit 1
}

expect() { holds "$@" || fail "not as reviewed: $3"; }

wait_for() {
  local end=$((SECONDS + $1))
  shift
  until holds "$@"; do
    [ "$SECONDS" -lt "$end" ] || fail "still not so: $3"
    sleep 5
  done
}

# member ANSWER N: the Nth member of a list that the CLI printed, as JSON
member() {
  local value
  value=$(printf '%s\n' "$1" | sed -n "$(($2 + 1))"'s/^ *\(.*[^,]\),\{0,1\}$/\1/p')
  case $value in '' | null | '[' | '{' | ']') fail 'an answer lacks what a later call needs' ;; esac
  printf '%s' "$value"
}
"""


def pieces(plan: Plan) -> Iterator[str]:
    """Yield the script, pure ASCII but for comments."""
    chosen, left_out = in_order(plan)
    account = shlex.quote(plan.subject.account)
    yield "#!/usr/bin/env bash\n"
    yield _comment(
        f"Plan {plan.plan_id} for account {plan.subject.account}: {counted(len(chosen), 'change')}."
    )
    yield _comment(
        "Read it before you run it. It keeps no journal and cannot take itself back: `dynasec apply` can."
    )
    yield _PRELUDE
    yield "\n# the account that was reviewed\n"
    yield f'[ "$(aws sts get-caller-identity --query Account --output text)" = {account} ] || fail "another account"\n'
    wanted = sorted({one for change in chosen for one in wanted_by(change)})
    variables = {one: f"r{number}" for number, one in enumerate(wanted, start=1)}
    for change in chosen:
        yield "\n"
        yield from _Script(plan, change, variables).lines()
    for one in left_out:
        yield "\n" + _comment(f"LEFT OUT {one.change.id}: {one.change.summary}: {one.reason}")


def _comment(text: str) -> str:
    return f"# {printable(text)}\n"


@dataclass(frozen=True)
class _Script:
    """The lines of one change."""

    plan: Plan
    change: Change
    variables: Mapping[Wanted, str]

    def lines(self) -> Iterator[str]:
        change = self.change
        yield _comment(f"{change.id}: {change.summary}")
        yield _comment(
            f"{change.resource}; risk {change.risk.level}, undo {change.undo.kind} {change.undo.loses}".rstrip()
        )
        for state in change.expect:
            yield from self._check("expect", state)
        for call in change.calls:
            yield from self._call(call)
        for state in change.verify:
            yield from self._check(f"wait_for {change.timeout_s}", state)
        for call in reversed(change.calls):
            for undo in call.undo:
                yield _comment(f"to take it back: {self._command(undo.operation, undo.params, undo.region)}")

    def _call(self, call: Call) -> Iterator[str]:
        command = self._command(call.operation, call.params, call.region, indent=2)
        wanted = [
            (one, name)
            for one, name in self.variables.items()
            if call.name and (one.of, one.call) == (self.change.key, call.name)
        ]
        facts, _ = _comparisons(call.answer)
        if wanted or facts:
            query = ", ".join([facts or "`true`", *(one.path for one, _ in wanted)])
            yield f"answer=$({command} --output json --query {shlex.quote(f'[{query}]')})\n"
            yield f'[ "$(member "$answer" 1)" = true ] || fail {shlex.quote(f"not done: {call.operation}")}\n'
            for number, (_, name) in enumerate(wanted, start=2):
                yield f'{name}=$(member "$answer" {number})\n'
                yield f'{name}_text=${{{name}#\\"}} && {name}_text=${{{name}_text%\\"}}\n'
        else:
            yield f"{command} > /dev/null\n"
        if call.settled is not None:
            yield from self._check(f"wait_for {call.settle_s}", call.settled)

    def _check(self, function: str, state: State) -> Iterator[str]:
        query, by_eye = _comparisons(state.facts)
        if query:
            absent = "yes" if all(value is None for value in state.facts.values()) else "no"
            codes = shlex.quote(" ".join(state.absent))
            command = self._command(state.operation, state.params, state.region)
            yield f"{function} {codes} {absent} {shlex.quote(query)} {command}\n"
        for path, value in by_eye.items():
            yield _comment(f"not compared by this script: {state.operation}: {path} = {json.dumps(value)}")

    def _command(
        self, operation: str, params: Mapping[str, Any], region: str, indent: int | None = None
    ) -> str:
        service, name = client_and_method(operation)
        where = region or self.change.region or home_region(self.plan.subject.partition)
        known = {one for one in wanted_in(params, self.change.key) if one not in self.variables}
        if known:  # what only a rollback knows: the answers that the journal holds
            shown = json.dumps(params)
        else:
            filler = Filler(self.plan.plan_id, self.change.id, self.change.key, {})
            shown = Words(filler, self.variables).json(params, indent=indent)
        command = (
            f"aws {_SERVICES.get(service, service)} {xform_name(name, '-')} --region {shlex.quote(where)}"
        )
        if operation in _BLOBS:
            command += " --cli-binary-format raw-in-base64-out"
        return f"{command} --cli-input-json {shown}"


def _comparisons(facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a JMESPath expression that is true where the facts hold, and the facts that the CLI's answer cannot be compared by."""
    by_eye = {path: value for path, value in facts.items() if not _is_plain(value)}
    terms = [f"({path}) == {_literal(value)}" for path, value in facts.items() if path not in by_eye]
    return " && ".join(terms), by_eye


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether the CLI prints a value as the plan has it: no times, no documents, nothing known only later."""
    if isinstance(value, str):
        return comparable(value) == value and not _TIME.match(value)
    if isinstance(value, list | tuple):
        return all(_is_plain(one) for one in value)  # pyright: ignore[reportUnknownVariableType] # JSON
    return value is None or isinstance(value, bool | int | float)


def _literal(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return "`" + json.dumps(value).replace("`", "\\`") + "`"
