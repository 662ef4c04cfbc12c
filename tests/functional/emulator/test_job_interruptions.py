"""Jobs whose instance is taken away, and which start again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.functional.emulator.workbench import (
    Remembering,
    make_bench,
    make_channel,
    make_request,
    members,
    statuses,
)

from skylift.emulator.faults import Faults
from skylift.emulator.job import EmulatedJob

RESUMING = """
left = sorted(str(p.relative_to(ML)) for p in ML.rglob("*") if p.is_file() and "config" not in p.parts)
print(left, flush=True)
if (ML / "checkpoints/epoch").exists():
    (ML / "model/whole").write_text("whole")
    sys.exit(0)
for name in ("checkpoints/epoch", "model/half", "output/data/half", "output/failure", "code/train.py", "other"):
    (ML / name).parent.mkdir(exist_ok=True)
    (ML / name).write_text("1")
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
time.sleep(60)
"""
FIRST = ["Starting", "Downloading", "Training", "Interrupted", "Starting"]


def test_only_checkpoints_are_there_on_the_second_start(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, RESUMING, faults=Faults(interrupt_after_s=1))
    bench.job.run()
    found = bench.description
    assert statuses(found) == [*FIRST, "Downloading", "Training", "Uploading", "Completed"]
    assert {one["TrainingJobStatus"] for one in bench.observer.descriptions[:-1]} == {"InProgress"}
    assert bench.observer.texts == ["[]", "['checkpoints/epoch']"]
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"whole": b"whole"}
    assert not (bench.artifacts / "output.tar.gz").exists()
    began = found["SecondaryStatusTransitions"][1]["StartTime"]
    assert found["TrainingStartTime"] == began
    assert bench.job.warnings == ()


def test_data_that_is_lent_is_lent_again_and_stays(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "rows.csv").write_text("1")
    script = """
    print((ML / "input/data/train/rows.csv").read_text(), flush=True)
    if not (ML / "checkpoints/epoch").exists():
        (ML / "checkpoints/epoch").write_text("1")
        time.sleep(60)
    """
    request = make_request(InputDataConfig=[make_channel("train", data.as_uri())])
    bench = make_bench(tmp_path, script, request=request, faults=Faults(interrupt_after_s=1))
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed"
    assert bench.observer.texts == ["1", "1"]
    assert (data / "rows.csv").read_text() == "1"


class StoppingAt(Remembering):
    """Stops the job the second time it enters ``Starting``, or when it is interrupted."""

    job: EmulatedJob
    at: str

    def changed(self, description: Mapping[str, Any]) -> None:
        super().changed(description)
        if statuses(description)[3:][-1:] == [self.at]:
            self.job.stop()


@pytest.mark.parametrize("at", ["Interrupted", "Starting", "Downloading"])
def test_a_stop_between_two_attempts_ends_the_job(tmp_path: Path, at: str) -> None:
    observer = StoppingAt()
    bench = make_bench(tmp_path, RESUMING, observer=observer, faults=Faults(interrupt_after_s=1))
    observer.job, observer.at = bench.job, at
    bench.job.run()
    found = bench.description
    assert found["TrainingJobStatus"] == "Stopped"
    again = ["Downloading"] if at == "Downloading" else []
    assert statuses(found) == [*FIRST, *again, "Stopping", "Stopped"]
    assert bench.observer.texts == ["[]"]
