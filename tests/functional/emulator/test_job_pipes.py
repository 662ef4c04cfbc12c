"""Pipe mode: jobs that read their channels from FIFOs, well and badly."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from tests.functional.emulator.workbench import (
    ENVIRONMENT,
    Bench,
    make_bench,
    make_channel,
    make_request,
    own_name,
    python,
)
from tests.in_memory_s3 import InMemoryStore

from skylift.emulator.faults import Faults
from skylift.emulator.pipes import Pipes, remove_pipes
from skylift.emulator.processes import ProcessExecutor
from skylift.emulator.remote import S3Storage
from skylift.emulator.storage import Share
from skylift.errors import AwsError
from skylift.values.references import S3Url

READ = """
def epoch(number, channel="train", size=-1):
    path = ML / "input/data" / f"{channel}_{number}"
    while not path.exists():
        time.sleep(0.005)
    with path.open("rb") as stream:
        return stream.read(size)
"""


def piped(uri: str, **more: Any) -> dict[str, Any]:
    return {**make_channel("train", uri), "InputMode": "Pipe", **more}


def piped_bench(folder: Path, script: str, *channels: dict[str, Any], **more: Any) -> Bench:
    request = make_request(InputDataConfig=list(channels), **own_name(), **more.pop("request", {}))
    return make_bench(folder, READ + script, request=request, **more)


def assert_nothing_is_left(bench: Bench) -> None:
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("pipe")]
    assert not [path for path in bench.place.root.rglob("*") if path.is_fifo()]


def data_in(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


def test_each_epoch_is_a_pipe_with_all_objects_in_key_order(weird_tmp_path: Path) -> None:
    data = data_in(weird_tmp_path / "data", b="2", a="1", Z="0")
    (data / "sub").mkdir()
    (data / "sub" / 'it\'s, "é"\n').write_text("4")
    # A dot is less than a slash.
    (data / "sub.txt").write_text("3")
    script = """
for number in range(3):
    print(number, epoch(number), sorted(path.name for path in (ML / "input/data").iterdir()))
print((ML / "input/config/inputdataconfig.json").read_text())
"""
    bench = piped_bench(weird_tmp_path, script, piped(data.as_uri()))
    bench.job.run()
    assert bench.observer.texts[:3] == [f"{number} b'01234' ['train_{number + 1}']" for number in range(3)]
    config = json.loads("".join(bench.observer.texts[3:]))
    assert config == {
        "train": {
            "TrainingInputMode": "Pipe",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
        }
    }
    assert bench.description["TrainingJobStatus"] == "Completed"
    assert_nothing_is_left(bench)


def test_a_job_may_stop_early_and_go_on_with_the_next_epoch(tmp_path: Path) -> None:
    data = data_in(tmp_path / "data", a="x" * (1 << 20), b="end")
    script = "print(epoch(0, size=3), len(epoch(1)), epoch(2, size=1))"
    bench = piped_bench(tmp_path, script, piped(data.as_uri()))
    bench.job.run()
    assert bench.observer.texts == [f"b'xxx' {(1 << 20) + 3} b'x'"]
    assert_nothing_is_left(bench)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("print('done')", 0),
        ("time.sleep(0.5); print(len(epoch(0)))", 0),
        ("stream = open(ML / 'input/data/train_0', 'rb'); stream.read(1); os._exit(0)", 0),
        ("os.open(ML / 'input/data/train_0', os.O_RDONLY); os.kill(os.getpid(), 9)", 137),
        ("(ML / 'input/data/train_0').unlink()", 0),
        ("epoch(0, size=1); (ML / 'input/data/train_1').unlink(); (ML / 'input/data/train_1').mkdir()", 0),
        ("os.open(ML / 'input/data/train_0', os.O_RDWR); time.sleep(0.1)", 0),
        ("(ML / 'input/data/train_1').write_text('mine'); print(len(epoch(0)))", 0),
    ],
    ids=["never", "late", "half", "killed", "removed", "replaced", "both-ends", "in-the-way"],
)
def test_whatever_a_job_does_with_its_pipe_it_ends_and_nothing_is_left(
    tmp_path: Path, script: str, code: int
) -> None:
    data = data_in(tmp_path / "data", a="x" * (1 << 20))
    bench = piped_bench(tmp_path, script, piped(data.as_uri()))
    bench.job.run()
    found = bench.description
    assert found["TrainingJobStatus"] == ("Completed" if code == 0 else "Failed"), found
    assert found.get("FailureReason", "").endswith(f"exit code: {code}" if code else "")
    assert bench.job.warnings == ()
    assert_nothing_is_left(bench)
    assert (data / "a").read_text() == "x" * (1 << 20)


@pytest.mark.parametrize("way", ["symlink_to", "hardlink_to"])
def test_a_job_can_not_make_us_write_to_a_file_of_this_machine(tmp_path: Path, way: str) -> None:
    data = data_in(tmp_path / "data", a="poison")
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "else").mkdir()
    script = f"""
