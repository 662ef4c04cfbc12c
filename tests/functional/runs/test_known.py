"""What is kept of runs beside their records: once, for nobody else's eyes, and for as long as a run refers to it."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from skylift.errors import NotReady
from skylift.runs.known import Known, collect, known_of, unreferenced
from skylift.runs.store import RunStore
from skylift.values.known import KnownFile

A, B, C, D, E = (letter * 64 for letter in "abcde")
FILES = (
    KnownFile("träin.py", A, 3, executable=True),
    KnownFile("a link", link="../x"),
    KnownFile("rows/1", size=7, modified_ns=5),
)
LOCK = '[[packages]]\nname = "numpy"\nversion = "2.0"\n[[packages]]\nname = "odd"\n'
HOUR_AGO = time.time() - 2 * 3600


@pytest.fixture
def store(weird_tmp_path: Path) -> RunStore:
    return RunStore(weird_tmp_path)


@pytest.fixture
def known(store: RunStore) -> Known:
    return known_of(store)


def keep_everything(known: Known) -> str:
    content = b"print('secret')\n"
    digest = hashlib.sha256(content).hexdigest()
    known.keep_file(content)
    known.keep_code(A, [KnownFile("train.py", digest, len(content))])
    known.keep_lock(B, LOCK)
    known.keep_packages(C, {"numpy": "2.0"})
    known.keep_data(D, FILES)
    return digest


def age(known: Known) -> None:
    for path in known.folder.glob("*/*"):
        os.utime(path, (HOUR_AGO, HOUR_AGO))


def intent(**ours: object) -> dict[str, object]:
    return {"schema": 1, "ours": ours}


def test_it_comes_back_as_it_was(known: Known) -> None:
    digest = keep_everything(known)
    known.keep_code(E, FILES)
    assert known.code(E) == {file.path: file for file in FILES}
    assert known.data(D) == {file.path: file for file in FILES}
    assert known.lock(B) == {"numpy": "2.0", "odd": "-"}
    assert known.packages(C) == {"numpy": "2.0"}
    assert known.file(digest) == b"print('secret')\n"


def test_nobody_else_may_read_it(known: Known) -> None:
    keep_everything(known)
    folders = [known.folder, *known.folder.glob("*")]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in known.folder.glob("*/*")} == {0o600}


def test_what_is_there_is_not_written_again(known: Known) -> None:
    keep_everything(known)
    age(known)
    before = {path: path.stat().st_ino for path in known.folder.glob("*/*")}
    keep_everything(known)
    assert {path: path.stat().st_ino for path in known.folder.glob("*/*")} == before
    assert not unreferenced_names(known, older_s=60), (
        "it is wanted again, by a run that is only just beginning"
    )


def unreferenced_names(known: Known, older_s: float) -> list[str]:
    store = RunStore(known.folder.parents[1])
    return [path.name for path in unreferenced(store, older_s=older_s)]


@pytest.mark.parametrize("odd", ["../../../etc/passwd", "", None, 7, ["a"], "A" * 64, "a" * 63 + "/"])
def test_a_record_from_elsewhere_names_no_path(known: Known, odd: object) -> None:
    keep_everything(known)
    assert known.code(odd) is None
    assert known.lock(odd) is None
    assert known.file(odd) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"files": [[1]]}', b"\x1f\x8b\x08\0", b"\xff" * 9])
def test_what_is_damaged_was_not_kept(known: Known, damage: bytes) -> None:
    digest = keep_everything(known)
    for path in known.folder.glob("*/*"):
        path.write_bytes(damage)
    assert known.code(A) is None
    assert known.data(D) is None
    assert not known.lock(B)
    assert known.packages(C) in (None, {"files": "[[1]]"})
    assert known.file(digest) is None


def test_what_a_run_refers_to_stays_and_all_else_goes(store: RunStore, known: Known) -> None:
    digest = keep_everything(known)
    known.keep_code(E, FILES)
    known.keep_lock(E, LOCK)
    known.keep_file(b"of nobody")
    (known.folder / "code" / ".x.tmp").write_bytes(b"half")
    age(known)
    facts = {
        "revision": {"code": A},
        "lock": B,
        "interpreter": {"freeze": C},
        "channels": {"train": {"version": D}},
    }
    store.create("a-260101000000-aaaa", intent(**facts))
    nobodys = {
        *(f"{E}.json", f"{E}.toml", ".x.tmp"),
        hashlib.sha256(b"of nobody").hexdigest(),
    }
    assert {path.name for path in unreferenced(store)} == nobodys
    assert collect(store) > 0
    assert known.code(E) is None
    assert known.file(digest) is not None
    assert known.data(D) is not None
    assert collect(store) == 0


def test_what_is_young_may_belong_to_a_run_that_begins(store: RunStore, known: Known) -> None:
    keep_everything(known)
    assert unreferenced(store) == []
    assert len(unreferenced(store, older_s=0)) == 5


def test_nothing_goes_while_an_intent_can_not_be_read(store: RunStore, known: Known) -> None:
    keep_everything(known)
    age(known)
    store.create("a-260101000000-aaaa", {}).intent.write_text("{")
    with pytest.raises(NotReady):
        collect(store)
    assert known.code(A) is not None


def test_a_hundred_thousand_files_of_data_are_kept_small(known: Known) -> None:
    files = [KnownFile(f"images/class-{at % 100}/{at:06}.jpg", f"{at:064x}", at) for at in range(100_000)]
    known.keep_data(D, files)
    (path,) = known.folder.glob("data/*")
    assert path.stat().st_size < 8_000_000
    assert len(known.data(D) or ()) == 100_000
