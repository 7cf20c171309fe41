"""Lock, gates, quotes, conditions, lifelines, cards and tables: what each says, in marks and in words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from iamviz import pictures as pic
from iamviz.pictures.conditions import character_diff, is_near
from iamviz.pictures.lock import Key

from .reading import Reading
from .samples import card, columns_and_groups, conditions, gates, life_rows, lock_sides, matches, moment

# the lock


def test_lock_names_both_sides_and_their_keys() -> None:
    left = pic.LockSide("identity", "the caller’s account", (pic.SayRow("SCP", "allow", "`Full`"),), "in")
    right = pic.LockSide("staging", "the role’s account", (pic.SayRow("Trust policy", "none", "no one"),), "missing")
    reading = Reading(pic.lock(left, right, "none", "Nobody is named."))
    assert reading.elements[0].attributes["aria-label"] == (
        "identity: key turned. staging: key missing. Nobody is named."
    )
    assert [e.text for e in reading.with_class("big") if "b" in e.classes] == ["identity", "staging"]
    assert reading.with_class("ks")[0].text == "key turnedkey missing"
    assert "denied · nothing says yes" in reading.with_class("md")[0].text
    assert reading.tagged("code")[0].text == "Full"
    assert pic.lock_text(left, right, "none").splitlines() == [
        "identity (the caller’s account): key turned",
        "  SCP: says yes, Full",
        "staging (the role’s account): key missing",
        "  Trust policy: says nothing, no one",
        "denied · nothing says yes",
    ]


def test_keys_and_shackle_differ_in_shape() -> None:
    drawings = {pic.lock_svg(key, "in", "none") for key in ("in", "missing", "spare", "barred")}
    assert len(drawings) == 4
    assert "M65.5 43V77" in pic.lock_svg("barred", "in", "deny")
    open_, closed = pic.lock_svg("in", "in", "allow"), pic.lock_svg("in", "in", "deny")
    assert "16 16 0 0 1 32 0v5" in open_
    assert "16 16 0 0 1 32 0v14" in closed
    assert 'stroke-dasharray="4 4"' not in open_ + closed
    assert 'stroke-dasharray="4 4"' in pic.lock_svg("in", "missing", "none")


@pytest.mark.parametrize(("key", "words"), [("spare", "key not needed"), ("barred", "key barred")])
def test_lock_mini_says_the_key(key: Key, words: str) -> None:
    assert words in Reading(pic.lock_mini("t", key, "in", "allow", "")).with_class("ks")[0].text


def test_small_lock_colours_each_side() -> None:
    left, right = lock_sides("x")
    reading = Reading(pic.lock_small(left, right, "allow"))
    names = [e.classes for e in reading.tagged("p") if "b" in e.classes]
    assert [("c-user" in c, "c-role" in c) for c in names] == [(True, False)] * 4 + [(False, True)]


# the gates


def arts(html: str) -> list[str]:
    return [next(c[3:] for c in e.classes if c.startswith("is-")) for e in Reading(html).tagged("li")]


def test_every_status_has_its_own_drawing() -> None:
    html = pic.gate_row("", gates("x"), "none")
    assert arts(html) == ["open", "absent", "ajar", "barred", "open", "closed", "unneeded", "unreached", "none"]
    drawings = re.findall(r'<svg class="gt".*?</svg></svg>|<svg class="gt".*?</svg>', html)
    assert len(set(drawings[:8])) == 7  # passes and grants share the open door


def test_a_silent_gate_stops_the_line_only_when_it_is_closed() -> None:
    passing = pic.gate_row("", [pic.GateView("Resource policy", "says nothing")], "allow")
    stopping = pic.gate_row("", [pic.GateView("Identity policy", "says nothing", closed=True)], "none")
    assert 'x1="0" x2="100%" y1="26" y2="26" stroke="var(--iv-ink2)"' in passing
    assert 'x1="0" x2="100%" y1="26" y2="26" stroke="var(--iv-ink2)"' not in stopping
    assert 'x1="50%" x2="100%" y1="26" y2="26" stroke="var(--iv-rule)"' in stopping


@pytest.mark.parametrize("count", [1, 3, 7, 8])
def test_any_number_of_gates_fits(count: int) -> None:
    html = pic.gate_row("", gates("x")[:count], "allow", "says yes")
    assert f'style="--n:{count}"' in html
    assert len(arts(html)) == count + 1


def test_gates_in_words() -> None:
    row = [pic.GateView("SCP", "passes", "FullAWSAccess"), pic.GateView("Boundary", "not attached")]
    assert pic.gate_row_text(row, "allow", "ReadStaging says yes") == (
        "SCP: passes (FullAWSAccess)\nBoundary: not attached\nAllowed: ReadStaging says yes"
    )
    label = Reading(pic.gate_row("", row, "allow")).elements[0].attributes["aria-label"]
    assert label == "SCP passes; Boundary not attached. Allowed."


def test_two_accounts_have_two_rows_each_with_its_answer() -> None:
    rows = (
        pic.GateRow("caller", (pic.GateView("SCP", "passes"),), "allow", hue="user"),
        pic.GateRow("resource", (pic.GateView("Resource policy", "says nothing", closed=True),), "none"),
    )
    html = pic.gate_rows("she asks", rows)
    assert arts(html) == ["open", "allow", "closed", "none"]
    assert len(Reading(html).tagged("ol")) == 2
    assert pic.gate_rows_text(rows).splitlines()[0] == "caller"


# quotes, matches, answers


def test_quote_keeps_true_line_numbers_and_marks_lines() -> None:
    reading = Reading(pic.quote("p", ["{", '\t"Effect": "Deny"', "}"], {8: "deny"}, 7, "a `note`"))
    lines = reading.with_class("l")
    assert [e.text[0] for e in lines] == ["7", "8", "9"]
    assert [sorted(e.classes & {"b", "c-deny"}) for e in lines] == [[], ["b", "c-deny"], []]
    assert lines[1].text.split() == ["8", '"Effect":', '"Deny"']
    assert pic.quote_text(["a", "b"], {2: "miss"}) == "    1  a\n>   2  b"


def test_a_text_that_ends_with_a_line_break_has_no_empty_last_line() -> None:
    reading = Reading(pic.quote("p", ["{", "[", "}", "", " "]))
    assert [e.text.split()[0] for e in reading.with_class("l")] == ["1", "2", "3"]
    assert pic.quote_text(["a", ""]) == "    1  a"


def test_the_rest_of_a_long_line_hangs_below_its_own_indent() -> None:
    html = pic.quote("p", ["{", '    "Resource": "*"', " " * 40 + "x"])
    assert re.findall(r"--h:(\d+)ch", html) == ["6", "18"]


def test_what_no_statement_has_is_no_column() -> None:
    cells = (("allow", "Allow"), ("absent", "none"), ("none", "s3:*"))
    rows = [pic.MatchRow("a", "p, line 4", cells), pic.MatchRow("b", "p, line 9", cells)]
    reading = Reading(pic.match_table(rows, ("Effect", "Principal", "Action")))
    assert [e.attributes["data-c"] for e in reading.tagged("td")] == ["Effect", "Action"] * 2
    assert "Principal absent: none" in pic.match_text(rows, ("Effect", "Principal", "Action"))


def test_match_table_names_the_element_that_failed() -> None:
    reading = Reading(pic.match_table(matches("lists s3:GetObject")))
    assert [e.text for e in reading.tagged("th")][:5] == ["Statement", "Effect", "Action", "Resource", "Condition"]
    assert [e.attributes["data-c"] for e in reading.tagged("td")] == ["Effect", "Action", "Resource", "Condition"]
    assert "Action differs: x" in pic.match_text(matches("x"))


def test_answer_underlines_the_telling_clause_and_keeps_every_word() -> None:
    text = "User: x is not authorized because no identity-based policy allows the action"
    reading = Reading(pic.answer(text, "none", "aws s3 ls", "because no identity-based policy allows"))
    assert reading.tagged("mark")[0].text == "because no identity-based policy allows"
    assert reading.elements[0].text == f"$aws s3 ls{text}"
    assert not Reading(pic.answer(text, "none", clause="absent")).tagged("mark")
    assert not reading.with_class("iv-before")


def test_a_veiled_answer_waits() -> None:
    reading = Reading(pic.answer("denied", "none", "aws s3 ls", veil=True))
    assert reading.with_class("iv-before")[0].text.strip() == "the answer, once you have bet"
    assert reading.with_class("iv-after")[0].text == "denied"


# conditions


def test_a_near_miss_shows_the_characters() -> None:
    row = pic.ConditionRow("sts:ExternalId", "StringEquals", "acme-7731-prod", "acme-7713-prod", "none", "swapped")
    reading = Reading(pic.conditions("t", [row]))
    assert [e.text for e in reading.tagged("ins")] == ["1"]
    assert [e.text for e in reading.tagged("del")] == ["1"]
    assert character_diff("main", "Main") == ('<ins class="b c-user">m</ins>ain', '<del class="b c-deny">M</del>ain')


def test_strings_that_differ_altogether_or_are_huge_are_not_compared() -> None:
    assert not is_near("abc", "xyz")
    assert not is_near("a" * 100_000, "a" * 99_999 + "b")
    far = pic.ConditionRow("k", "StringEquals", "abc", "xyz", "none")
    assert not Reading(pic.conditions("", [far])).tagged("ins")


def test_absent_is_not_differs() -> None:
    html = pic.conditions("t", conditions("aws:x"), "the request has")
    assert [e.text for e in Reading(html).with_class("x")] == ["matchesaws:x", "differsaws:x", "absentaws:x"]
    assert "not in the request" in html
    assert pic.conditions_text("t", conditions("k")).splitlines()[3] == "  k k k: not in the request: absent (k)"


# lifelines


def draw(**changes: object) -> str:
    given: dict[str, object] = {
        "rows": life_rows("ana"),
        "now": moment("09:32"),
        "start": moment("09:00"),
        "end": moment("12:00"),
    }
    return pic.lifelines(**{**given, **changes})  # type: ignore[arg-type]


def test_bars_lamps_and_the_clock_are_placed_in_per_cent_of_the_width() -> None:
    html = draw(tick_minutes=60)
    assert re.findall(r"now (\d\d:\d\d)<", html) == ["09:32"]
    assert 'x="8.33%" width="25.00%"' in html  # 09:15 to 10:00
    assert 'x="8.33%" width="9.44%"' in html  # spent until now
    assert 'x="33.33%" width="8.33%"' in html  # what the role would have allowed
    titles = [e.text for e in Reading(html).tagged("title")]
    assert titles == [
        "09:20 ana: allowed",
        "09:25 ana: denied · nothing says yes",
        "09:30 ana: denied · a statement says no",
    ]
    assert [e.text for e in Reading(html).tagged("text") if ":" in e.text][:4] == ["09:00", "10:00", "11:00", "12:00"]


def test_a_revocation_is_thick_only_across_the_sessions_that_it_refuses() -> None:
    first, second = replace(life_rows("ana")[0], cut=True), replace(life_rows("ben")[0], cut=False)
    html = draw(rows=(second, first), now=moment("09:50"), revoked=moment("09:30"))
    thick = re.findall(r'<line [^>]*y1="([\d.]+)"[^>]*stroke-dasharray="7 3 2 3"', html)
    assert thick == ["80"]  # the second row only
    assert "revoked 09:30" in html


@pytest.mark.parametrize(
    ("revoked", "now"), [("09:05", "09:20"), ("09:05", "11:50"), ("11:00", "11:10"), ("10:30", "11:30")]
)
def test_the_words_of_a_revocation_stay_clear_of_the_pill_and_inside_of_a_narrow_axis(revoked: str, now: str) -> None:
    html = draw(now=moment(now), revoked=moment(revoked))
    found = re.search(r'<text x="([\d.]+)%" dx="(-?\d+)"( text-anchor="end")? y="13" class="b" fill', html)
    assert found is not None
    at = float(found[1]) / 100 * 340 + float(found[2])
    left, right = (at - 80, at) if found[3] else (at, at + 80)
    pill = (moment(now) - moment("09:00")) / timedelta(hours=3) * 340
    assert left >= 0
    assert right <= 340
    assert right <= pill - 33 or left >= pill + 33


def test_what_a_name_tells_is_cut_at_a_comma_where_a_narrow_axis_has_no_room() -> None:
    detail = "StagingEngineer · asked 4 h, role allows 9 h"
    row = replace(life_rows("ana")[0], start=moment("10:05"), end=moment("10:20"), detail=detail)
    assert "· asked 4 h</tspan>" in draw(rows=(row,))
    wide = replace(row, start=moment("09:00"), end=moment("09:20"))
    assert "role allows 9 h</tspan>" in draw(rows=(wide,))


def test_lamps_of_the_future_are_not_lit() -> None:
    assert len(Reading(draw(now=moment("09:26"))).tagged("title")) == 2


def test_times_are_shown_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    html = draw(now=datetime(2025, 3, 4, 10, 32, tzinfo=berlin))
    assert "now 09:32" in html


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(pic.PictureError, match="time zone"):
        draw(now=datetime(2025, 3, 4, 9, 32))
    with pytest.raises(pic.PictureError, match="before it starts"):
        draw(end=moment("09:00"))
    with pytest.raises(pic.PictureError, match="minutes"):
        draw(tick_minutes=0)


def test_revocation_bites_only_sessions_issued_before() -> None:
    early, late = life_rows("x")[1], replace(life_rows("x")[1], start=moment("09:50"))
    html = draw(rows=(early, late), now=moment("10:00"), revoked=moment("09:40"))
    assert [("dead" in e.classes) for e in Reading(html).tagged("g") if e.classes & {"dead", "c-session"}] == [
        True,
        False,
    ]
    assert "revoked 09:40" in html
    assert "dead" not in draw(rows=(early,), now=moment("09:35"), revoked=moment("09:40"))
    text = pic.lifelines_text((early, late), moment("10:00"), moment("09:40"))
    assert text.splitlines()[2:] == ["x (x): from 09:20, revoked", "x (x): from 09:50, until 12:00"]


def test_a_session_ends_when_its_time_is_up() -> None:
    assert "ana (ana): from 09:15, ended 10:00" in pic.lifelines_text(life_rows("ana"), moment("10:00"))
    assert 'class="dead c-none"' in draw(now=moment("10:00"))
    assert 'class="dead c-none"' not in draw(now=moment("09:59"))


def test_the_axis_stays_readable_over_days() -> None:
    html = draw(end=moment("12:00") + timedelta(days=30), tick_minutes=1)
    assert html.count('stroke="var(--iv-rule)"') < 30


def test_no_rows_is_a_bare_axis() -> None:
    assert "now 09:32" in draw(rows=())


# cards, ARNs, the table


def test_card_tells_long_term_from_temporary() -> None:
    temporary = card("x")
    long_term = replace(temporary, kind="long", fuse=None)
    assert "iv-card temp c-session" in pic.card(temporary)
    assert "iv-card long c-user" in pic.card(long_term)
    assert 'stroke-width="4"' in pic.card(temporary)
    assert 'stroke-width="4"' not in pic.card(long_term)


def test_card_underlines_the_prefix_and_keeps_the_value_whole() -> None:
    view = pic.CredentialCard("temp", "t", "d", (pic.CardField("Access key ID", "ASIAIOSFODNN7EXAMPLE", 4),))
    reading = Reading(pic.card(view))
    assert reading.tagged("u")[0].text == "ASIA"
    assert reading.tagged("dd")[0].text == "ASIAIOSFODNN7EXAMPLE"
    assert pic.card_text(view) == "t\nd\n  Access key ID: ASIAIOSFODNN7EXAMPLE"


def test_arn_parts_have_captions() -> None:
    reading = Reading(
        pic.arn_parts([pic.ArnPart("arn:aws:", "partition"), pic.ArnPart("role/x", "role", "role")], "ARN")
    )
    assert [e.text for e in reading.tagged("code")] == ["arn:aws:", "role/x"]
    assert [e.text for e in reading.tagged("small")] == ["partition", "role"]


def test_table_is_a_real_table() -> None:
    columns, groups = columns_and_groups("s3:GetObject")
    reading = Reading(pic.actions_table("Who may", columns, groups, "a note"))
    scopes = [e.attributes["scope"] for e in reading.tagged("th")]
    assert scopes == ["col", "col", "col", "colgroup", "row"]
    assert [e.text for e in reading.tagged("td")] == ["yes", "s3:GetObject"]
    assert "s3:GetObject: s3:GetObject yes, s3:GetObject s3:GetObject" in pic.actions_table_text("t", columns, groups)


def test_a_table_row_must_fill_its_columns() -> None:
    columns, groups = columns_and_groups("a:b")
    with pytest.raises(pic.PictureError, match="2 cells, the table has 1"):
        pic.actions_table("t", columns[:1], groups)


# marks


def test_a_mark_never_stands_without_a_word() -> None:
    for name, text in pic.WORD.items():
        assert Reading(pic.verdict(name)).elements[0].text == text
    assert len(set(pic.MARK.values())) == len(pic.MARK)


def test_widths_do_not_depend_on_fonts() -> None:
    assert pic.text_width("", 13) == 0
    assert pic.text_width("StagingEngineer", 13, bold=True) == pytest.approx(105.2, abs=0.1)
    assert pic.text_width("名", 10) > pic.text_width("n", 10)


def test_gates_of_two_rows_stand_below_one_another() -> None:
    views = gates("x")
    html = pic.gate_rows("a", [pic.GateRow("caller", views, "none"), pic.GateRow("owner", views[:3], "allow")])
    assert re.findall(r"--n:(\d+)", html) == ["8", "8"]
    rows = [row.split("<li ")[1:] for row in html.split("<ol")[1:]]
    assert [len(row) for row in rows] == [9, 9]
    assert ["aria-hidden" in item.split(">")[0] for item in rows[1]] == [False] * 3 + [True] * 5 + [False]
