"""Curves in text: what is high stands high, what is missing is a gap, and nothing that is asked for breaks them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skylift.report.curves import curves, sparkline
from skylift.report.text import width

NAN = float("nan")
FALLING = [(step, math.exp(-step / 30)) for step in range(100)]
RISING = [(step, 1 - math.exp(-step / 30)) for step in range(100)]


def in_red(text: str, role: str) -> str:
    return f"<{role}:{text}>"


def test_a_sparkline_rises_with_its_values() -> None:
    assert sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8) == "▁▂▃▄▅▆▇█"
    assert sparkline([3, 2, 1], 80, plain=True) == "#=_"


def test_more_values_than_columns_are_averaged_and_gaps_stay() -> None:
    assert sparkline([0, 0, 1, 1, NAN, NAN, 0, NAN], 4) == "▁█ ▁"
    assert sparkline([NAN, float("inf")], 10) == "  "
    assert sparkline([], 10) == ""


def test_one_value_and_equal_values_are_in_the_middle() -> None:
    assert sparkline([0.5], 10) == "▄"
    assert sparkline([7, 7, 7], 10) == "▄▄▄"


def test_a_chart_has_its_ends_at_its_axes() -> None:
    lines = curves({"loss": FALLING}, 60, 8).splitlines()
    assert len(lines) == 10
    assert lines[0].lstrip().startswith("1 ┤")
    assert lines[7].lstrip().startswith("0.03688 ┤")
    assert lines[-1].split() == ["0", "99"]
    assert max(map(width, lines)) <= 60


def test_what_falls_is_drawn_from_the_upper_left_to_the_lower_right() -> None:
    rows = [line.partition("|")[2] for line in curves({"a": FALLING}, 60, 8, plain=True).splitlines()[:8]]
    assert rows[0].index("*") == 0
    assert rows[7].rindex("*") == len(rows[7]) - 1
    assert rows[7].index("*") > rows[0].rindex("*")


def test_several_series_are_told_apart_without_colour() -> None:
    text = curves({"one": FALLING, "two": RISING}, 60, 8)
    assert {"*", "+"} <= set(text)
    assert text.splitlines()[-1] == "  * one   + two"


def test_several_series_are_told_apart_by_colour() -> None:
    text = curves({"one": FALLING, "two": RISING}, 60, 8, paint=in_red)
    assert "<series0:━ one>   <series1:━ two>" in text
    assert "*" not in text


def test_more_series_than_colours_have_markers() -> None:
    many = {str(number): RISING[number:] for number in range(8)}
    text = curves(many, 60, 8, paint=in_red)
    assert "<series5:% 5>   @ 6   = 7" in text


def test_a_gap_is_not_drawn_over() -> None:
    known = [(x, NAN if 20 <= x < 80 else 1.0) for x in range(100)]
    row = next(line for line in curves({"a": known}, 106, 4, plain=True).splitlines() if "*" in line)
    assert "*" * 15 in row
    assert " " * 50 in row.partition("|")[2]


def test_a_huge_range_is_logarithmic_and_says_so() -> None:
    text = curves({"a": [(step, 10.0**step) for step in range(7)]}, 60, 9)
    assert "log" in text
    assert "\n1000 ┤" in text.replace("  ", "") or " 1000 ┤" in text
    assert "log" not in curves({"a": [(0, -1.0), (1, 1e6)]}, 60, 9)


def test_names_are_shown_not_obeyed() -> None:
    text = curves({"\x1b[2J": FALLING, "b\nc": RISING}, 60, 4)
    assert "\\x1b[2J" in text
    assert "b\\nc" in text


def test_where_nothing_is_known_there_is_no_chart() -> None:
    assert curves({}) == ""
    assert curves({"a": [], "b": [(1, NAN)]}) == ""


@pytest.mark.parametrize(
    "points",
    [
        [(3, 0.5)],
        [(0, -1.7e308), (1, 1.7e308)],
        [(10**400, 1.0), (1, 2.0)],
        [(0, 5e-324), (1, 1.7e308)],
        [(1, 1.0), (1, 2.0), (1, 3.0)],
    ],
)
def test_odd_numbers_have_a_chart(points: list[tuple[float, float]]) -> None:
    for plain in (True, False):
        lines = curves({"a": points}, 40, 5, plain=plain).splitlines()
        assert len(lines) == 7
        assert max(map(width, lines)) <= 40


@given(
    st.dictionaries(
        st.text(max_size=3), st.lists(st.tuples(st.floats(), st.floats()), max_size=9), max_size=9
    ),
    st.integers(-3, 200),
    st.integers(-3, 30),
)
def test_whatever_is_asked_for_has_an_answer(
    series: dict[str, list[tuple[float, float]]], columns: int, rows: int
) -> None:
    text = curves(series, columns, rows, plain=True)
    assert all(line.isascii() for line in text.splitlines()[: max(2, rows) + 2])
    for points in series.values():
        line = sparkline([y for _, y in points], columns)
        assert width(line) <= max(1, columns)
