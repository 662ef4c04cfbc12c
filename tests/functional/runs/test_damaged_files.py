"""Whatever lies in the place of a file of ours: it is read as nothing, or refused, and nobody waits for it."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tests.unit.runs.records import record

from skylift.host.line_times import TimesReader
from skylift.runs import figures, index, points
from skylift.runs.known import Known
from skylift.runs.store import RunStore

NAME = "a-260101000000-aaaa"
DIGEST = "0" * 64
_STRANGE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a device without an end": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.fixture(params=_STRANGE)
def strange(request: pytest.FixtureRequest, weird_tmp_path: Path) -> Path:
    path = weird_tmp_path / "known" / "data" / f"{DIGEST}.json.gz"
    path.parent.mkdir(parents=True)
    _STRANGE[request.param](path)
    return path


def test_nobody_waits_for_what_is_no_file(strange: Path) -> None:
    assert index.read(strange) == ({}, False)
    assert Known(strange.parents[1]).data(DIGEST) is None
    with TimesReader(strange) as times:
        assert times.empty
    for history in (points.history, figures.history):
        assert _said(history, strange) == []


def _said(history: Callable[[Path], Iterable[object]], path: Path) -> list[object]:
    # A link to itself is not there; the others are refused by name.
    try:
        return list(history(path))
    except OSError as error:
        return [] if error.filename == str(path) else [error]


def test_a_line_of_a_history_that_is_none_of_ours_is_passed_over(weird_tmp_path: Path) -> None:
    path = weird_tmp_path / "metrics.jsonl"
    good = points.row(points.Point("loss", float("nan"), 3), "2026-01-01T00:00:00.000Z")
    head = '{"name": "loss", "time": "2026-01-01T00:00:00.000Z", '
    bad = [
        "null",
        "[" * 100_000,
        "\0\ud800",
        '{"name": ["loss"], "step": 1, "time": "2026-01-01T00:00:00.000Z", "value": 1}',
        '{"name": "loss", "step": 1, "time": "soon", "value": 1}',
        '{"name": "loss", "step": 1, "time": null, "value": 1}',
        *(f'{head}"step": {step}, "value": 1}}' for step in ('"x"', "[1]", "true", "1.5", "9" * 400)),
        *(f'{head}"step": 1, "value": {value}}}' for value in ("[]", "null", '"x"', "9" * 400)),
    ]
    path.write_bytes("\n".join([*bad, good]).encode(errors="surrogatepass"))
    assert [(row.name, row.step) for row in points.history(path)] == [("loss", 3)]


@pytest.mark.parametrize("cut", [1, 15, 60])
def test_a_list_of_files_that_is_damaged_is_not_kept(weird_tmp_path: Path, cut: int) -> None:
    known = Known(weird_tmp_path)
    known.keep_data(DIGEST, [])
    path = weird_tmp_path / "data" / f"{DIGEST}.json.gz"
    whole = gzip.compress(os.urandom(200))
    path.write_bytes(whole[:cut] + b"\xff" * 40 + whole[cut + 40 :])
    assert known.data(DIGEST) is None


def test_a_record_without_a_name_is_its_folders(weird_tmp_path: Path) -> None:
    store = RunStore(weird_tmp_path)
    store.create(NAME, {"schema": 1})
    store.save(record(NAME))
    store.folder(NAME).record.write_text(
        '{"TrainingJobStatus": "Completed", "TrainingJobName": [1], "Skylift": 1}'
    )
    found = store.load(NAME)
    assert found is not None
    assert (found.name, found.terminal, found.ours) == (NAME, True, {})
