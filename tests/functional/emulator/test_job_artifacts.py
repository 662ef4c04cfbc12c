"""What jobs leave: packed or file by file, from one host or several."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.functional.emulator.workbench import make_bench, make_request, members, own_name
from tests.in_memory_s3 import InMemoryStore

from skylift.emulator.artifacts import upload
from skylift.emulator.here import HereStorage
from skylift.emulator.pack import files_of, gather
from skylift.emulator.place import JobPlace
from skylift.emulator.remote import S3Storage
from skylift.errors import AwsError
from skylift.values.references import S3Url

LEAVE = """
model = ML / "model"
(model / "steps/9").mkdir(parents=True)
(model / "steps/9/w").write_text("nine")
(model / "last").symlink_to("steps/9")
(model / "best").symlink_to("steps/9/w")
(model / "out").symlink_to("/etc")
(model / "empty").mkdir()
os.mkfifo(model / "fifo")
(model / "it's ü\\n").write_text("odd")
(ML / "output/data/report").write_text("fine")
"""


def unpacked(**more: Any) -> dict[str, Any]:
    output = {"S3OutputPath": "s3://bucket/out/", "CompressionType": "NONE"}
    return make_request(OutputDataConfig=output, **own_name(), **more)


def test_files_land_as_objects_under_a_prefix(tmp_path: Path) -> None:
    store, request = InMemoryStore(), unpacked()
    bench = make_bench(tmp_path, LEAVE, request=request, storage=S3Storage(store))
    bench.job.run()
    prefix = f"s3://bucket/out/{request['TrainingJobName']}/output/"
    assert bench.description["ModelArtifacts"] == {"S3ModelArtifacts": f"{prefix}model/"}
    assert store.objects == {
        f"{prefix}model/steps/9/w": b"nine",
        f"{prefix}model/last/w": b"nine",
        f"{prefix}model/best": b"nine",
        f"{prefix}model/it's ü\n": b"odd",
        f"{prefix}data/report": b"fine",
    }
    assert bench.job.warnings == ("left out of the model, as they lead out of it or are no files: fifo, out",)


def test_files_land_in_a_folder_here(weird_tmp_path: Path) -> None:
    bench = make_bench(weird_tmp_path, LEAVE, request=unpacked())
    bench.job.run()
    model = bench.artifacts / "model"
    assert bench.description["ModelArtifacts"] == {"S3ModelArtifacts": f"{model.as_uri()}/"}
    found = {path.relative_to(model).as_posix() for path in model.rglob("*")}
    assert found == {"steps", "steps/9", "steps/9/w", "last", "best", "empty", "it's ü\n"}
    assert (model / "last" / "w").read_text() == "nine"
    assert not (model / "best").is_symlink()
    assert (bench.artifacts / "data" / "report").read_text() == "fine"
    assert sorted(path.name for path in bench.artifacts.iterdir()) == ["data", "model"]


def test_a_model_with_nothing_in_it_is_no_object_or_an_empty_folder(tmp_path: Path) -> None:
    store = InMemoryStore()
    make_bench(tmp_path / "s3", request=unpacked(), storage=S3Storage(store)).job.run()
    assert store.objects == {}
    bench = make_bench(tmp_path / "here", request=unpacked())
    bench.job.run()
    assert [path.name for path in bench.artifacts.iterdir()] == ["model"]


def test_a_name_that_is_no_text_is_left_out_where_it_can_not_be_stored(tmp_path: Path) -> None:
    script = "(ML / 'model/good').touch(); open(os.fsencode(ML / 'model') + b'/\\xff', 'wb').close()"
    store = InMemoryStore()
    bench = make_bench(tmp_path / "s3", script, request=unpacked(), storage=S3Storage(store))
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed"
    assert [name.rpartition("/")[2] for name in store.objects] == ["good"]
    assert bench.job.warnings == ("left out of the model, as no object can have their name: \udcff",)
    bench = make_bench(tmp_path / "here", script, request=unpacked())
    bench.job.run()
    assert bench.job.warnings == ()
    assert len(list((bench.artifacts / "model").iterdir())) == 2


def test_many_files_go_up_side_by_side_but_not_all_at_once(tmp_path: Path) -> None:
    class Counting(InMemoryStore):
        now, most = 0, 0
        several = threading.Event()
        turn = threading.Lock()

        def upload(self, path: Path, url: S3Url, *, sha256: str = "") -> None:
            with self.turn:
                self.now += 1
                self.most = max(self.most, self.now)
                if self.now > 1:
                    self.several.set()
            # Nobody goes on before there is a second one: one after the other would wait for it forever.
            assert self.several.wait(60)
            super().upload(path, url)
            with self.turn:
                self.now -= 1

    store, place = Counting(), JobPlace(tmp_path / "ml")
    (place.root / "model").mkdir(parents=True)
    for number in range(200):
        (place.root / "model" / str(number)).touch()
    upload(unpacked(), S3Storage(store), [place])
    assert len(store.objects) == 200
    assert 1 < store.most <= 8


@pytest.mark.parametrize(("temporary", "said"), [(False, "ClientError"), (True, "InternalServerError")])
def test_an_upload_that_fails_ends_the_rest_and_the_job(
    tmp_path: Path, *, temporary: bool, said: str
) -> None:
    class Away(InMemoryStore):
        tried = 0

        def upload(self, path: Path, url: S3Url, *, sha256: str = "") -> None:
            self.tried += 1
            raise AwsError("no", service="s3", operation="PutObject", temporary=temporary)

    store = Away()
    script = "for number in range(500): (ML / f'model/{number}').touch()"
    bench = make_bench(tmp_path, script, request=unpacked(), storage=S3Storage(store))
    if temporary:
        with pytest.raises(AwsError):
            bench.job.run()
    else:
        bench.job.run()
    assert bench.description["FailureReason"].startswith(said)
    assert store.tried < 500


def trees(folder: Path, *hosts: Mapping[str, str | None]) -> list[JobPlace]:
    """A place for each host, whose model has these files; None is an empty folder."""
    places = [JobPlace(folder / f"algo-{number}") for number in range(1, len(hosts) + 1)]
    for place, files in zip(places, hosts, strict=True):
        (place.root / "output" / "data").mkdir(parents=True)
        (place.root / "model").mkdir()
        for name, content in files.items():
            path = place.root / "model" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir() if content is None else path.write_text(content)
    return places


def merged(tmp_path: Path, *hosts: Mapping[str, str | None]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    places = trees(tmp_path / "trees", *hosts)
    warnings = upload(make_request(), HereStorage(tmp_path / "artifacts"), places)
    return members((tmp_path / "artifacts/model.tar.gz").read_bytes()), warnings


def test_what_several_hosts_leave_lies_together(tmp_path: Path) -> None:
    found, warnings = merged(tmp_path, {"a": "1", "sub/x": "1"}, {"b": "2", "sub/y": "2"}, {})
    assert found == {"a": b"1", "b": b"2", "sub/x": b"1", "sub/y": b"2"}
    assert list(found) == sorted(found)
    assert warnings == ()


@pytest.mark.parametrize(
    ("first", "second", "found", "named"),
    [
        ({"a": "1"}, {"a": "2"}, {"a": b"2"}, "a"),
        ({"a/b/c": "1", "z": "1"}, {"a": "2"}, {"a": b"2", "z": b"1"}, "a"),
        ({"a": "1"}, {"a/b/c": "2"}, {"a/b/c": b"2"}, "a"),
        ({"a-b": "1", "a/x": "1"}, {"a": "2"}, {"a-b": b"1", "a": b"2"}, "a"),
    ],
    ids=["file-file", "folder-file", "file-folder", "only-alike"],
)
def test_of_a_name_that_two_hosts_have_the_later_one_stays_and_is_told(
    tmp_path: Path,
    first: Mapping[str, str],
    second: Mapping[str, str],
    found: Mapping[str, bytes],
    named: str,
) -> None:
    merged_files, warnings = merged(tmp_path, first, second)
    assert merged_files == found
    assert warnings == (f"in model.tar.gz the later host's file replaces that of an earlier one: {named}",)


def test_merging_gives_the_same_bytes_again(tmp_path: Path) -> None:
    places = trees(tmp_path, {"b": "1", "d/x": "1", "e": None}, {"a": "2", "d/x": "2"})
    for place in places:
        for path in place.root.rglob("*"):
            os.utime(path, (1, 1))
    for number in "12":
        upload(make_request(), HereStorage(tmp_path / number), places)
    assert (tmp_path / "1/model.tar.gz").read_bytes() == (tmp_path / "2/model.tar.gz").read_bytes()


def test_output_of_any_host_is_kept(tmp_path: Path) -> None:
    places = trees(tmp_path, {}, {})
    (places[1].root / "output/data/log").write_text("2")
    upload(make_request(), HereStorage(tmp_path / "artifacts"), places)
    assert members((tmp_path / "artifacts/output.tar.gz").read_bytes()) == {"log": b"2"}


def test_links_to_folders_that_lead_in_circles_end(tmp_path: Path) -> None:
    model = tmp_path / "model"
    for name, other in (("a", "b"), ("b", "a")):
        (model / name).mkdir(parents=True)
        (model / name / "w").write_text(name)
        (model / name / "l").symlink_to(f"../{other}")
    (model / "all").symlink_to(".")
    assert sorted(files_of(gather([(model, model)]).members)) == [
        *("a/l/w", "a/w", "all/a/w", "all/b/w", "b/l/w", "b/w")
    ]
