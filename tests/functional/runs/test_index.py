"""The index of a project's runs on a real disk: as fast as it may be, it is never believed over the records."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest
from tests.unit.runs.records import record

from skylift.flow.listing import Question, Shelf, list_runs, store_at
from skylift.host.clock import SystemClock
from skylift.host.files import write_json
from skylift.runs.index import read
from skylift.runs.store import RunStore
from skylift.values.progress import Progress
from skylift.values.record import Record

NAMES = [f"a-26010100000{n}-aaa{n}" for n in range(5)]


@pytest.fixture
def store(weird_tmp_path: Path) -> RunStore:
    found = RunStore(weird_tmp_path)
    for number, name in enumerate(NAMES):
        found.create(name, {"schema": 1})
        top = {"CreationTime": f"2026-01-01T00:00:0{number}.000Z"}
        found.save(record(name, top=top, arguments={"n": number, "password": "hush"}))
    return found


class Watched:
    """A shelf, and what it had to say."""

    def __init__(self, store: RunStore) -> None:
        self.said: list[Progress] = []
        self.shelf = Shelf(store, SystemClock(), {}, self.said.append)

    def names(self, where: str = "", sort: str = "", limit: int = 0) -> list[str]:
        return [one.name[-1] for one in self.shelf.ask(Question(where, sort, limit=limit)).records]


def names(store: RunStore, where: str = "", sort: str = "", limit: int = 0) -> list[str]:
    return Watched(store).names(where, sort, limit)


def rows(store: RunStore) -> list[str]:
    return sorted(name[-1] for name in read(store.index)[0])


def test_an_index_gives_the_same_answers_as_the_records(store: RunStore) -> None:
    for _ in range(2):
        assert names(store) == ["4", "3", "2", "1", "0"]
        assert names(store, "param:n > 2 or param:n = 0", "param:n") == ["0", "3", "4"]
        assert names(store, limit=2) == ["4", "3"]
    assert rows(store) == ["0", "1", "2", "3", "4"]


def test_a_list_reads_no_record_that_the_index_has(store: RunStore) -> None:
    names(store)
    for name in NAMES:
        path = store.folder(name).record
        stamp = path.stat()
        path.write_bytes(b"?" * stamp.st_size)
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert names(store) == ["4", "3", "2", "1", "0"]


def test_a_record_that_was_changed_by_hand_is_read_again(store: RunStore) -> None:
    names(store)
    write_json(store.folder(NAMES[1]).record, record(NAMES[1], arguments={"n": 70}).data)
    assert names(store, "param:n = 70") == ["1"]
    assert names(store, "param:n = 1") == []
    assert names(store, "param:n = 70") == ["1"]


def test_of_a_run_that_is_removed_nothing_stays(store: RunStore) -> None:
    names(store)
    folder = store.folder(NAMES[2])
    for path in folder.path.iterdir():
        path.unlink()
    folder.path.rmdir()
    assert names(store) == ["4", "3", "1", "0"]
    assert NAMES[2] not in store.index.read_text()


def test_a_new_run_is_written_behind_the_others(store: RunStore) -> None:
    names(store)
    before = store.index.read_bytes()
    store.create("a-260102000000-aaa9", {})
    store.save(record("a-260102000000-aaa9"))
    assert names(store, limit=1) == ["9"]
    assert store.index.read_bytes().startswith(before)
    assert rows(store) == ["0", "1", "2", "3", "4", "9"]


def test_what_a_newer_client_wrote_into_a_row_is_kept(store: RunStore) -> None:
    from skylift.runs.index import row, write

    names(store)
    old = read(store.index)[0]
    write(
        store.index, [row(n, one.stamp, {**(one.data() or {}), "FromTheFuture": 1}) for n, one in old.items()]
    )
    store.create("a-260102000000-aaa9", {})
    store.save(record("a-260102000000-aaa9"))
    names(store)
    assert store.index.read_text().count("FromTheFuture") == 5


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: os.urandom(3000),
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"aaa3", b"aaa7"),
        lambda data: data.replace(b'"n":3', b'"n":5'),
        lambda data: b"\xff\xfe\n\t\t\t\t\n" + data + data[:50],
        lambda data: data.replace(b"\n", b""),
    ],
)
def test_a_damaged_index_is_made_again(store: RunStore, damage: Callable[[bytes], bytes]) -> None:
    names(store)
    whole = store.index.read_bytes()
    store.index.write_bytes(damage(whole))
    assert names(store, "param:n >= 0", "param:n") == ["0", "1", "2", "3", "4"]
    assert sorted(store.index.read_bytes().splitlines()) == sorted(whole.splitlines())


def test_no_secret_is_in_it(store: RunStore) -> None:
    names(store)
    assert "hush" not in store.index.read_text()
    # And an answer does not depend on whether there is one.
    assert names(store, "param:password = hush") == []


def test_a_list_does_without_an_index_where_none_can_be(store: RunStore) -> None:
    store.index.mkdir()
    assert names(store) == ["4", "3", "2", "1", "0"]


def test_a_run_that_goes_on_is_looked_at_each_time(store: RunStore) -> None:
    name = "a-260103000000-aaa8"
    store.create(name, {"executor": "service"})
    running = {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Training"}
    store.save(record(name, top=running))
    assert names(store, "status = running") == ["8"]
    assert rows(store) == ["0", "1", "2", "3", "4"]
    store.save(record(name))
    assert names(store, "status = running") == []
    assert names(store, "status = completed", limit=1) == ["8"]
    assert "8" in rows(store)


def test_a_run_whose_owner_is_dead_is_given_its_end(store: RunStore) -> None:
    name, gone = "a-260103000000-aaa8", {"pid": 2**22 + 1, "started": "1", "boot": "x"}
    store.create(name, {"executor": "process", "owner": gone, "created": "2026-01-03T00:00:00.000Z"})
    assert names(store, "status = failed and reason ~ 'without a word'") == ["8"]


def test_what_is_no_run_is_in_no_list(store: RunStore) -> None:
    runs = store.folder(NAMES[0]).path.parent
    store.create("a-260109000000-bbbb", {"executor": "service"})
    (runs / ".trash-a").mkdir()
    (runs / "never-begun").mkdir()
    (runs / "a file").write_text("")
    assert names(store) == ["4", "3", "2", "1", "0"]


def test_one_damaged_record_hides_no_other_and_is_told(store: RunStore) -> None:
    store.folder(NAMES[3]).record.write_text("{")
    watched = Watched(store)
    assert watched.names() == ["4", "2", "1", "0"]
    assert [one.step for one in watched.said] == ["warning"]
    assert "record.json is damaged" in watched.said[0].what


def test_records_of_strange_shape_are_listed(store: RunStore) -> None:
    write_json(
        store.folder(NAMES[0]).record, {"TrainingJobStatus": "Completed", "CreationTime": 3, "Skylift": []}
    )
    write_json(
        store.folder(NAMES[1]).record,
        {
            "TrainingJobName": NAMES[1],
            "TrainingJobStatus": "Completed",
            "CreationTime": "a\tb\nc",
            "Skylift": {
                "arguments": [1],
                "metrics": "none",
                "revision": 3,
                "channels": [],
                "given": {"x": [1]},
                "raw": 3,
            },
        },
    )
    for _ in range(2):
        found = Watched(store).shelf.ask(Question("not param:nowhere = 99"))
        assert len(found.records) == 5
        found.listing()
        found.wide()
        found.groups("param:n,job")


def test_whole_records_come_back_in_the_order_that_was_asked_for(store: RunStore) -> None:
    found = list_runs(store, SystemClock(), {}, where="param:n < 3", sort="-param:n", limit=2)
    assert [one.at("Skylift.arguments.n") for one in found] == [2, 1]
    assert found[0].at("Skylift.schema") == 1


def test_two_lists_at_once_harm_nobody(store: RunStore) -> None:
    found: list[list[str]] = []

    def often() -> None:
        for _ in range(10):
            store.index.unlink(missing_ok=True)
            found.append(names(store, "param:n >= 0"))

    threads = [threading.Thread(target=often) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["4", "3", "2", "1", "0"]] * 30
    assert rows(store) == ["0", "1", "2", "3", "4"]
    assert [path.name for path in store.index.parent.iterdir() if path.suffix == ".tmp"] == []


KILLED = """
import os, signal, sys
from pathlib import Path
from skylift.runs import index
from skylift.runs.index import Stamp, row
rows = [row(f"b-{n}", Stamp(n, n), {"TrainingJobName": f"b-{n}", "x": "y" * 2000}) for n in range(2000)]
sent = []
def killed():
    for one in rows:
        sent.append(one)
        if len(sent) == 1500:
            os.kill(os.getpid(), signal.SIGKILL)
        yield one
