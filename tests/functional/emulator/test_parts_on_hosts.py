"""Shares, pipes and views where a job has hosts and a file system of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from tests.functional.emulator.workbench import (
    ENVIRONMENT,
    Bench,
    make_bench,
    make_channel,
    make_request,
    members,
    own_name,
    python,
)

from skylift.emulator.faults import Faults
from skylift.emulator.here import HereStorage
from skylift.emulator.processes import ProcessExecutor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there are mount namespaces on Linux only")


def channel(name: str, data: Path, mode: str = "File", *, sharded: bool = False) -> dict[str, Any]:
    made = make_channel(name, data.as_uri())
    if sharded:
        made["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    return {**made, "InputMode": mode}


def bench_of(folder: Path, script: str, *channels: dict[str, Any], hosts: int = 1, **more: Any) -> Bench:
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": hosts, "VolumeSizeInGB": 30}
    request = make_request(ResourceConfig=resources, InputDataConfig=list(channels), **own_name())
    return make_bench(folder, script, request=request, **more)


@pytest.fixture
def data(weird_tmp_path: Path) -> Path:
    folder = weird_tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    for name in ("a", "b", "sub/c"):
        (folder / name).write_text(name[-1])
    return folder


def test_each_host_has_its_share_in_files_and_in_pipes(weird_tmp_path: Path, data: Path) -> None:
    script = """
    host = json.loads((ML / "input/config/resourceconfig.json").read_text())["current_host"]
    files = sorted(path for path in (ML / "input/data/files").rglob("*") if path.is_file())
    text = "".join(path.read_text() for path in files)
    # It may be written to, and nobody else sees that.
    files[0].write_text(host)
    (ML / "model" / host).write_text(text + (ML / "input/data/stream_0").read_text())
    """
    bench = bench_of(
        weird_tmp_path,
        script,
        channel("files", data, sharded=True),
        channel("stream", data, "Pipe", sharded=True),
        hosts=2,
    )
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed", bench.observer.texts
    found = members((bench.artifacts / "model.tar.gz").read_bytes())
    assert found == {"algo-1": b"acac", "algo-2": b"bb"}
    assert bench.job.warnings == ()
    assert [(data / name).read_text() for name in ("a", "b", "sub/c")] == ["a", "b", "c"]
    assert not [path for path in bench.place.root.rglob("*") if path.is_fifo()]


def test_a_host_whose_pipe_can_not_be_filled_fails_the_whole_job(weird_tmp_path: Path, data: Path) -> None:
    broken = {**channel("stream", data, "Pipe", sharded=True), "CompressionType": "Gzip"}
    bench = bench_of(weird_tmp_path, "(ML / 'input/data/stream_0').read_bytes()", broken, hosts=2)
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Failed"
    assert "not a whole gzip file" in bench.description["FailureReason"]


def test_data_that_changes_under_several_hosts_is_told_once(weird_tmp_path: Path, data: Path) -> None:
    # Not through its channel: there it could not.
    script = f"""
    host = json.loads((ML / "input/config/resourceconfig.json").read_text())["current_host"]
    Path({str(data / "a")!r}).write_text("changed") if host == "algo-1" else None
    """
    bench = bench_of(weird_tmp_path, script, channel("files", data), hosts=2)
    bench.job.run()
    (warning,) = bench.job.warnings
    assert warning.endswith("changed a")


WRITE = """
for name in ("files", "view"):
    folder = ML / "input/data" / name
    for path in (folder / "new", folder / "sub/c"):
        try:
            path.write_text("changed")
            print(name, path.name, "written")
        except OSError as error:
            print(name, path.name, error.strerror)
"""


@pytest.mark.parametrize("sharded", [False, True])
def test_a_view_is_only_read_and_files_are_the_jobs_own(
    weird_tmp_path: Path, data: Path, *, sharded: bool
) -> None:
    channels = (channel("files", data, sharded=sharded), channel("view", data, "FastFile"))
    bench = bench_of(weird_tmp_path, WRITE, *channels)
    bench.job.run()
    refused = [f"view {name} Read-only file system" for name in ("new", "c")]
    assert bench.observer.texts == ["files new written", "files c written", *refused]
    assert (data / "sub/c").read_text() == "c"
    assert not (data / "new").exists()
    assert bench.job.warnings == ()


def test_where_inputs_are_strict_no_channel_is_written_to(weird_tmp_path: Path, data: Path) -> None:
    storage = HereStorage(weird_tmp_path / "artifacts", strict=True)
    channels = (channel("files", data), channel("view", data, "FastFile"))
    bench = bench_of(weird_tmp_path, WRITE, *channels, storage=storage)
    bench.job.run()
    assert {text.split(maxsplit=2)[2] for text in bench.observer.texts} == {"Read-only file system"}


def test_pipes_and_views_are_there_when_the_disk_is_limited(weird_tmp_path: Path, data: Path) -> None:
    script = """
    print((ML / "input/data/stream_0").read_bytes(), (ML / "input/data/view/sub/c").read_text())
    print((ML / "input/data/stream_1").read_bytes())
    (ML / "model/m").write_text("1")
    try:
        (ML / "model/big").write_bytes(bytes(2 << 20))
    except OSError as error:
        print(error.strerror)
        (ML / "model/big").unlink()
    """
    channels = (channel("stream", data, "Pipe"), channel("view", data, "FastFile"))
    bench = bench_of(weird_tmp_path, script, *channels, faults=Faults(disk_bytes=1 << 20))
    bench.job.run()
    assert bench.observer.texts == ["b'abc' c", "b'abc'", "No space left on device"]
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"m": b"1"}


def test_without_a_view_of_its_own_a_job_still_has_all_of_it(weird_tmp_path: Path, data: Path) -> None:
    script = """
    print((ML / "input/data/stream_0").read_bytes(), (ML / "input/data/view/sub/c").read_text())
    print(sorted(path.name for path in (ML / "input/data/files").rglob("*") if path.is_file()))
    """
    channels = (
        channel("stream", data, "Pipe"),
        channel("view", data, "FastFile"),
        channel("files", data, sharded=True),
    )
    executor = ProcessExecutor(python(script), ENVIRONMENT, enclosed=False)
    bench = bench_of(weird_tmp_path, "", *channels, executor=executor)
    bench.job.run()
    assert bench.observer.texts == ["b'abc' c", "['a', 'b', 'c']"]
    assert ["could have been written to" in warning for warning in bench.job.warnings] == [True]
