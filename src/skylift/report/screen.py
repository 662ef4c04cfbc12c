"""What a terminal would have left standing of what a job printed: progress bars write over themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from skylift.report.text import safe

_TOKEN = re.compile(r"[^\x00-\x1f\x7f]+|\x1b\[(?P<given>[0-9;?]{0,20})(?P<verb>[A-Za-z])|.", re.DOTALL)
_KEPT = 16_384
"""Characters: of a line that writes over itself for longer, what came before is not looked at."""
_ROWS = 8
"""How far bars may reach up: those of tqdm and rich stand below each other."""
_WIDEST = 400
_TAB = 4
# `10/100 ━━━━━━ …` of Keras, `45%|████  | …` of tqdm: where they know no terminal, each update is a line of its own.
_COUNTED = re.compile(r"\s*(?P<done>\d{1,12})/(?P<total>\d{1,12})\s*\[?[━=>.█#·╸ -]{4,}")
_PERCENT = re.compile(r"(?P<what>[^|%]{0,60}?)(?P<done>\d{1,3})%\s*\|.{4,}")


def settled(line: str) -> str:
    r"""How a line stood at its end: colours dropped, bars in their last state, everything else shown and not obeyed.

    >>> settled("\r 50%|##  |\r100%|####|"), settled("\x1b[32mok\x1b[0m"), settled("\x1b]0;title\x07")
    ('100%|####|', 'ok', '\\x1b]0;title\\x07')
    """
    if line.isprintable():
        return line
    rows = Screen().standing(line)
    return rows[-1] if rows else ""


@dataclass
class _Row:
    cells: list[str] = field(default_factory=list)
    rewritten: bool = False
    """It is, or was, in parts written over."""

    @property
    def text(self) -> str:
        return safe("".join(self.cells)).rstrip()


class Screen:
    """Lines in, and out again those that will not change any more.

    Obeyed are carriage returns, backspaces, and of the escape sequences those by which bars write over
    themselves: to the left and right, some lines up, erase the rest. Colours and the cursor's look are dropped.
    Whatever else there is, is shown.
    """

    def __init__(self) -> None:
        self._rows = [_Row()]
        self._at = 0
        self._column = 0
        self._moving = 0
        """Counts down from when the cursor was moved up: until then rows above may change."""

    def line(self, text: str) -> list[str]:
        """A line that has its end."""
        bar = _bar(text) if "/" in text or "%" in text else None
        if bar is None and len(self._rows) == 1 and not self._rows[0].cells and text.isprintable():
            # Nearly every line of a log, of which there can be millions.
            return [text]
        if bar is not None and self._moving == 0 and len(self._rows) == 2 and not self._rows[1].cells:
            before = _bar(self._rows[0].text)
            if before is not None and before[0] == bar[0] and before[1] <= bar[1]:
                # An update of the bar above: it takes its place.
                self._rows, self._at = [_Row()], 0
        self._feed(text)
        if bar is not None:
            self._rows[self._at].rewritten = True
        self._end_line()
        return self._given_up()

    def standing(self, unfinished: str = "") -> list[str]:
        """The lines that may still change, with what was written of one that has no end yet."""
        copy = Screen()
        copy._rows = [_Row(list(row.cells), row.rewritten) for row in self._rows]
        copy._at, copy._column = self._at, self._column
        copy._feed(unfinished)
        return [text for text in (row.text for row in copy._rows) if text]

    def end(self) -> list[str]:
        """Nothing more comes, or something that is not the job's: what stands now stays."""
        rest = self.standing()
        self._rows, self._at, self._column, self._moving = [_Row()], 0, 0, 0
        return rest

    def _feed(self, text: str) -> None:
        if len(text) > _KEPT and "\r" in text:
            text = text[-_KEPT:]
            text = text[max(0, text.find("\r")) :]
        for found in _TOKEN.finditer(text):
            piece = found[0]
            row = self._rows[self._at]
            if found["verb"]:
                self._escape(piece, found["verb"], found["given"])
            elif piece == "\r":
                # At the beginning of a line it is a bar's; at its end, Windows'.
                row.rewritten = row.rewritten or not row.cells
                self._column = 0
            elif piece == "\b":
                self._column = max(0, self._column - 1)
            elif piece == "\t":
                self._write(" " * (_TAB - self._column % _TAB))
            else:
                self._write(piece)

    def _write(self, text: str) -> None:
        row = self._rows[self._at]
        cells = row.cells
        row.rewritten = row.rewritten or self._column < len(cells)
        cells += " " * (self._column - len(cells))
        cells[self._column : self._column + len(text)] = text
        self._column += len(text)

    def _escape(self, piece: str, verb: str, given: str) -> None:
        row = self._rows[self._at]
        if verb == "m" or (verb in "hl" and given.startswith("?")):
            return
        count = min(_WIDEST, int(given)) if given.isdecimal() else 1 if not given else None
        if verb in "KJ" and given in ("", "0"):
            del row.cells[self._column :]
        elif verb == "K" and given in ("1", "2"):
            row.cells[: len(row.cells) if given == "2" else self._column] = []
            row.cells[:0] = " " * self._column if given == "1" else ""
        elif verb in "ABCDG" and count is not None:
            self._move(verb, count or 1)
        else:
            self._write(piece)

    def _move(self, verb: str, count: int) -> None:
        if verb == "A":
            missing = min(count - self._at, _ROWS - len(self._rows))
            if missing > 0:
                # What stands there was given up already; it will be written anew.
                self._rows[:0] = [_Row() for _ in range(missing)]
                self._at += missing
            self._at = max(0, self._at - count)
            self._moving = _ROWS
        elif verb == "B":
            self._at = min(len(self._rows) - 1, self._at + count)
        else:
            left = {"C": self._column + count, "D": self._column - count, "G": count - 1}[verb]
            self._column = min(_WIDEST, max(0, left))

    def _end_line(self) -> None:
        self._column = 0
        self._at += 1
        if self._at == len(self._rows):
            self._rows.append(_Row())
            self._moving = max(0, self._moving - 1)

    def _given_up(self) -> list[str]:
        if self._moving:
            gone = max(0, len(self._rows) - _ROWS)
        else:
            # A bar that has its end may yet be the upper one of two.
            gone = self._at - (self._at > 0 and self._rows[self._at - 1].rewritten)
        rows, self._rows = self._rows[:gone], self._rows[gone:]
        self._at = max(0, self._at - gone)
        # Rows that were written over have told what they are; an empty line was meant.
        return [row.text for row in rows if row.cells or not row.rewritten]


def _bar(text: str) -> tuple[str, int] | None:
    """What a line counts, and how far it is, where it is one update of a bar."""
    found = _COUNTED.match(text)
    if found is not None:
        return found["total"], int(found["done"])
    found = _PERCENT.match(text)
    return (found["what"].strip(), int(found["done"])) if found is not None else None
