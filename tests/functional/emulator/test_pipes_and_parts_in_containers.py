"""What a container sees of pipes, shares and views that are only read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.functional.emulator.test_job_containers import container_bench
from tests.functional.emulator.workbench import make_channel
from tests.in_memory_s3 import InMemoryStore

from skylift.emulator.here import HereStorage
from skylift.emulator.remote import S3Storage
from skylift.emulator.storage import Mount, Share

pytestmark = pytest.mark.docker


@pytest.fixture
def environment(docker_engine: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **docker_engine}


class SecondOfTwo(HereStorage):
    """Gives a job of one host what the second of two would get."""

    def materialize(self, channel: Mapping[str, Any], into: Path, share: Share) -> Mount | None:
        return super().materialize(channel, into, Share(1, 2))


def test_a_container_reads_pipes_a_share_and_a_view(
    weird_tmp_path: Path, base_image: str, environment: dict[str, str]
) -> None:
    data = weird_tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    for name in ("a", "b", 'sub/it\'s, "é"\n'):
        (data / name).write_text(name[:3])
    share, view = make_channel("share", data.as_uri()), make_channel("view", data.as_uri())
    share["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    bench = container_bench(
        weird_tmp_path,
        base_image,
        environment,
        """
        for number in range(2):
            with (ML / f"input/data/pipe_{number}").open("rb") as stream:
                print(stream.read())
        files = ML / "input/data"
        print([(str(p.relative_to(files)), p.read_text()) for p in (files / "share").rglob("*") if p.is_file()])
        print(len(list((files / "view").iterdir())))
        for attempt in ((files / "view/new").touch, lambda: (files / "share/b").write_text("changed")):
            try:
                attempt()
            except OSError as error:
                print(error.strerror)
        """,
        channels=[
            {**make_channel("pipe", data.as_uri()), "InputMode": "Pipe"},
            share,
            {**view, "InputMode": "FastFile"},
        ],
        storage=SecondOfTwo(weird_tmp_path / "artifacts"),
    )
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed", (bench.description, bench.observer.texts)
    assert bench.observer.texts == [
        *["b'absub'"] * 2,
        "[('share/b', 'b')]",
        "3",
        "Read-only file system",
    ]
    assert bench.job.warnings == ()
    assert (data / "b").read_bytes() == b"b"
    assert not [path for path in bench.place.root.rglob("*") if path.is_fifo()]


@pytest.mark.parametrize("script", ["", "os.open(ML / 'input/data/pipe_0', os.O_RDONLY); os._exit(0)"])
def test_a_container_that_does_not_read_its_pipe_to_the_end_ends(
    tmp_path: Path, base_image: str, environment: dict[str, str], script: str
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "a").write_bytes(bytes(1 << 20))
    pipe = {**make_channel("pipe", data.as_uri()), "InputMode": "Pipe"}
    bench = container_bench(tmp_path, base_image, environment, script, channels=[pipe])
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed", bench.description
    assert not [path for path in bench.place.root.rglob("*") if path.is_fifo()]


def test_a_container_leaves_its_files_unpacked(
    tmp_path: Path, base_image: str, environment: dict[str, str]
) -> None:
    store = InMemoryStore()
    script = """
    (ML / "model/sub").mkdir()
    (ML / "model/sub/m").write_text("1")
    (ML / "model/last").symlink_to("sub")
    (ML / "model/passwd").symlink_to("/etc/passwd")
    """
    output = {"S3OutputPath": "s3://b/o", "CompressionType": "NONE"}
    bench = container_bench(
        tmp_path, base_image, environment, script, storage=Both(store), OutputDataConfig=output
    )
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed", bench.description
    assert sorted(name.partition("/output/")[2] for name in store.objects) == ["model/last/m", "model/sub/m"]


class Both(S3Storage):
    """Artifacts go to S3; the program comes from a folder here."""

    def materialize(self, channel: Mapping[str, Any], into: Path, share: Share) -> Mount | None:
        return HereStorage(Path("/nowhere")).materialize(channel, into, share)
