"""Metrics that stand in the columns of a table, below their names: fastai, skorch, scikit-learn, Lightning, ultralytics,
and what draws lines between its columns, or parts them with commas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from skylift.runs.metrics.names import Kind, joined, kind
from skylift.runs.metrics.numbers import NUMBER, Found, number, whole

_COLUMN = re.compile(r"\S+(?: \S+)*")
_CELL = re.compile(r"[^\s:]+:?")
_VALUE = re.compile(NUMBER)
_COUNTER = re.compile(r"(\d+)(?:/\d+)?")
_COMMA = re.compile(",")
_TITLE = re.compile(r"[A-Za-z][\w@/. -]{0,60}")
_EMPTY = frozenset(("", "-", "none", "n/a", "--"))
_STEPS = frozenset(("epoch", "iter"))
_LISTED = re.compile(r"\bmetric\W+DataLoader 0\b")
_LISTED_ROW = re.compile(
    rf"^[\s│|]*(?P<name>[A-Za-z_]\S{{0,120}})[\s│|]{{1,80}}(?P<value>{NUMBER})[\s│|]*(?:$|[\s│|])"
)
_TRAINER = re.compile(r"^\*{3,} (?:train|eval|predict|test)\w* metrics \*{3,}\s*$")
_TRAINER_ROW = re.compile(rf"^\s+(?P<name>\w+)\s+=\s+(?P<value>{NUMBER})$")
_REPORT = re.compile(r"^\s+precision\s+recall\s+f1-score\s+support\s*$")
_REPORT_ROW = re.compile(
    rf"^\s*(?:(?P<row>\w+ avg)\s+(?P<precision>{NUMBER})\s+(?P<recall>{NUMBER})\s+)?(?:accuracy\s+)?(?P<last>{NUMBER})\s+\d+$"
)
_DETECTED = re.compile(r"^\s*Class\s+Images\s+\w+\s+Box\(P\s+R\s+mAP50\s+mAP50-95\)")
_DETECTED_ROW = re.compile(rf"^\s*all\s+\d+\s+\d+(?P<values>(?:\s+{NUMBER}){{4}})\s*$")
_DETECTED_NAMES = ("precision", "recall", "mAP50", "mAP50-95")
_BORDER = re.compile(r"[|│┃║]")
_STEP_COLUMNS = _STEPS | {"step", "iteration", "round"}
_NAMED_ROW = ("metric", "value")
_HEADS = {"listed": _LISTED, "trainer": _TRAINER, "report": _REPORT, "detected": _DETECTED}
_PATIENCE = 100
"""Lines that are no rows, within a table: callbacks speak between two epochs."""


@dataclass
class Table:
    """A table that was begun."""

    form: str
    columns: tuple[str, ...] = ()
    of_epochs: bool = False
    others: int = field(default=0)

    def rows(self, text: str) -> tuple[list[Found], int | None] | None:
        """The metrics of one of its rows, with the step; None for what is no row."""
        read = _ROWS[self.form](self, text)
        self.others = 0 if read else self.others + 1
        return read

    @property
    def ended(self) -> bool:
        return self.others > (_PATIENCE if self.columns else 4)


def heading(text: str) -> Table | None:
    """The table that a line begins.

    >>> heading("epoch     train_loss  valid_loss  time").columns
    ('', 'train_loss', 'valid_loss', '')
    """
    for form, head in _HEADS.items():
        if head.search(text):
            return Table(form)
    parted = _bordered_head(text) if _BORDER.search(text) else _comma_head(text) if "," in text else None
    if parted is not None:
        return parted
    words = _COLUMN.findall(text) if "  " in text else []
    if len(words) < 2 or words[0].lower() not in _STEPS:
        return None
    columns = tuple(joined(word) if _is_metric(word) else "" for word in words)
    if not any(kind(name) is Kind.MEASURE for name in columns if name):
        return None
    return Table("columns", columns, of_epochs=words[0].lower() == "epoch")


def _bordered_head(text: str) -> Table | None:
    """`| epoch | loss |`, of whatever draws the lines."""
    cells = _inside(text)
    if cells is None or len(cells) < 2:
        return None
    if tuple(cell.lower() for cell in cells) == _NAMED_ROW:
        return Table("named")
    return _of_steps("bordered", cells)


def _comma_head(text: str) -> Table | None:
    """`epoch,train_loss,val_loss`, and nothing else."""
    cells = [cell.strip() for cell in text.split(",")]
    return _of_steps("commas", cells) if len(cells) > 1 and all(map(_TITLE.fullmatch, cells)) else None


def _of_steps(form: str, cells: Sequence[str]) -> Table | None:
    if cells[0].lower() not in _STEP_COLUMNS:
        return None
    columns = tuple(joined(cell) if _is_metric(cell) else "" for cell in cells)
    if not any(kind(name) is Kind.MEASURE for name in columns if name):
        return None
    return Table(form, columns, of_epochs=cells[0].lower() == "epoch")


def _inside(text: str) -> list[str] | None:
    """The cells of a line that has a border at either end."""
    said = text.strip()
    if len(said) < 3 or not (_BORDER.match(said[0]) and _BORDER.match(said[-1])):
        return None
    return [cell.strip() for cell in _BORDER.split(said[1:-1])]


def _is_metric(word: str) -> bool:
    return word[:1].isalpha() and kind(word) in (Kind.MEASURE, Kind.VAGUE, Kind.OTHER)


def _columns(table: Table, text: str) -> tuple[list[Found], int | None] | None:
    cells = list(_CELL.finditer(text))
    counter = _COUNTER.fullmatch(cells[0][0]) if cells else None
    if (
        counter is None
        or len(cells) < len(table.columns)
        or (len(cells) > len(table.columns) + 1 and "%" not in text)
    ):
        return None
    points = []
    for name, cell in zip(table.columns, cells, strict=False):
        if name:
            if not _VALUE.fullmatch(cell[0]):
                return None
            points.append(Found(name, number(cell[0]), *cell.span()))
    return points, whole(counter[1])


def _bordered(table: Table, text: str) -> tuple[list[Found], int | None] | None:
    said = text.strip()
    if _inside(said) is None:
        return None
    at = text.index(said) + 1
    return _cells(table, said[1:-1], at, _BORDER)


def _commas(table: Table, text: str) -> tuple[list[Found], int | None] | None:
    return _cells(table, text, 0, _COMMA)


def _cells(
    table: Table, text: str, at: int, border: re.Pattern[str]
) -> tuple[list[Found], int | None] | None:
    """A row of as many cells as there are columns; one that is empty has no value."""
    parts = border.split(text)
    counter = _COUNTER.fullmatch(parts[0].strip())
    if counter is None or len(parts) != len(table.columns):
        return None
    points = []
    for name, part in zip(table.columns, parts, strict=True):
        value = part.strip().removesuffix("%").rstrip()
        if name and _VALUE.fullmatch(value):
            start = at + part.index(value)
            points.append(Found(name, number(value), start, start + len(value)))
        elif name and value.lower() not in _EMPTY:
            return None
        at += len(part) + 1
    return points, whole(counter[1])


def _named(_: Table, text: str) -> tuple[list[Found], int | None] | None:
    cells = _inside(text)
    if cells is None or len(cells) != 2 or kind(cells[0]) is not Kind.MEASURE:
        return None
    value = cells[1].removesuffix("%").rstrip()
    if not _VALUE.fullmatch(value):
        return None
    start = text.rindex(value)
    return [Found(joined(cells[0]), number(value), start, start + len(value))], None


def _listed(_: Table, text: str) -> tuple[list[Found], int | None] | None:
    match = _LISTED_ROW.match(text)
    return ([_one(match["name"], match, "value")], None) if match else None


def _trainer(_: Table, text: str) -> tuple[list[Found], int | None] | None:
    match = _TRAINER_ROW.match(text.rstrip())
    if match is None or kind(match["name"]) is Kind.COUNT:
        return None
    return [_one(match["name"], match, "value")], None


def _report(_: Table, text: str) -> tuple[list[Found], int | None] | None:
    match = _REPORT_ROW.match(text.rstrip())
    if match is None or not (match["row"] or "accuracy" in text):
        return None
    if not match["row"]:
        return [_one("accuracy", match, "last")], None
    row = joined(match["row"])
    named = {"precision": "precision", "recall": "recall", "last": "f1_score"}
    return [_one(f"{row}:{name}", match, group) for group, name in named.items()], None


def _detected(_: Table, text: str) -> tuple[list[Found], int | None] | None:
    match = _DETECTED_ROW.match(text)
    if match is None:
        return None
    values = _VALUE.finditer(text, match.start("values"))
    return [
        Found(name, number(one[0]), *one.span()) for name, one in zip(_DETECTED_NAMES, values, strict=False)
    ], None


def _one(name: str, match: re.Match[str], group: str) -> Found:
    return Found(name, number(match[group]), *match.span(group))


_ROWS = {
    "columns": _columns,
    "bordered": _bordered,
    "commas": _commas,
    "named": _named,
    "listed": _listed,
    "trainer": _trainer,
    "report": _report,
    "detected": _detected,
}