index.write(Path(sys.argv[1]), killed())
"""


def test_whoever_is_killed_while_writing_it_leaves_the_old_one(store: RunStore) -> None:
    names(store)
    before = store.index.read_bytes()
    done = subprocess.run([sys.executable, "-c", KILLED, str(store.index)], check=False, timeout=60)
    assert done.returncode == -9
    assert store.index.read_bytes() == before
    assert names(store) == ["4", "3", "2", "1", "0"]


def test_half_a_row_at_the_end_harms_no_row_behind_it(store: RunStore) -> None:
    names(store)
    whole = store.index.read_bytes()
    store.index.write_bytes(whole + whole[:30])
    from skylift.runs.index import Stamp, add, row

    add(store.index, [row("new", Stamp(1, 1), {"TrainingJobName": "new"})])
    assert "new" in read(store.index)[0]
    assert names(store) == ["4", "3", "2", "1", "0"]


def test_the_store_is_found_from_below(store: RunStore, weird_tmp_path: Path) -> None:
    (weird_tmp_path / "skylift.toml").write_text("broken = \n")
    (weird_tmp_path / "src").mkdir()
    found = store_at(weird_tmp_path / "src")
    assert found is not None
    assert names(found) == ["4", "3", "2", "1", "0"]


def test_now_is_the_clock(store: RunStore) -> None:
    class Later(SystemClock):
        def now(self) -> datetime:
            return datetime(2026, 1, 1, 0, 0, 5, tzinfo=timezone.utc)

    found = Shelf(store, Later(), {}).ask(Question("age <= 2s"))
    assert [one.name for one in found.records] == [NAMES[4], NAMES[3]]


def test_the_index_holds_what_lists_need_of_a_record(store: RunStore) -> None:
    whole = {
        **record(NAMES[0]).data,
        "HyperParameters": {"a": "1"},
        "OutputDataConfig": {"S3OutputPath": "x"},
    }
    write_json(store.folder(NAMES[0]).record, whole)
    names(store)
    body = json.loads(next(one.body for one in read(store.index)[0].values() if one.name == NAMES[0]))
    assert not {"HyperParameters", "OutputDataConfig"} & set(body)
    assert Record(body).at("Skylift.job") == "train"
