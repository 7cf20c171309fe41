"""Stand-ins for names, account numbers and ids: one-to-one, the same everywhere, and patterns match what they matched.

A name is cut into words, and each word gets a stand-in of five letters (``bakod``), so ``app-*`` still covers what it
covered: ``bakod-*`` covers ``bakod-nilut``. Where a pattern ends inside of a word (``ap*``), that word is
cut there too, and so is every other word that has the same two letters next to each other: a cut depends on nothing but
the letters on both sides, so a text is cut alike wherever it stands. All stand-ins are consonant, vowel, consonant,
vowel, consonant, so that none can be read across the border of two others.
"""

import re
from collections.abc import Callable, Iterator

__all__ = ["Words", "is_service"]

_CONSONANTS, _VOWELS = "bdfklmnrtvz", "aeiou"
_SHAPE = (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS, _CONSONANTS)
_COUNT = 11 * 5 * 11 * 5 * 11
_STRIDE = 11_933
"""Prime to the number of stand-ins: one after another they differ in every letter."""

_ID_PREFIXES = "AIDA AROA AGPA ANPA ANVA AIPA ASCA APKA ABIA ACCA AKIA ASIA".split()
_ID = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_ID_PREFIXES)})[A-Z0-9]{{12,28}}(?![A-Za-z0-9])")
_ACCOUNT = re.compile(r"(?<![A-Za-z0-9])[0-9]{12}(?![A-Za-z0-9])")
_WORD = re.compile(r"[^\W_]+")
_WILD = re.compile(r"(\*|\?|\$\{[^{}]*\})")
# One label, perhaps a region; or several under a service that gives none to customers (mybucket.s3 is a name).
_SERVICE = re.compile(
    r"(?<![\w.-])(?:[a-z][a-z0-9-]*|[a-z.-]+\.(?:logs|lambda|apigateway|application-autoscaling|cloudformation|config"
    r"|ssm|sso|eks|ecs|batch))(?:\.[a-z]{2}-[a-z]+(?:-[a-z]+)?-\d)?\.amazonaws\.com(?:\.cn)?(?![\w.-])"
)
_ACCOUNTS = tuple("".join(str(digit % 10) * 4 for digit in range(first, first + 3)) for first in range(1, 9))
# AWS's own words inside of names: kept, since rules and readers know them by these.
_KEPT = frozenset(
    "AWSReservedSSO OrganizationAccountAccessRole FullAWSAccess RCPFullAWSAccess o ou p r vpc vpce i".split()
).union(_ID_PREFIXES)
_AWS_PREFIX = "AWSServiceRoleFor"


def is_service(text: str) -> bool:
    """Whether a text is the name of an AWS service: ``lambda.amazonaws.com``."""
    return _SERVICE.fullmatch(text) is not None


