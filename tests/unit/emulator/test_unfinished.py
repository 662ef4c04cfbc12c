"""Which unfinished lines are told, and when."""

from __future__ import annotations

from skylift.emulator.output import LineSplitter
from skylift.emulator.unfinished import Unfinished


class Telling:
    """A stream whose bytes come at chosen times, and what is told of it."""

    def __init__(self) -> None:
        self.told: list[bytes] = []
        self.unfinished = Unfinished(self.told.append)
        self.streams = [LineSplitter(), LineSplitter()]

    def feed(self, at_s: float, data: bytes, stream: int = 0) -> None:
        lines = self.streams[stream].feed(data)
        self.unfinished.fed(self.streams[stream], at_s, ended=bool(lines))


def test_lines_that_are_written_at_once_are_not_told() -> None:
    telling = Telling()
    for number in range(1000):
        telling.feed(number / 100, b"half of")
        telling.feed(number / 100, b" a line\n")
        telling.unfinished.look(number / 100)
    assert telling.told == []


def test_a_bar_is_told_after_a_while_and_at_most_five_times_a_second() -> None:
    telling = Telling()
    for number in range(100):
        telling.feed(number / 100, f"\r{number}%".encode())
    assert telling.told[0] == b"\r0%"
    assert len(telling.told) == 5
    telling.unfinished.look(2.0)
    assert telling.told[-1].endswith(b"\r99%")


def test_its_end_is_told_at_once() -> None:
    telling = Telling()
    telling.feed(0, b"loading")
    telling.unfinished.look(1.0)
    telling.feed(1.01, b" done\n")
    assert telling.told == [b"loading", b""]
    telling.unfinished.end()
    assert telling.told == [b"loading", b""]


def test_bars_below_each_other_do_not_go_out_between_two_updates() -> None:
    telling = Telling()
    for number in range(20):
        telling.feed(number / 10, f"\r\x1b[2K\x1b[1A\x1b[2Kone {number}\n\x1b[1mtwo {number}".encode())
    assert b"" not in telling.told
    assert 5 <= len(telling.told) <= 10
    telling.feed(2.0, b"\nthe end\n")
    assert telling.told[-1] == b""


def test_of_a_long_line_its_end_is_told() -> None:
    telling = Telling()
    telling.feed(0, b"x" * 100_000)
    telling.feed(1, b"yz")
    assert telling.told == [b"x" * 4094 + b"yz"]


def test_of_two_streams_the_one_written_to_last_is_told() -> None:
    telling = Telling()
    telling.feed(0, b"one", 0)
    telling.feed(0, b"two", 1)
    telling.unfinished.look(1)
    telling.feed(2, b" more", 0)
    telling.feed(3, b"\n", 0)
    telling.unfinished.look(4)
    assert telling.told == [b"two", b"one more", b"", b"two"]


def test_what_was_told_is_taken_back_at_the_end() -> None:
    telling = Telling()
    telling.feed(0, b"Proceed? ")
    telling.unfinished.look(1)
    telling.unfinished.end()
    assert telling.told == [b"Proceed? ", b""]