folder = ML / "input/data"
epoch(0, size=1)
(folder / "train_1").unlink()
(folder / "train_1").{way}({str(tmp_path / "precious")!r})
folder.rename(ML / "input/moved")
folder.symlink_to({str(tmp_path / "else")!r})
time.sleep(0.2)
"""
    # Without a view of its own the job reaches all that its user does.
    executor = ProcessExecutor(python(READ + script), ENVIRONMENT, enclosed=False)
    bench = piped_bench(tmp_path, "", piped(data.as_uri()), executor=executor)
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed"
    assert (tmp_path / "precious").read_text() == "mine"
    assert list((tmp_path / "else").iterdir()) == []
    assert_nothing_is_left(bench)


def test_a_stopped_job_that_waits_for_data_ends(tmp_path: Path) -> None:
    data = data_in(tmp_path / "data", a="x")
    script = """
stream = open(ML / "input/data/train_0", "rb")
stream.read(1)
print("waits", flush=True)
os.mkfifo(ML / "input/data/nobody")
os.open(ML / "input/data/nobody", os.O_RDONLY)
"""
    bench = piped_bench(tmp_path, script, piped(data.as_uri()))
    with bench.running():
        bench.observer.wait_for("waits")
        bench.job.stop(kill=True)
    assert bench.description["TrainingJobStatus"] == "Stopped"
    assert not list(bench.place.root.rglob("train_*"))


def test_an_interrupted_job_begins_with_the_first_epoch_again(tmp_path: Path) -> None:
    data = data_in(tmp_path / "data", a="x")
    script = """
mark = ML / "checkpoints/mark"
print(epoch(0), mark.exists())
if not mark.exists():
    mark.touch()
    time.sleep(60)
"""
    bench = piped_bench(tmp_path, script, piped(data.as_uri()), faults=Faults(interrupt_after_s=0.5))
    bench.job.run()
    assert bench.observer.texts == ["b'x' False", "b'x' True"]
    assert_nothing_is_left(bench)


def test_several_channels_are_read_side_by_side_and_beside_folders(tmp_path: Path) -> None:
    one, two = data_in(tmp_path / "1", a="1" * (1 << 20)), data_in(tmp_path / "2", a="2" * (1 << 20))
    script = """
with open(ML / "input/data/train_0", "rb") as a, open(ML / "input/data/test_0", "rb") as b:
    total = 0
    while (x := a.read(4096)) and (y := b.read(4096)):
        total += len(x) + len(y)
print(total, (ML / "input/data/files/a").read_text()[0])
"""
    other = {**make_channel("test", two.as_uri()), "InputMode": None}
    files = make_channel("files", one.as_uri())
    algorithm = {"AlgorithmSpecification": {"TrainingInputMode": "Pipe"}}
    bench = piped_bench(tmp_path, script, piped(one.as_uri()), other, files, request=algorithm)
    bench.job.run()
    assert bench.observer.texts == [f"{2 << 20} 1"]
    assert_nothing_is_left(bench)


def on_s3(**objects: bytes) -> InMemoryStore:
    return InMemoryStore({f"s3://b/t/{name}": data for name, data in objects.items()})


def test_objects_of_s3_are_unpacked_wrapped_and_shuffled_on_the_way(tmp_path: Path) -> None:
    names = [f"{number:02}" for number in range(12)]
    store = on_s3(**{name: gzip.compress(name.encode()) for name in names})
    channel = piped(
        "s3://b/t/", CompressionType="Gzip", RecordWrapperType="RecordIO", ShuffleConfig={"Seed": 3}
    )
    script = """
import struct
for number in range(2):
    data = epoch(number)
    print(*(data[at + 8:at + 10].decode() for at in range(0, len(data), 12)))
    assert {data[at:at + 8] for at in range(0, len(data), 12)} == {struct.pack("=II", 0xCED7230A, 2)}