class Words:
    """The table of stand-ins. `learn` everything first, then ask: what was not learned may be cut differently.

    >>> words = Words()
    >>> for text in ("app-web", "ap*"): words.learn(text)
    >>> words.name("app-web") == words.name("app-web"), words.name("app-web").startswith(words.name("ap*")[:-1])
    (True, True)
    """

    def __init__(self) -> None:
        self._words: dict[str, None] = {}
        self._fragments: dict[str, None] = {}
        self._numbers: dict[str, None] = {}
        self._cuts: set[str] | None = None
        self._codes: dict[str, str] = {}
        self._next = 0
        self._spellings: dict[str, str] = {}
        self._used: set[str] = set()
        self._accounts: dict[str, str] = {}
        self._made = 0
        self._ids: dict[str, str] = {}
        self.unsure: dict[str, None] = {}
        """Patterns with a ``?`` beside letters: after redaction they may match something else."""

    # ── learning ──

    def learn(self, text: str) -> None:
        """Take note of a name or a pattern."""
        self._cuts = None
        parts = _WILD.split(text)
        for index in range(0, len(parts), 2):
            literal = _blanked(parts[index])
            found = list(_WORD.finditer(literal))
            for match in found:
                self._words.setdefault(match[0].lower())
                if match.start() == 0 and index > 0:
                    self._open(match[0], parts[index - 1], text)
                if match.end() == len(literal) and index + 1 < len(parts):
                    self._open(match[0], parts[index + 1], text)
        for match in _ACCOUNT.finditer(text):
            self._numbers.setdefault(match[0])

    def _open(self, word: str, wild: str, text: str) -> None:
        self._fragments.setdefault(word.lower())
        if wild == "?":
            self.unsure.setdefault(text)

    @property
    def cuts(self) -> set[str]:
        """The pairs of letters between which words are cut."""
        if self._cuts is None:
            self._cuts = set()
            for fragment in self._fragments:
                for word in self._words:
                    start = word.find(fragment)
                    while start >= 0:
                        end = start + len(fragment)
                        self._cuts.update({word[start - 1 : start + 1]} if start else ())
                        self._cuts.update({word[end - 1 : end + 1]} if end < len(word) else ())
                        start = word.find(fragment, start + 1)
        return self._cuts

    # ── asking ──

    def name(self, text: str, keep: Callable[[str], bool] = lambda word: False) -> str:
        """A name or a pattern in stand-ins; wildcards, separators and numbers of one or two digits stay.

        ``keep`` says which words stay as they are.
        """
        return "".join(self._pieces(text, keep))

    def _pieces(self, text: str, keep: Callable[[str], bool]) -> Iterator[str]:
        position = 0
        for match in _SPECIAL.finditer(text):
            yield self._plain(text[position : match.start()], keep)
            yield self._special(match[0])
            position = match.end()
        yield self._plain(text[position:], keep)

    def _special(self, text: str) -> str:
        if text[0] in "*?$" or is_service(text):
            return text
        return self.account(text) if text.isdecimal() else self.id(text)

    def _plain(self, text: str, keep: Callable[[str], bool]) -> str:
        return _WORD.sub(lambda match: match[0] if _is_kept(match[0]) or keep(match[0]) else self.word(match[0]), text)

    def word(self, word: str) -> str:
        """The stand-in of one word."""
        cuts, start, pieces = self.cuts, 0, []
        lower = word.lower()
        for index in range(1, len(word)):
            if lower[index - 1 : index + 1] in cuts:
                pieces.append(word[start:index])
                start = index
        return "".join(map(self._piece, [*pieces, word[start:]]))

    def _piece(self, piece: str) -> str:
        if piece.isdecimal() and len(piece) <= 2:
            return piece
        found = self._spellings.get(piece)
        if found is None:
            code = self._code(piece.lower())
            found = next(spelled for spelled in _spellings(piece, code) if spelled not in self._used)
            self._used.add(found)
            self._spellings[piece] = found
        return found

    def _code(self, lower: str) -> str:
        if lower not in self._codes:
            while (code := _stand_in(self._next)) in self._words:
                self._next += 1
            self._next += 1
            self._codes[lower] = code
        return self._codes[lower]

    def account(self, number: str) -> str:
        """The stand-in of an account number: twelve digits, never one that was learned."""
        found = self._accounts.get(number)
        while found is None:
            made = self._made
            self._made += 1
            stand_in = _ACCOUNTS[made] if made < len(_ACCOUNTS) else f"1{made:011d}"
            if stand_in not in self._numbers:
                found = self._accounts[number] = stand_in
        return found

    def id(self, text: str) -> str:
        """The stand-in of a unique id or an access key id: the same prefix and length."""
        if text not in self._ids:
            self._ids[text] = f"{text[:4]}REDACTED{len(self._ids) + 1:0{max(len(text) - 12, 1)}d}"
        return self._ids[text]


_SPECIAL = re.compile("|".join((_WILD.pattern, _SERVICE.pattern, _ID.pattern, _ACCOUNT.pattern)))


def _blanked(literal: str) -> str:
    """A text without what is no word: services, ids and account numbers, in place of which blanks stand."""
    return _SPECIAL.sub(lambda match: " " * len(match[0]), literal)


def _is_kept(word: str) -> bool:
    return word in _KEPT or word.startswith(_AWS_PREFIX)


def _stand_in(number: int) -> str:
    if number >= _COUNT:  # more words than any account has: longer stand-ins, from the same letters
        return _stand_in(number - _COUNT) + "ur"
    index, letters = number * _STRIDE % _COUNT, ""
    for alphabet in _SHAPE:
        index, place = divmod(index, len(alphabet))
        letters += alphabet[place]
    return letters


def _spellings(word: str, code: str) -> Iterator[str]:
    """The spellings that a stand-in may take, the one like the word's own first."""
    if word[:1].isupper():
        yield code.upper() if len(word) > 1 and word.isupper() else code.capitalize()
    elif word.islower() or word == word.lower():
        yield code
    for bits in range(1 << len(code)):
        yield "".join(letter.upper() if bits >> place & 1 else letter for place, letter in enumerate(code))
