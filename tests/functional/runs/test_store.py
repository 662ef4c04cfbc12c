"""Run folders on a real disk."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest

from skylift.errors import UsageError
from skylift.host.clock import SystemClock
from skylift.runs.metrics import MetricReader
from skylift.runs.recorder import Recorder, RemoteRecorder, record_of
from skylift.runs.reference import resolve
from skylift.runs.store import RunStore
from skylift.values.jobs import Described, LogLine
from skylift.values.printed import Printed
from skylift.values.record import Record
from skylift.values.run_folder import RunFolder

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "a 'project'")


def test_names_are_oldest_first_and_suffixes_find_them(store: RunStore) -> None:
    for name in ("b-260102000000-bbbb", "a-260101000000-aaaa", "a-260103000000-abbb"):
        store.create(name, {"schema": 1})
    assert [name[-4:] for name in store.names()] == ["aaaa", "bbbb", "abbb"]
    assert store.resolve("@last") == "a-260103000000-abbb"
    assert store.resolve("aaaa") == "a-260101000000-aaaa"
    with pytest.raises(UsageError, match="2 runs"):
        store.resolve("bbb")
    with pytest.raises(UsageError, match="no run"):
        store.resolve("zzzz")


@pytest.fixture
def several(store: RunStore) -> RunStore:
    for second, (letters, job) in enumerate([("aaaa", "train"), ("bbbb", "evaluate"), ("cccc", "train")]):
        folder = store.create(f"p-26010100000{second}-{letters}", {"ours": {"job": job}})
        folder.record.write_text("{}")
    # Planned, and never begun.
    store.create("p-260101000009-dddd", {"ours": {"job": "train"}})
    return store


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("@last", "cccc"),
        ("@last~0", "cccc"),
        ("@last~1", "bbbb"),
        ("@last~2", "aaaa"),
        ("@last:train", "cccc"),
        ("@last:train~1", "aaaa"),
        ("@last:evaluate", "bbbb"),
        ("p-260101000001-bbbb", "bbbb"),
        ("01-bbbb", "bbbb"),
        ("dddd", "dddd"),
    ],
)
def test_a_run_goes_by_many_names(several: RunStore, text: str, letters: str) -> None:
    assert several.resolve(text)[-4:] == letters


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@last~3", "further back than this project's runs go"),
        ("@last:train~2", "runs of job train go"),
        ("@last:nothing", "of job nothing"),
        ("@lst", "no run is called '@lst'"),
        ("@last~", "no run is called"),
        ("@last~-1", "no run is called"),
        ("@last~9999999999999999999", "no run is called"),
        ("", "no run of this project ends in ''"),
        ("..", "no run of this project ends in"),
        ("../runs/p-260101000001-bbbb", "no run of this project ends in"),
        ("\x1b[31m", r"ends in '\x1b[31m'"),
    ],
)
def test_what_is_no_run_is_told(several: RunStore, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)) as error:
        several.resolve(text)
    assert error.value.hints


def test_of_ten_thousand_runs_only_those_are_read_that_may_be_meant(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for number in range(2_000):
        (runs / f"p-26010100{number:04d}-{number:04d}").mkdir(parents=True)
    wanted = runs / "p-260101001234-1234"
    (wanted / "intent.json").write_text("{}")
    (wanted / "record.json").write_text("{}")
    # Reading any other would fail: there is nothing in them.
    assert resolve(runs, "1234") == resolve(runs, "@last") == wanted.name


def test_what_we_write_is_ignored_by_git(store: RunStore, tmp_path: Path) -> None:
    store.create("a-260101000000-aaaa", {})
    assert (tmp_path / "a 'project'" / ".skylift" / ".gitignore").read_text() == "*\n"


def test_a_name_is_used_once(store: RunStore) -> None:
    store.create("x", {})
    with pytest.raises(FileExistsError):
        store.create("x", {})


def test_a_terminal_record_never_changes(store: RunStore) -> None:
    store.create("x", {})
    store.save(Record({"TrainingJobName": "x", "TrainingJobStatus": "Completed"}))
    kept = store.save(Record({"TrainingJobName": "x", "TrainingJobStatus": "Failed"}))
    assert kept.status == "Completed"
    assert store.load("x") == kept


def test_keys_of_a_newer_client_survive(store: RunStore) -> None:
    store.create("x", {})
    store.save(Record({"TrainingJobName": "x", "TrainingJobStatus": "InProgress", "FromTheFuture": 1}))
    store.save(Record({"TrainingJobName": "x", "TrainingJobStatus": "Completed"}))
    found = store.load("x")
    assert found is not None
    assert found.data["FromTheFuture"] == 1


def recorder(store: RunStore) -> Recorder:
    return Recorder(store, "x", {"project": "p"}, MetricReader({}), SystemClock())


def test_a_recorder_keeps_metrics_and_summary(store: RunStore) -> None:
    folder = store.create("x", {})
    recording = recorder(store)
    recording.take(LogLine(NOW, "algo-1", "epoch=1 loss=2"))
    recording.take(LogLine(NOW, "algo-1", "epoch=2 loss=nan"))
    recording.take(Described({"TrainingJobName": "x", "TrainingJobStatus": "InProgress"}))
    rows = [json.loads(line) for line in folder.metrics.read_text().splitlines()]
    assert rows == [
        {"name": "loss", "step": 1, "time": "2026-01-01T00:00:00.000Z", "value": 2.0},
        {"name": "loss", "step": 2, "time": "2026-01-01T00:00:00.000Z", "value": "nan"},
    ]
    found = store.load("x")
    assert found is not None
    assert found.at("Skylift.metrics.best.loss") == {"value": 2.0, "step": 1}
    assert found.at("Skylift.schema") == 1


def test_what_was_measured_is_not_forgotten_by_who_only_looks(store: RunStore) -> None:
    store.create("x", {})
    recording = recorder(store)
    running = {"TrainingJobName": "x", "TrainingJobStatus": "InProgress"}
    recording.take(LogLine(NOW, "algo-1", "epoch=1 loss=2"))
    recording.take(Described(running))
    store.save(record_of(running, {"project": "p"}))
    found = store.load("x")
    assert found is not None
    assert found.at("Skylift.metrics.last") == {"loss": 2.0}


def test_any_number_may_watch_a_remote_job_and_each_line_is_kept_once(store: RunStore) -> None:
    folder = store.create("x", {})
    end = Described({"TrainingJobName": "x", "TrainingJobStatus": "Completed"})
    with RemoteRecorder(recorder(store), folder) as first:
        first.take(LogLine(NOW, "algo-1", "epoch=1 loss=2"))
    # That one was interrupted; the next begins at the first line again.
    for _ in range(2):
        with RemoteRecorder(recorder(store), folder) as watcher:
            watcher.take(LogLine(NOW, "algo-1", "epoch=1 loss=2"))
            watcher.take(LogLine(NOW, "algo-1", "bye \udcff"))
            watcher.end(end)
    assert folder.log.read_text().splitlines() == ["epoch=1 loss=2", "bye ?"]
    assert len(folder.metrics.read_text().splitlines()) == 1
    assert sorted(path.name for path in folder.path.iterdir()) == [
        "intent.json",
        "log",
        "log.times",
        "metrics.jsonl",
        "record.json",
    ]


FIGURES = '[skylift:figures] {"s":90.0,"n":18,"mem":{"max":63e9,"of":64e9}}'


def test_figures_of_a_remote_job_are_kept_apart_and_shown_to_nobody(store: RunStore) -> None:
    folder = store.create("x", {})
    end = Described({"TrainingJobName": "x", "TrainingJobStatus": "Completed"})
    lines = ["a", "50%#036#036", FIGURES, FIGURES[:30], "#01560%", "half" + FIGURES]
    with RemoteRecorder(recorder(store), folder) as watcher:
        seen = [watcher.take(LogLine(NOW, "algo-1", line)) for line in lines]
        watcher.end(end)
    assert [event.text for event in seen if isinstance(event, LogLine)] == [
        "a",
        "50%",
        "#01560%",
        "half",
    ]
    assert folder.log.read_text().splitlines() == ["a", "50%#01560%", "half"]
    assert len(folder.system.read_text().splitlines()) == 2
    found = store.load("x")
    assert found is not None
    assert found.at("Skylift.system.hosts")["algo-1"]["seconds"] == 180.0
    assert found.at("Skylift.advice") == ["memory came within 10 % of its limit: 63.0 of 64.0 GB"]


EPOCHS = "epoch 1: 50%|#| 1/2 [00:01, 1.0it/s, loss=0.75]", "epoch 1: 100%|#| 2/2 [00:02, 1.0it/s, loss=0.5]"


def points(folder: RunFolder) -> list[tuple[str, float, int]]:
    rows = [json.loads(line) for line in folder.metrics.read_text().splitlines()]
    return [(row["name"], row["value"], row["step"]) for row in rows]


def test_of_a_bar_that_figures_came_into_the_last_value_counts(store: RunStore) -> None:
    folder = store.create("x", {})
    end = Described({"TrainingJobName": "x", "TrainingJobStatus": "Completed"})
    with RemoteRecorder(recorder(store), folder) as watcher:
        for line in (
            f"{EPOCHS[0]}#036#036",
            FIGURES,
            f"#015{EPOCHS[1]}",
            f"#015{EPOCHS[0]}#036#036",
            FIGURES,
        ):
            watcher.take(LogLine(NOW, "algo-1", line))
        watcher.end(end)
    assert folder.log.read_text().splitlines() == [f"{EPOCHS[0]}#015{EPOCHS[1]}", f"#015{EPOCHS[0]}"]
    assert points(folder) == [("loss", 0.5, 1), ("loss", 0.75, 1)]


def test_of_a_bar_that_comes_in_pieces_the_last_value_counts(store: RunStore) -> None:
    folder = store.create("x", {})
    recording = recorder(store)
    first, last = (f"\r{text}".encode() for text in EPOCHS)
    for data in (first, first, last + b"\n" + first, last):
        recording.printed(Printed(NOW, "algo-1", data))
        # Another host's lines come in between.
        recording.printed(Printed(NOW, "algo-2", b"nothing\n"))
    assert points(folder) == [("loss", 0.5, 1)]
    recording.printed(Printed(NOW, "algo-1", first * 40_000))
    recording.take(Described({"TrainingJobName": "x", "TrainingJobStatus": "Completed"}))
    assert points(folder) == [("loss", 0.5, 1), ("loss", 0.75, 1)]


def test_no_run_fails_for_want_of_room_for_figures(store: RunStore) -> None:
    store.create("x", {})
    recording = recorder(store)
    recording.system_file = Path("/dev/full")
    recording.measured("algo-1", NOW, {"s": 1.0})
    recording.take(Described({"TrainingJobName": "x", "TrainingJobStatus": "Completed"}))
    found = store.load("x")
    assert found is not None
    assert found.at("Skylift.system.hosts")["algo-1"]["seconds"] == 1.0


def test_keys_of_a_newer_client_under_ours_survive(store: RunStore) -> None:
    store.create("x", {})
    store.save(Record({"TrainingJobName": "x", "Skylift": {"FromTheFuture": 1}}))
    store.save(record_of({"TrainingJobName": "x", "TrainingJobStatus": "Completed"}, {"project": "p"}))
    found = store.load("x")
    assert found is not None
    assert found.at("Skylift.FromTheFuture") == 1
