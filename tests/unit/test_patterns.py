"""Wildcards, compared with a matcher that only follows their definition."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamviz.patterns import Wild, compile_any, compile_glob, compile_tokens, glob_tokens
from tests.properties.reference_match import glob, wild

PARTS = {
    Wild.STAR: ("any", False),
    Wild.ONE: ("one", False),
    Wild.STAR_IN_FIELD: ("any", True),
    Wild.ONE_IN_FIELD: ("one", True),
}
TOKENS = st.lists(st.one_of(st.sampled_from([*Wild]), st.text(alphabet="ab:*é", max_size=3)), max_size=6)
TEXTS = st.text(alphabet="ab:*é\n", max_size=8)


def by_definition(tokens, text):
    pattern = [part for token in tokens for part in ([PARTS[token]] if isinstance(token, Wild) else token)]
    return glob(pattern, text)


@given(tokens=TOKENS, text=TEXTS)
def test_a_compiled_pattern_matches_what_its_definition_does(tokens, text):
    """All four wildcards, next to each other and to literals that look like wildcards."""
    assert compile_tokens(tokens)(text) is by_definition(tokens, text)


@given(patterns=st.lists(TOKENS, max_size=4), text=TEXTS)
def test_several_patterns_match_when_one_of_them_does(patterns, text):
    assert compile_any(patterns)(text) is any(by_definition(tokens, text) for tokens in patterns)


@given(pattern=st.text(alphabet="ab*?", max_size=8), text=st.text(alphabet="ab*?", max_size=8))
def test_text_of_a_pattern(pattern, text):
    assert compile_glob(pattern)(text) is glob(wild(pattern), text)


@pytest.mark.parametrize(
    ("parts", "alphabet", "longest"),
    [
        (["a", "b", Wild.STAR, Wild.ONE], "ab", 5),
        (["-", ":", *Wild], "-:z", 4),
    ],
)
def test_every_short_pattern_against_every_short_text(parts, alphabet, longest):
    """Regular expressions say what is right; characters stand on both sides of the colon."""
    texts = ["".join(text) for length in range(longest + 1) for text in product(alphabet, repeat=length)]
    regular = {Wild.STAR: ".*", Wild.ONE: ".", Wild.STAR_IN_FIELD: "[^:]*", Wild.ONE_IN_FIELD: "[^:]"}
    for length in range(longest + 1):
        for tokens in product(parts, repeat=length):
            test = compile_tokens(tokens)
            definition = re.compile("".join(regular.get(token) or re.escape(token) for token in tokens))
            wrong = [text for text in texts if test(text) is not bool(definition.fullmatch(text))]
            assert wrong == [], tokens


def test_every_pair_of_short_patterns():
    """Texts, beginnings and other patterns beside each other, in either order."""
    texts = ["".join(text) for length in range(4) for text in product("ab", repeat=length)]
    patterns = [tokens for length in range(1, 4) for tokens in product(["a", "b", Wild.STAR, Wild.ONE], repeat=length)]
    alone = [(tokens, frozenset(filter(compile_tokens(tokens), texts))) for tokens in patterns]
    for first, by_first in alone:
        for second, by_second in alone:
            test = compile_any([first, second])
            assert {text for text in texts if test(text)} == by_first | by_second, (first, second)


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("Get*", ["Get", "GetObject", "Get\nObject"], ["get", "aGet", "Ge"]),
        ("*Object", ["Object", "GetObject"], ["GetObjectAcl", ""]),
        ("Get?bject", ["GetObject", "Get\nbject"], ["Getbject", "GetOObject"]),
        ("a*b*c", ["abc", "aXbXc", "abbcc"], ["acb", "ab", "bc"]),
        ("*", ["", "anything:at/all"], []),
        ("", [""], ["a"]),
        ("aa*aa", ["aaaa", "aaXaa"], ["aa", "aaa"]),
    ],
)
def test_patterns_are_anchored_at_both_ends(pattern, matching, other):
    test = compile_glob(pattern)
    assert [text for text in [*matching, *other] if test(text)] == matching


def test_wildcards_of_a_field_stop_at_a_colon():
    star, one = compile_tokens(glob_tokens("a*z", in_field=True)), compile_tokens(glob_tokens("a?z", in_field=True))
    assert (star("abcz"), star("ab:cz")) == (True, False)
    assert (one("abz"), one("a:z")) == (True, False)


def test_a_substituted_value_is_literal_text():
    """Tokens keep text apart from wildcards, so a value may hold a star."""
    assert compile_tokens(["home/", "a*", "/", Wild.STAR])("home/a*/x")
    assert not compile_tokens(["home/", "a*", "/", Wild.STAR])("home/abc/x")


@pytest.mark.parametrize("in_field", [False, True])
@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("*a" * 5000 + "b", "a" * 10000),
        ("*a?" * 3000 + "b", "a" * 10000),
        ("*" + "?a" * 2500 + "b*", "a" * 10000),
        ("*" + "a" * 5000 + "b*", "a" * 10000),
    ],
)
def test_hostile_patterns_answer(pattern, text, in_field):
    """With backtracking none of these would ever end."""
    tokens = glob_tokens(pattern, in_field=in_field)
    assert compile_tokens(tokens)(text) is False
    assert compile_tokens(tokens)(text + "b") is True
