"""Wildcard patterns as IAM understands them: whether they match, cover or overlap one another.

`*` stands for any run of characters, `/` and `:` included, `?` for exactly one. In documents of Version
2012-10-17, `${name}` and `${name, 'default'}` are policy variables and `${*}`, `${?}`, `${$}` the plain
characters. A variable that is not resolved could be anything where we ask what is *possible* (`overlaps`)
and matches nothing where we ask what is *certain* (`covers`, `Pattern.matches`).

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

Both questions are answered by running one pattern as an automaton, its states the bits of one integer, over the
other's tokens: O(n * m / word size), with no backtracking and no regular expression over foreign text.
"""

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from dynasec.iam.ternary import Ternary


class Wild(enum.Enum):
    """The tokens that are not a character of their own."""

    ANY = "*"
    ONE = "?"
    NOTHING = "nothing"
    """A variable whose key is absent from the request: no text at all fits."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A policy variable not yet resolved: its condition key (lower case) and its default, if it has one."""

    name: str
    default: str | None = None


Token = str | Wild | Variable
"""One literal character, a wildcard, or a variable."""

Lookup = Callable[[str], str | Variable | None]
"""What a condition key (lower case) stands for: its value, None when absent, a Variable when not known."""


@dataclass(frozen=True)
class Pattern:
    """A sequence of tokens; build one with `Pattern.of` or `Pattern.literally`."""

    tokens: tuple[Token, ...]

    @staticmethod
    def of(
        text: str, *, variables: bool = False, wildcards: bool = True, ignore_case: bool = False
    ) -> "Pattern":
        """Read a pattern from a policy; never fails, since every text is a pattern.

        `variables`: the document's Version is 2012-10-17; `wildcards`: `*` and `?` are special.
        """
        return _compile(text, variables, wildcards, ignore_case)

    @staticmethod
    def literally(text: str) -> "Pattern":
        """Make the pattern that matches this text alone."""
        return _compile(text, False, False, False)  # noqa: FBT003 - cached by position

    @cached_property
    def literal(self) -> str | None:
        """The only text this pattern matches, or None when it holds wildcards or variables."""
        characters = [token for token in self.tokens if isinstance(token, str)]
        return "".join(characters) if len(characters) == len(self.tokens) else None

    @cached_property
    def prefix(self) -> str | None:
        """The text before the one star of a pattern that is a text and a star; None for other patterns."""
        chunks = self._chunks
        return chunks[0] if chunks is not None and len(chunks) == 2 and not chunks[1] else None  # noqa: PLR2004

    @cached_property
    def has_variables(self) -> bool:
        """Whether a variable is left unresolved."""
        return any(isinstance(token, Variable) for token in self.tokens)

    def folded(self) -> "Pattern":
        """Return the pattern in lower case."""
        tokens: list[Token] = []
        for token in self.tokens:
            tokens.extend(token.lower() if isinstance(token, str) else (token,))
        return Pattern(tuple(tokens))

    def resolved(self, lookup: Lookup) -> "Pattern":
        """Put the request's values in place of the variables; an absent key without default matches nothing."""
        if not self.has_variables:
            return self
        tokens: list[Token] = []
        for token in self.tokens:
            if not isinstance(token, Variable):
                tokens.append(token)
                continue
            value = lookup(token.name)
            if value is None:
                value = token.default
            if isinstance(value, Variable):
                tokens.append(token)
            elif value is None:
                tokens.append(Wild.NOTHING)
            else:
                tokens.extend(value)
        return Pattern(tuple(tokens))

    def split(self, separator: str, parts: int) -> tuple["Pattern", ...]:
        """Split at the literal character `separator` into at most `parts` patterns."""
        pieces: list[list[Token]] = [[]]
        for token in self.tokens:
            if token == separator and len(pieces) < parts:
                pieces.append([])
            else:
                pieces[-1].append(token)
        return tuple(Pattern(tuple(piece)) for piece in pieces)

    def matches(self, text: str) -> bool:
        """Whether the pattern matches `text` for certain."""
        chunks = self._chunks
        if chunks is None:
            return covers(self, Pattern.literally(text))
        if len(chunks) == 1:
            return text == chunks[0]
        head, *middle, tail = chunks
        if len(head) + len(tail) > len(text) or not (text.startswith(head) and text.endswith(tail)):
            return False
        position, end = len(head), len(text) - len(tail)
        for chunk in middle:  # the leftmost place is always the best one
            found = text.find(chunk, position, end)
            if found < 0:
                return False
            position = found + len(chunk)
        return True

    @cached_property
    def _chunks(self) -> list[str] | None:
        """The literal texts between the stars, or None when there is more to the pattern than that."""
        chunks = [""]
        run: list[str] = []
        for token in self.tokens:
            if isinstance(token, str):
                run.append(token)
            elif token is Wild.ANY:
                chunks[-1] = "".join(run)
                chunks.append("")
                run = []
            else:
                return None
        chunks[-1] = "".join(run)
        return chunks

    @cached_property
    def certain(self) -> "_Automaton":
        """The automaton in which unresolved variables match nothing."""
        return _Automaton.build(
            Wild.NOTHING if isinstance(token, Variable) else token for token in self.tokens
        )

    @cached_property
    def possible(self) -> "_Automaton":
        """The automaton in which unresolved variables match anything."""
        return _Automaton.build(self.possible_tokens)

    @cached_property
    def possible_tokens(self) -> tuple[str | Wild, ...]:
        """The tokens with unresolved variables widened to `*`."""
        return tuple(Wild.ANY if isinstance(token, Variable) else token for token in self.tokens)