"""
    bench = piped_bench(tmp_path, script, channel, storage=S3Storage(store))
    bench.job.run()
    first, second = (text.split() for text in bench.observer.texts)
    assert sorted(first) == sorted(second) == names
    assert first != second


def test_a_manifest_says_what_a_pipe_gives(tmp_path: Path) -> None:
    store = on_s3(a=b"1", b=b"2", c=b"3")
    store.objects["s3://b/m"] = b'[{"prefix": "s3://b/t/"}, "c", "a"]'
    channel = piped("s3://b/m")
    channel["DataSource"]["S3DataSource"]["S3DataType"] = "ManifestFile"
    bench = piped_bench(tmp_path, "print(epoch(0))", channel, storage=S3Storage(store))
    bench.job.run()
    assert bench.observer.texts == ["b'13'"]


@pytest.mark.parametrize(
    ("store", "more", "said"),
    [
        (on_s3(), {}, "no S3 objects found"),
        (on_s3(a=b"plain"), {"CompressionType": "Gzip"}, "'a': not a whole gzip file"),
    ],
    ids=["nothing", "not-compressed"],
)
def test_what_can_not_be_read_fails_the_job_and_is_not_taken_for_the_end(
    tmp_path: Path, store: InMemoryStore, more: dict[str, Any], said: str
) -> None:
    script = "print(epoch(0)); print('ended')"
    bench = piped_bench(tmp_path, script, piped("s3://b/t/", **more), storage=S3Storage(store))
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Failed"
    assert bench.description["FailureReason"].startswith("ClientError: Data download failed: ")
    assert said in bench.description["FailureReason"]
    assert bench.observer.texts == []
    assert_nothing_is_left(bench)


def test_a_service_that_goes_away_while_it_is_read_is_our_error(tmp_path: Path) -> None:
    class Away(InMemoryStore):
        @contextmanager
        def open(self, url: S3Url) -> Iterator[BinaryIO]:
            if url.key.endswith("b"):
                raise AwsError("no answer", service="s3", operation="GetObject", temporary=True)
            with super().open(url) as stream:
                yield stream

    store = Away(on_s3(a=b"1", b=b"2").objects)
    bench = piped_bench(tmp_path, "epoch(0); print('ended')", piped("s3://b/t/"), storage=S3Storage(store))
    with pytest.raises(AwsError):
        bench.job.run()
    assert bench.description["FailureReason"] == "InternalServerError: no answer"
    assert bench.observer.texts == []
    assert_nothing_is_left(bench)


def test_hosts_read_different_shares_and_an_empty_one_ends_at_once(tmp_path: Path) -> None:
    channel = piped("s3://b/t/")
    channel["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    storage, request = S3Storage(on_s3(a=b"1", b=b"2")), make_request(InputDataConfig=[channel])
    read = []
    for host in range(3):
        folder = tmp_path / str(host)
        folder.mkdir()
        pipes = Pipes(storage, request, folder, Share(host, 3))
        pipes.prepare()
        pipes.start(lambda: None)
        read.append((folder / "train_0").read_bytes())
        pipes.finish()
        assert list(folder.iterdir()) == []
    assert read == [b"1", b"2", b""]


def test_much_data_takes_little_memory_and_arrives_unchanged(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    block = random.Random(1).randbytes(1 << 20)
    with (data / "big").open("wb") as stream:
        for _ in range(256):
            stream.write(block)
    script = """
import hashlib
found = hashlib.sha256()
with open(ML / "input/data/train_0", "rb") as stream:
    while block := stream.read(1 << 16):
        found.update(block)
print(found.hexdigest())
"""
    bench = piped_bench(tmp_path, script, piped(data.as_uri()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bench.job.run()
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    expected = hashlib.sha256()
    for _ in range(256):
        expected.update(block)
    assert bench.observer.texts == [expected.hexdigest()]
    assert grown_kib < 64 * 1024


def test_pipes_of_a_job_whose_owner_died_go_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "ml"
    for data in (root / "input" / "data", root / "algo-2" / "input" / "data", tmp_path / "else" / "data"):
        data.mkdir(parents=True)
        os.mkfifo(data / "train_0")
    (root / "input/data/train_1").write_text("a file")
    (root / "input/data/link").symlink_to("train_0")
    (root / "algo-1").mkdir()
    (root / "algo-1" / "input").symlink_to(tmp_path / "else")
    remove_pipes(root)
    assert sorted(path.name for path in (root / "input/data").iterdir()) == ["link", "train_1"]
    assert list((root / "algo-2/input/data").iterdir()) == []
    assert (tmp_path / "else/data/train_0").is_fifo()
    remove_pipes(tmp_path / "never")
