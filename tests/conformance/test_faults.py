"""Faults on demand, from the command line: docker gives the record that local gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, Place, checkout
from tests.conformance.test_records import compare

from skylift.values.record import Record

pytestmark = [pytest.mark.docker, pytest.mark.registry, pytest.mark.sandbox]
HERE = ("local", "docker")
FIRST = ["Starting", "Downloading", "Training"]
LATER = "6s"
"""Time enough for a container to have begun on a busy machine."""
# Deaf to SIGTERM: only the end of its grace ends it.
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("epoch=1 train:loss=0.5", flush=True)
time.sleep(600)
"""


def on_both(places: dict[str, Place], folder: Path, *options: str, expect: int = 0) -> dict[str, Record]:
    # At once: what is waited for is a time, and it passes for both.
    with ThreadPoolExecutor(len(HERE)) as pool:
        running = {
            target: pool.submit(places[target].run, folder, *options, expect=expect) for target in HERE
        }
    records = {target: run.result() for target, run in running.items()}
    compare(records)
    return records


def phases(record: Record) -> list[str]:
    return [str(status) for status in record.at("SecondaryStatusTransitions[].Status")]


def test_an_interruption_leaves_checkpoints_and_nothing_else(
    places: dict[str, Place], tmp_path: Path
) -> None:
    folder = checkout(PROJECTS / "resumes", tmp_path)
    for target, record in on_both(places, folder, "--interrupt-after", LATER).items():
        assert phases(record) == [*FIRST, "Interrupted", *FIRST, "Uploading", "Completed"], target
        log = places[target].skylift(folder, "logs", record.name).splitlines()
        assert [line for line in log if line.startswith("found")] == ["found [] False", "found [] True"], (
            target
        )
        places[target].skylift(folder, "pull", record.name, "--output", str(tmp_path / target))
        assert [path.name for path in (tmp_path / target).iterdir()] == ["whole.txt"], target


def test_a_stop_a_limit_and_a_grace(places: dict[str, Place], tmp_path: Path) -> None:
    folder = checkout(PROJECTS / "stops", tmp_path)
    ending = ["Stopping", "Uploading"]
    with ThreadPoolExecutor(2) as pool:
        options = ("--stop-after", "--max-run")
        stopped, limited = pool.map(lambda option: on_both(places, folder, option, LATER, expect=7), options)
    for target, record in stopped.items():
        assert phases(record) == [*FIRST, *ending, "Stopped"], target
        assert "saved" in places[target].skylift(folder, "logs", record.name), target
    for target, record in limited.items():
        assert phases(record) == [*FIRST, *ending, "MaxRuntimeExceeded"], target
        assert record.at("StoppingCondition.MaxRuntimeInSeconds") == 6, target


def test_a_grace_that_is_over_ends_what_does_not_listen(places: dict[str, Place], tmp_path: Path) -> None:
    folder = checkout(PROJECTS / "stops", tmp_path)
    (folder / "train.py").write_text(DEAF)
    options = ("--stop-after", LATER, "--grace", "1s")
    for target, record in on_both(places, folder, *options, expect=7).items():
        assert phases(record)[-3:] == ["Stopping", "Uploading", "Stopped"], target
        assert record.at("Environment.SKYLIFT_GRACE_S") == "1", target


def test_a_file_that_did_not_ship_is_explained_alike(places: dict[str, Place], tmp_path: Path) -> None:
    folder = checkout(PROJECTS / "stops", tmp_path)
    (folder / ".gitignore").write_text("*.txt\n")
    (folder / "vocab.txt").write_text("")
    (folder / "train.py").write_text("open('vocab.txt')\n")
    records = {target: place.run(folder, expect=4) for target, place in places.items()}
    compare(records)
    assert (
        "`vocab.txt` exists in your project and did not ship: .gitignore:1 `*.txt`" in records["cloud"].hint
    )
