"""What stays of what was printed: as a terminal leaves it, and nothing that a terminal would obey."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skylift.report.screen import Screen, settled


def printed(text: str) -> tuple[list[str], list[str]]:
    """The lines that stay, and those that may still change."""
    screen, stay = Screen(), []
    *lines, unfinished = text.split("\n")
    for line in lines:
        stay += screen.line(line)
    return stay, screen.standing(unfinished)


def test_lines_stay_as_they_are() -> None:
    assert printed("a\n\n  b c\n") == (["a", "", "  b c"], [])


def test_a_bar_is_one_line_that_changes() -> None:
    bar = "\r  0%|    |\r 50%|##  |"
    assert printed(bar) == ([], [" 50%|##  |"])
    assert printed(bar + "\r100%|####|\nnext\n") == (["100%|####|", "next"], [])


def test_windows_lines_are_no_bars() -> None:
    assert printed("a\r\nb\r\n") == (["a", "b"], [])


def test_backspaces_and_erasing() -> None:
    assert printed("12/938\b\b\b\b\b\b\r13/938\n.\n") == (["13/938", "."], [])
    assert printed("abcdef\r\x1b[Kxy\n.\n")[0] == ["xy", "."]
    assert printed("abcdef\x1b[3D\x1b[K\n")[0] == ["abc"]
    assert printed("abcdef\x1b[2K\rxy\n.\n")[0] == ["xy", "."]
    assert printed("a\x1b[3Gb\n")[0] == ["a b"]


def test_nested_bars_stand_below_each_other() -> None:
    start = "\router 0%\n\rinner 0%\x1b[A\n\rinner 50%\x1b[A"
    assert printed(start) == ([], ["outer 0%", "inner 50%"])
    after = start + "\router 50%\n\rinner 0%  \x1b[A\n\r           \r\x1b[A\router 100%\nthe end\n"
    assert printed(after) == ([], ["outer 100%", "the end"])
    assert printed(after + "line\n" * 8)[0][:2] == ["outer 100%", "the end"]


def test_a_table_that_is_drawn_again_and_again() -> None:
    again = "\r\x1b[2K\x1b[1A\x1b[2Kone {0}\ntwo {0}"
    text = "\x1b[?25lone 0\ntwo 0" + again.format(1) + again.format(2) + "\n\x1b[?25h"
    stay, standing = printed(text)
    # The upper line was given up before anything could tell that it moves.
    assert stay == ["one 0"]
    assert standing == ["one 2", "two 2"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" 1/10 ━━━━━━━━ 0s loss: 0.9", "10/10 ━━━━━━━━ 0s loss: 0.1"),
        ("  1/938 [....................] - ETA: 5:03", "938/938 [==============] - 3s 3ms/step"),
        ("Epoch 1:  10%|█         | 1/10", "Epoch 1: 100%|██████████| 10/10"),
    ],
)
def test_updates_that_are_lines_of_their_own_replace_one_another(before: str, after: str) -> None:
    assert printed(f"{before}\n{after}\n") == ([], [after])
    assert printed(f"{before}\n{after}\nEpoch 2\n{before}\n") == ([after, "Epoch 2"], [before])


def test_what_only_looks_like_a_count_is_kept() -> None:
    assert printed("1/2 of it\n2/2 of it\n50% of it\n60% of it\n")[0] == ["1/2 of it", "2/2 of it", "50% of it", "60% of it"]  # fmt: skip
    assert len(printed("5/10 ━━━━━━ a\n4/10 ━━━━━━ b\nend\n")[0]) == 3


def test_colours_are_dropped() -> None:
    assert printed("\x1b[1;32mok\x1b[0m \x1b[38;5;9mred\x1b[m\n")[0] == ["ok red"]


@pytest.mark.parametrize(
    "evil",
    [
        "\x1b]0;t\x07",
        "\x1b[2J",
        "\x1b[5;5H",
        "\x1bc",
        "\x9b2J",
        "\x07",
        "\u202e",
        "\x1b[6n",
        "\x1bP1$r\x1b\\",
    ],
)
def test_everything_else_is_shown_not_obeyed(evil: str) -> None:
    (line,) = printed(f"a{evil}b\n")[0]
    assert line.startswith("a\\")
    assert line.endswith("b")
    assert line.isprintable()
    assert settled(f"a{evil}b") == line


def test_the_cursor_can_not_be_sent_far_away() -> None:
    stay, standing = printed("a\nb\n\x1b[1000000A\x1b[99999999Cfar\n")
    assert len(stay) + len(standing) <= 10
    assert max(map(len, standing)) < 1000


def test_of_a_line_its_last_state_is_told() -> None:
    assert settled("plain") == "plain"
    assert settled("\r 1%\r 2%\r") == " 2%"
    assert settled("\rinner 10%\x1b[A") == "inner 10%"
    assert settled("\r" + "\r".join(f"{number}%" for number in range(100_000))) == "99999%"
    assert settled("\t\x1b[m") == ""


@given(st.text(alphabet=st.sampled_from(list("ab/%|1 \r\b\t\n\x1b[?;0K2AmCDGJ\x07é航")), max_size=80))
def test_whatever_is_printed_can_be_shown(text: str) -> None:
    stay, standing = printed(text)
    assert all(line.isprintable() for line in [*stay, *standing])
    assert len(standing) <= 8
    assert settled(text.replace("\n", " ")).isprintable()


@given(st.lists(st.text(alphabet="ab c", min_size=1, max_size=9), max_size=20))
def test_no_line_is_lost(lines: list[str]) -> None:
    stay, standing = printed("".join(f"{line}\n" for line in lines))
    assert stay == lines
    assert standing == []
