"""Channels that are not simply a folder: shares of one, listed files, prefixes, and views that are only read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.functional.emulator.workbench import make_bench, make_channel, make_request, own_name
from tests.in_memory_s3 import InMemoryStore

from skylift.emulator.here import HereStorage
from skylift.emulator.job_fault import JobFault
from skylift.emulator.remote import S3Storage
from skylift.emulator.storage import SOLE, Mount, Share, Storage

NAMES = ["B", "a b", "a-b/c", 'a/it\'s "é"\n', "a/x/deep", "é"]
"""In the order of their bytes."""


def channel(uri: str, *, kind: str = "S3Prefix", mode: str = "File", sharded: bool = False) -> dict[str, Any]:
    made = make_channel("train", uri, kind)
    if sharded:
        made["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    return {**made, "InputMode": mode}


def data_at(folder: Path) -> Path:
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def on_s3(prefix: str, *names: str) -> dict[str, bytes]:
    return {f"s3://b/{prefix}{name}": name.encode() for name in names}


def seen(into: Path, mount: Mount | None) -> dict[str, str]:
    """What a job finds, when an executor has done with the mount what it does."""
    if mount is not None:
        mount.at.parent.mkdir(parents=True, exist_ok=True)
        if mount.at.is_dir():
            mount.at.rmdir()
        mount.at.symlink_to(mount.source)
    return {path.relative_to(into).as_posix(): path.read_text() for path in into.rglob("*") if path.is_file()}


def into(folder: Path, host: int = 0) -> Path:
    path = folder / f"host-{host}" / "ml" / "input" / "data" / "train"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("place", ["here", "s3"])
@pytest.mark.parametrize("mode", ["File", "FastFile"])
@pytest.mark.parametrize("hosts", [1, 2, 7])
def test_each_host_gets_its_share_of_the_files(
    weird_tmp_path: Path, place: str, mode: str, hosts: int
) -> None:
    data = data_at(weird_tmp_path / "data")
    storage: Storage = HereStorage(weird_tmp_path / "artifacts")
    said = channel(data.as_uri(), mode=mode, sharded=True)
    if place == "s3":
        storage = S3Storage(InMemoryStore(on_s3("t/", *NAMES)))
        said = channel("s3://b/t/", mode=mode, sharded=True)
    for host in range(hosts):
        at = into(weird_tmp_path, host)
        mount = storage.materialize(said, at, Share(host, hosts))
        assert seen(at, mount) == {name: name for name in NAMES[host::hosts]}
        assert at.is_dir()
        assert mount is None or mount.read_only == (mode == "FastFile")
        assert storage.changes([mount] if mount else []) == ()


def test_a_share_copies_nothing_and_is_told_when_it_changed(tmp_path: Path) -> None:
    data, storage = data_at(tmp_path / "data"), HereStorage(tmp_path / "artifacts")
    mount = storage.materialize(channel(data.as_uri(), sharded=True), into(tmp_path), Share(0, 2))
    assert mount is not None
    assert mount.source == data
    assert not mount.writable
    (data / "a b").write_text("the other host's")
    assert storage.changes([mount]) == ()
    (data / "B").write_text("ours")
    (warning,) = storage.changes([mount])
    assert warning.endswith("changed B")


def test_links_of_a_share_hold_wherever_the_tree_is(tmp_path: Path) -> None:
    data, at = data_at(tmp_path / "data"), into(tmp_path)
    mount = HereStorage(tmp_path).materialize(channel(data.as_uri(), sharded=True), at, Share(1, 3))
    seen(at, mount)
    (tmp_path / "host-0").rename(tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere/ml/input/data/train/a/x/deep").read_text() == "a/x/deep"


def test_links_in_the_users_folder_are_files_of_it_and_circles_end(tmp_path: Path) -> None:
    data = data_at(tmp_path / "data")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "more").write_text("more")
    (data / "a" / "up").symlink_to("..")
    (data / "linked").symlink_to(tmp_path / "outside")
    (data / "nothing").symlink_to("gone")
    os.mkfifo(data / "fifo")
    found = HereStorage(tmp_path).objects(channel(data.as_uri()))
    assert [one.path for one in found] == sorted([*NAMES, "linked/more"], key=os.fsencode)


def test_a_local_manifest_lists_files_of_one_place(weird_tmp_path: Path) -> None:
    data = data_at(weird_tmp_path / "data")
    prefix = data.as_uri() + "/a"
    (weird_tmp_path / "m.manifest").write_text(json.dumps([{"prefix": prefix}, *["/x/deep", " b", "-b/c"]]))
    said = channel((weird_tmp_path / "m.manifest").as_uri(), kind="ManifestFile")
    storage, at = HereStorage(weird_tmp_path), into(weird_tmp_path)
    mount = storage.materialize(said, at, SOLE)
    assert seen(at, mount) == {"x/deep": "a/x/deep", " b": "a b", "-b/c": "a-b/c"}
    said["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    at = into(weird_tmp_path, 1)
    assert list(seen(at, storage.materialize(said, at, Share(1, 2)))) == ["-b/c"]


def test_a_manifest_shows_no_more_of_this_machine_than_it_lists(tmp_path: Path) -> None:
    data = data_at(tmp_path / "data")
    manifest = tmp_path / "m.json"
    manifest.write_text(json.dumps([{"prefix": "file:///"}, f"{str(data)[1:]}/a/x/deep"]))
    said = channel(manifest.as_uri(), kind="ManifestFile")
    mount = HereStorage(tmp_path).materialize(said, into(tmp_path), SOLE)
    assert mount is not None
    assert mount.source == data / "a/x"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[{"prefix": "DATA/"}, "gone"]', "no such file, though the manifest lists it"),
        ('[{"prefix": "DATA/"}, "a"]', "no such file"),
        ('[{"prefix": "DATA/"}, "a/../../secret"]', "no path of a file"),
        ('[{"prefix": "s3://b/"}, "a"]', "not a folder of this machine"),
        ("{}", "not a manifest"),
    ],
)
def test_a_local_manifest_that_is_wrong_fails_the_job(tmp_path: Path, content: str, said: str) -> None:
    data = data_at(tmp_path / "data")
    (tmp_path / "secret").touch()
    (tmp_path / "m.json").write_text(content.replace("DATA", data.as_uri()))
    said_channel = channel((tmp_path / "m.json").as_uri(), kind="ManifestFile")
    with pytest.raises(JobFault, match=f"^ClientError: Data download failed: .*{said}"):
        HereStorage(tmp_path).materialize(said_channel, into(tmp_path), SOLE)


def test_a_prefix_that_is_a_part_of_a_name_is_no_folder_for_fastfile(tmp_path: Path) -> None:
    storage = S3Storage(InMemoryStore(on_s3("train", "/a", "2/b", ".csv")))
    for uri in ("s3://b/train", "s3://b/tra"):
        with pytest.raises(JobFault, match="FastFile mode takes whole folders only"):
            storage.materialize(channel(uri, mode="FastFile"), into(tmp_path, len(uri)), SOLE)
    for host, uri in enumerate(("s3://b/train/", "s3://b/train2", "s3://b/train.csv")):
        at = into(tmp_path, host)
        mount = storage.materialize(channel(uri, mode="FastFile"), at, SOLE)
        assert list(seen(at, mount)) == [["a"], ["b"], ["train.csv"]][host]


def test_what_fastfile_shows_is_outside_of_the_tree_and_fresh_each_time(tmp_path: Path) -> None:
    store, at = InMemoryStore(on_s3("t/", "a", "b")), into(tmp_path)
    storage = S3Storage(store)
    first = storage.materialize(channel("s3://b/t/", mode="FastFile"), at, SOLE)
    assert first is not None
    assert not first.source.is_relative_to(at.parents[2])
    del store.objects["s3://b/t/a"]
    second = storage.materialize(channel("s3://b/t/", mode="FastFile"), at, SOLE)
    assert second is not None
    assert [path.name for path in second.source.iterdir()] == ["b"]


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        (on_s3("t/", "a", "a/b"), "a key is both a file and a folder: 'a' and 'a/b'"),
        (on_s3("t/", "a//b", "a/b"), "two keys would be the same file"),
        ({"s3://b/t/a/": b"content"}, "no path of a file: 'a/'"),
    ],
)
def test_keys_that_a_folder_can_not_hold_fail_before_anything_is_downloaded(
    tmp_path: Path, objects: dict[str, bytes], said: str
) -> None:
    at = into(tmp_path)
    with pytest.raises(JobFault, match=said):
        S3Storage(InMemoryStore(objects)).materialize(channel("s3://b/t/"), at, SOLE)
    assert not at.exists()


def test_folders_that_a_console_made_are_no_files(tmp_path: Path) -> None:
    objects = {"s3://b/t/": b"", "s3://b/t/sub/": b"", "s3://b/t/sub/a": b"1"}
    found = S3Storage(InMemoryStore(objects)).objects(channel("s3://b/t/"))
    assert [(one.path, one.size) for one in found] == [("sub/a", 1)]
    with pytest.raises(JobFault, match="no S3 objects found"):
        S3Storage(InMemoryStore({"s3://b/t/": b""})).objects(channel("s3://b/t/"))


def test_a_job_sees_a_fastfile_channel_as_a_folder(tmp_path: Path) -> None:
    data = data_at(tmp_path / "data")
    said = {**channel(data.as_uri()), "InputMode": None}
    request = make_request(
        InputDataConfig=[said], AlgorithmSpecification={"TrainingInputMode": "FastFile"}, **own_name()
    )
    script = """
    print(len([path for path in (ML / "input/data/train").rglob("*") if path.is_file()]))
    print(json.loads((ML / "input/config/inputdataconfig.json").read_text())["train"]["TrainingInputMode"])
    """
    bench = make_bench(tmp_path, script, request=request)
    bench.job.run()
    assert bench.observer.texts == [str(len(NAMES)), "FastFile"]
