"""A job that puts links in the way: we read, write and remove nothing outside of its tree on its word."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.functional.emulator.workbench import make_bench, make_channel, make_request, members, python

from skylift.emulator.faults import Faults
from skylift.emulator.here import HereStorage
from skylift.emulator.job_fault import JobFault
from skylift.emulator.platform import Platform
from skylift.emulator.processes import ProcessExecutor
from skylift.emulator.shell import open_shell
from skylift.runs.unpack import unpack


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder of this machine's that looks like part of a tree."""
    folder = tmp_path / "victim"
    for name in ("data/train", "config"):
        (folder / name).mkdir(parents=True)
    (folder / "data/secret.txt").write_text("s3cret")
    (folder / "config/hyperparameters.json").write_text("mine")
    return folder


def content(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): p.read_text() if p.is_file() else "" for p in sorted(folder.rglob("*"))
    }


def test_what_lies_outside_is_not_stored(tmp_path: Path, victim: Path) -> None:
    script = f"""
    os.rename(ML / "output", ML / "o2"); os.symlink({str(victim)!r}, ML / "output")
    (ML / "model/model.pkl").write_text("weights")
    """
    bench = make_bench(tmp_path, script)
    bench.job.run()
    assert sorted(path.name for path in bench.artifacts.iterdir()) == ["model.tar.gz"]
    (warning,) = bench.job.warnings
    assert "output/data" in warning


def test_nothing_outside_is_removed_or_written(tmp_path: Path, victim: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "rows").write_text("1")
    before = content(victim)
    request = make_request(InputDataConfig=[make_channel("train", data.as_uri())])
    script = f'os.rename(ML / "input", ML / "i2"); os.symlink({str(victim)!r}, ML / "input")'
    bench = make_bench(tmp_path, script, request=request)
    bench.job.run()
    assert content(victim) == before
    with pytest.raises(JobFault, match="out of its tree"):
        open_shell(
            request,
            ["true"],
            place=bench.place,
            executor=ProcessExecutor(python(""), {}),
            storage=HereStorage(bench.artifacts),
            platform=Platform("eu-central-1", "123456789012"),
        )
    assert content(victim) == before


@pytest.mark.skipif(sys.platform != "linux", reason="limited disks need mount namespaces")
def test_what_no_artifact_can_hold_does_not_cost_the_rest(tmp_path: Path) -> None:
    script = """
    os.mkfifo(ML / "afifo")
    os.mkfifo(ML / "model/fifo")
    (ML / "model/model.pkl").write_text("weights")
    """
    bench = make_bench(tmp_path, script, faults=Faults(disk_bytes=1_000_000))
    bench.job.run()
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"model.pkl": b"weights"}
    assert bench.job.warnings == ()


@pytest.mark.skipif(sys.platform != "linux", reason="/opt/ml needs mount namespaces")
def test_links_that_name_the_tree_from_the_root_are_kept(tmp_path: Path) -> None:
    script = """
    (ML / "model/epoch-2").mkdir()
    (ML / "model/epoch-2/weights").write_text("w")
    os.symlink("/opt/ml/model/epoch-2", ML / "model/latest")
    os.symlink("/opt/ml/model/epoch-2/weights", ML / "model/best")
    os.symlink("/etc/passwd", ML / "model/away")
    """
    bench = make_bench(tmp_path, script)
    bench.job.run()
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"best": b"w", "epoch-2/weights": b"w"}
    (warning,) = bench.job.warnings
    assert warning.endswith(": away")
    unpack(bench.artifacts / "model.tar.gz", tmp_path / "pulled")
    assert (tmp_path / "pulled/latest/weights").read_text() == "w"


def test_many_channels_below_a_long_path(tmp_path: Path) -> None:
    data = tmp_path / ("d" * 200) / ("e" * 200)
    data.mkdir(parents=True)
    (data / "rows").write_text("1")
    channels = [make_channel(f"channel-{number}", data.as_uri()) for number in range(19)]
    deep = tmp_path.joinpath(*["x" * 240] * 10)
    bench = make_bench(
        deep, "print(len(os.listdir(ML / 'input/data')))", request=make_request(InputDataConfig=channels)
    )
    bench.job.run()
    assert bench.observer.texts == ["19"], bench.description
