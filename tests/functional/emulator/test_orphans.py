"""Cleaning up after an owner that died."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from skylift.emulator import orphans
from skylift.emulator.place import JobPlace
from skylift.host.files import write_json
from skylift.host.processes import identify


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_the_noted_process_is_ended(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    place, identity = JobPlace(tmp_path / "ml"), identify(sleeper.pid)
    assert identity is not None
    write_json(place.owned, {"hosts": [{"process": asdict(identity)}]})
    assert orphans.end(place, {})
    assert sleeper.wait(20) == -9
    assert not place.owned.exists()
    assert not orphans.end(place, {})


def test_another_process_of_that_number_is_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    place, identity = JobPlace(tmp_path / "ml"), identify(sleeper.pid)
    assert identity is not None
    write_json(place.owned, {"hosts": [{"process": asdict(replace(identity, started="1"))}]})
    assert not orphans.end(place, {})
    assert sleeper.poll() is None


def test_a_process_of_before_the_last_start_is_nobody(tmp_path: Path) -> None:
    place = JobPlace(tmp_path / "ml")
    write_json(place.owned, {"hosts": [{"process": {"pid": 4_000_000, "started": "1", "boot": "another"}}]})
    assert not orphans.end(place, {})
    assert not place.owned.exists()


def test_no_pipe_is_left_where_reading_it_would_never_end(tmp_path: Path) -> None:
    place = JobPlace(tmp_path / "ml")
    Path(place.tree.data).mkdir(parents=True)
    os.mkfifo(Path(place.tree.channel("train_3")))
    write_json(place.owned, {})
    orphans.end(place, {})
    assert list(Path(place.tree.data).iterdir()) == []