ANYTHING = Pattern((Wild.ANY,))
"""Matches every text: as a value, "there is one, but nothing is known about it"."""


@dataclass(frozen=True, slots=True)
class _Automaton:
    """Bit i = "the tokens before i are matched"; runs of wildcards are put in the order `??*` first."""

    size: int
    literals: dict[str, int]
    one: int
    star: int
    open_run: int
    """Tokens of a run `?...?*`, the star included: being there is at least as good as anywhere before."""
    dead: bool

    @staticmethod
    def build(tokens: Iterable[str | Wild]) -> "_Automaton":
        ordered = _canonical(tokens)
        literals: dict[str, int] = {}
        one = star = open_run = 0
        for index, token in enumerate(ordered):
            if token is Wild.ANY:
                star |= 1 << index
            elif token is Wild.ONE:
                one |= 1 << index
            elif isinstance(token, str):
                literals[token] = literals.get(token, 0) | 1 << index
        in_run = False
        for index in range(len(ordered) - 1, -1, -1):
            in_run = ordered[index] is Wild.ANY or (in_run and ordered[index] is Wild.ONE)
            if in_run:
                open_run |= 1 << index
        return _Automaton(len(ordered), literals, one, star, open_run, Wild.NOTHING in ordered)

    def closed(self, states: int) -> int:
        """Add what is reached by letting a star stand for nothing."""
        return states | (states & self.star) << 1

    def after(self, states: int, character: str | None) -> int:
        """Consume one character; None is one that the pattern does not spell out."""
        moves = self.one if character is None else self.one | self.literals.get(character, 0)
        return self.closed((states & moves) << 1 | (states & self.star))

    def after_worst_run(self, states: int) -> int:
        """Consume whichever run of characters leaves the least to be accepted afterwards.

        The characters may be assumed to be ones the pattern does not spell out. From an open run `?...?*` each
        further character only helps, so the empty run is the worst; elsewhere a long run kills every state but the
        last star reached.
        """
        best = states & self.open_run
        return self.closed(1 << best.bit_length() - 1) if best else 0


def _canonical(tokens: Iterable[str | Wild]) -> list[str | Wild]:
    ordered: list[str | Wild] = []
    star_pending = False
    for token in tokens:
        if token is Wild.ANY:
            star_pending = True
            continue
        if star_pending and token is not Wild.ONE:
            ordered.append(Wild.ANY)
            star_pending = False
        ordered.append(token)
    if star_pending:
        ordered.append(Wild.ANY)
    return ordered


def covers(a: Pattern, b: Pattern) -> bool:
    """Whether everything that `b` can match is certainly matched by `a`."""
    if Wild.NOTHING in b.tokens:
        return True
    automaton = a.certain
    states = automaton.closed(1)
    for token in b.possible_tokens:
        if token is Wild.ANY:
            states = automaton.after_worst_run(states)
        else:
            states = automaton.after(states, token if isinstance(token, str) else None)
        if not states:
            return False
    return bool(states >> automaton.size & 1)


def overlaps(a: Pattern, b: Pattern) -> bool:
    """Whether some text could be matched by both."""
    if a.literal is not None and b.literal is not None:
        return a.literal == b.literal
    rows, columns = a.possible_tokens, b.possible
    if columns.dead or Wild.NOTHING in rows:
        return False
    everything = (1 << columns.size + 1) - 1
    states = columns.closed(1)
    for token in rows:
        if token is Wild.ANY:
            states = everything & -(states & -states)  # every state from the first one reached on
        elif token is Wild.ONE:
            states = columns.closed((states & everything & ~columns.star) << 1 | (states & columns.star))
        else:
            states = columns.after(states, token if isinstance(token, str) else None)
        states &= everything
        if not states:
            return False
    return bool(states >> columns.size & 1)


def relation(wanted: Pattern, value: Pattern) -> Ternary:
    """Whether a value of which only the shape is known matches `wanted`: always, never, or undecided."""
    if value.literal is not None and wanted.matches(value.literal):
        return Ternary.TRUE
    if not overlaps(wanted, value):
        return Ternary.FALSE
    return Ternary.of(True) if covers(wanted, value) else Ternary.UNKNOWN  # noqa: FBT003


@lru_cache(maxsize=4096)
def _compile(text: str, variables: bool, wildcards: bool, ignore_case: bool) -> Pattern:  # noqa: FBT001
    tokens: list[Token] = []
    position = 0
    last = text.rfind("}") if variables else -1
    while position < len(text):
        end = text.find("}", position) if position < last and text.startswith("${", position) else -1
        if end > 0:
            tokens.append(_variable(text[position + 2 : end]))
            position = end + 1
            continue
        character = text[position]
        if wildcards and character in "*?":
            tokens.append(Wild(character))
        else:
            tokens.extend(character.lower() if ignore_case else character)
        position += 1
    return Pattern(tuple(tokens))


def _variable(inside: str) -> Token:
    if inside in {"*", "?", "$"}:
        return inside
    name, comma, rest = inside.partition(",")
    default = rest.strip()
    quoted = len(default) > 1 and default[0] == default[-1] == "'"
    return Variable(name.strip().lower(), default[1:-1] if comma and quoted else None)
