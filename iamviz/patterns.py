"""Wildcards of the policy language: ``*`` and ``?``, matched in linear time.

A pattern is a tuple of tokens, because a substituted policy variable is literal text even where it holds a ``*``
(docs/rules/policy_evaluation.md 3.9). `compile_tokens` turns tokens into a test; no test ever backtracks
exponentially, however hostile the pattern.
"""

import re
from collections.abc import Callable, Iterable
from enum import Enum

__all__ = ["Test", "Token", "Wild", "compile_any", "compile_glob", "compile_tokens", "glob_tokens"]


class Wild(Enum):
    """A wildcard. The ``IN_FIELD`` kinds do not match a colon: they stay inside one field of an ARN."""

    STAR = "*"
    ONE = "?"
    STAR_IN_FIELD = "[^:]*"
    ONE_IN_FIELD = "[^:]"


Token = str | Wild
Test = Callable[[str], bool]

_WILD = {"*": Wild.STAR, "?": Wild.ONE}
_IN_FIELD = {"*": Wild.STAR_IN_FIELD, "?": Wild.ONE_IN_FIELD}
_SPLIT = re.compile(r"([*?])")


def glob_tokens(text: str, *, in_field: bool = False) -> tuple[Token, ...]:
    """Split the text of a pattern into literals and wildcards.

    >>> glob_tokens("Get*")
    ('Get', <Wild.STAR: '*'>)
    """
    wild = _IN_FIELD if in_field else _WILD
    return tuple(wild.get(part, part) for part in _SPLIT.split(text) if part)


def compile_glob(text: str) -> Test:
    """A test for the whole text of a value, case-sensitive, anchored at both ends.

    >>> compile_glob("s3:Get*")("s3:GetObject")
    True
    >>> compile_glob("s3:Get")("s3:GetObject")
    False
    """
    if "*" not in text and "?" not in text:
        return text.__eq__  # plain names are most of what an account's policies list
    return compile_tokens(glob_tokens(text))


def compile_tokens(tokens: Iterable[Token]) -> Test:
    """A test that tells whether the whole of a text matches the tokens."""
    return compile_any([tokens])


def compile_any(patterns: Iterable[Iterable[Token]]) -> Test:
    """A test that tells whether the whole of a text matches one of several patterns; nothing matches none.

    Plain texts and plain beginnings, which most patterns are, are looked up all at once.
    """
    texts: set[str] = set()
    beginnings: list[str] = []
    others: list[Test] = []
    for tokens in patterns:
        match _merge(tokens):
            case []:
                texts.add("")
            case [str(text)]:
                texts.add(text)
            case [Wild.STAR]:
                return _anything
            case [str(beginning), Wild.STAR]:
                beginnings.append(beginning)
            case merged:
                in_field = any(token in (Wild.STAR_IN_FIELD, Wild.ONE_IN_FIELD) for token in merged)
                others.append(_Automaton(merged) if in_field else _Segments(merged))
    return _one_of(texts, tuple(beginnings), others)


def _one_of(texts: set[str], beginnings: tuple[str, ...], others: list[Test]) -> Test:
    """The quickest test that there is for what is given."""
    if not beginnings and not others:
        return next(iter(texts)).__eq__ if len(texts) == 1 else frozenset(texts).__contains__
    if not others:
        start = beginnings[0] if len(beginnings) == 1 else beginnings
        if not texts:
            return lambda value: value.startswith(start)
        return lambda value: value in texts or value.startswith(start)
    if not texts and not beginnings and len(others) == 1:
        return others[0]
    return lambda value: value in texts or value.startswith(beginnings) or any(test(value) for test in others)


def _anything(value: str) -> bool:
    return True


def _merge(tokens: Iterable[Token]) -> list[Token]:
    """Join neighbouring literals and neighbouring stars."""
    stars = (Wild.STAR, Wild.STAR_IN_FIELD)
    merged: list[Token] = []
    for token in tokens:
        last = merged[-1] if merged else None
        if token == "":
            continue
        if isinstance(token, str) and isinstance(last, str):
            merged[-1] = last + token
        elif token in stars and last in stars:
            merged[-1] = Wild.STAR if Wild.STAR in (token, last) else Wild.STAR_IN_FIELD
        else:
            merged.append(token)
    return merged


class _Segments:
    """Stars that match anything: each stretch between two stars is looked for at its leftmost place."""

    __slots__ = ("_first", "_last", "_last_length", "_middle", "_one")

    def __init__(self, tokens: list[Token]) -> None:
        segments: list[list[Token]] = [[]]
        for token in tokens:
            if token is Wild.STAR:
                segments.append([])
            else:
                segments[-1].append(token)
        patterns = [_segment_pattern(segment) for segment in segments]
        self._one = len(patterns) == 1
        self._first = patterns[0]
        self._last = patterns[-1]
        self._last_length = sum(len(token) if isinstance(token, str) else 1 for token in segments[-1])
        self._middle = [_finder(segment) for segment in segments[1:-1]]

    def __call__(self, value: str) -> bool:
        if self._one:
            return self._first.fullmatch(value) is not None
        head = self._first.match(value)
        if head is None:
            return False
        position, end = head.end(), len(value) - self._last_length
        for find in self._middle:
            position = find(value, position)
            if position < 0:
                return False
        return position <= end and self._last.fullmatch(value, end) is not None


def _segment_pattern(segment: list[Token]) -> re.Pattern[str]:
    return re.compile("".join(re.escape(t) if isinstance(t, str) else "." for t in segment), re.DOTALL)


def _finder(segment: list[Token]) -> Callable[[str, int], int]:
    """A function that gives the end of the leftmost occurrence at or after a position, or -1."""
    if len(segment) == 1 and isinstance(segment[0], str):
        literal = segment[0]
        length = len(literal)

        def find_literal(value: str, start: int) -> int:
            found = value.find(literal, start)
            return found if found < 0 else found + length

        return find_literal
    pattern = _segment_pattern(segment)

    def find_pattern(value: str, start: int) -> int:
        found = pattern.search(value, start)
        return -1 if found is None else found.end()

    return find_pattern


class _Automaton:
    """All states at once, as the bits of one integer: for patterns in which some wildcards stop at a colon.

    Bit i is set when the first i tokens (a literal counts once for each character) match what was read.
    """

    __slots__ = ("_accept", "_any", "_loops", "_loops_colon", "_moves", "_stars", "_start")

    def __init__(self, tokens: list[Token]) -> None:
        self._moves: dict[str, int] = {}
        self._any = self._stars = self._loops = self._loops_colon = 0
        any_colon = bit = 0
        for token in tokens:
            if isinstance(token, str):
                for character in token:
                    self._moves[character] = self._moves.get(character, 0) | 1 << bit
                    bit += 1
                continue
            if token in (Wild.STAR, Wild.STAR_IN_FIELD):
                self._stars |= 1 << bit
                self._loops |= 1 << bit
                self._loops_colon |= (token is Wild.STAR) << bit
            else:
                self._any |= 1 << bit
                any_colon |= (token is Wild.ONE) << bit
            bit += 1
        for character in self._moves:
            self._moves[character] |= any_colon if character == ":" else self._any
        self._moves.setdefault(":", any_colon)
        self._accept = 1 << bit
        self._start = 1 | (self._stars & 1) << 1

    def __call__(self, value: str) -> bool:
        states = self._start
        for character in value:
            loops = self._loops_colon if character == ":" else self._loops
            states = (states & self._moves.get(character, self._any)) << 1 | states & loops
            states |= (states & self._stars) << 1
            if not states:
                return False
        return bool(states & self._accept)
