"""``compare``: everything that lies between runs of one project, and a gate."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from tests.functional.flow.compared import Compared, project_in

from skylift.errors import UsageError
from skylift.flow.comparing import CompareOptions
from skylift.flow.project import Project

LOCK = 'lock-version = "1.0"\ncreated-by = "test"\n'
PACKAGE = '[[packages]]\nname = "{}"\nversion = "{}"\n[[packages.wheels]]\nurl = "https://{}files.example/{}-1-py3-none-any.whl"\nhashes = {{ sha256 = "{}" }}\n'


@pytest.fixture
def project(weird_tmp_path: Path) -> Compared:
    return project_in(weird_tmp_path)


def compared(project: Compared, *arguments: str, patches: bool = False, baseline: str = "") -> dict[str, Any]:
    """What the terminal would print as JSON."""
    asked = CompareOptions(arguments, baseline, patches=patches)
    found = Project.of_runs(project.root).compare(options=asked)
    told: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(found)))
    return told


def lock(*packages: tuple[str, str], user: str = "") -> str:
    return LOCK + "".join(PACKAGE.format(name, at, user, name, at.replace(".", "0")) for name, at in packages)


def test_everything_that_lies_between_two_runs(project: Compared) -> None:
    project.write("pylock.skylift.toml", lock(("numpy", "1.26"), ("gone", "1"), user="me:hunter2@"))
    first = project.run("lr=0.5")
    project.write("part.py", 'WORD = "second"\nMORE = 1\n')
    project.commit("a second\x1b[31m subject")
    project.write("data/train/b.csv", "22\n")
    project.write("new.py", "x = 1\n")
    project.write("pylock.skylift.toml", lock(("numpy", "2.0"), ("new", "1")))
    second = project.run("lr=0.25")
    found = compared(project, first.name, second.name, patches=True)
    (between,) = found["between"]
    assert [(f["kind"], f["path"], f["added"], f["removed"]) for f in between["files"]] == [
        ("added", "new.py", 1, 0),
        ("changed", "part.py", 2, 1),
    ]
    assert '-WORD = "first"\n+WORD = "second"\n+MORE = 1\n' in between["files"][1]["patch"]
    assert between["commits"]["added_count"] == 1
    assert [(p["name"], p["before"], p["after"]) for p in between["lock"]] == [
        ("gone", "1", ""),
        ("new", "", "1"),
        ("numpy", "1.26", "2.0"),
    ]
    (data,) = between["data"]
    assert [f["path"] for f in data["files"]] == ["b.csv"]
    assert (data["bytes_before"], data["bytes_after"]) == (2, 5)
    assert found["curves"]["loss"][first.name] == [[1.0, 0.5], [2.0, 0.25]]
    text = project.skylift("compare", "--code").stdout
    for words in (
        "second\\x1b[31m subject",
        "numpy 1.26 → 2.0",
        "+MORE = 1",
        "1 added; 2 B → 5 B",
        "A new.py  +1 -0",
    ):
        assert words in text
    assert "\x1b" not in text
    kept = [path.read_bytes() for path in (project.root / ".skylift" / "known").rglob("*") if path.is_file()]
    assert not any(b"hunter2" in content for content in kept)


def test_commits_of_two_sides_and_of_a_history_that_is_gone(project: Compared) -> None:
    first = project.run()
    project.git("checkout", "-q", "-b", "other")
    project.commit("on the other")
    second = project.run()
    project.git("checkout", "-q", "main")
    project.commit("on main")
    third = project.run()
    (_, between) = compared(project, first.name, second.name, third.name)["between"]
    assert between["commits"]["added_count"] == 1
    (between,) = compared(project, second.name, third.name)["between"]
    commits = between["commits"]
    assert [line.split(" ", 1)[1] for line in (*commits["added"], *commits["removed"])] == [
        "on main",
        "on the other",
    ]
    assert "diverged" in project.skylift("compare", second.name, third.name).stdout
    shutil.rmtree(project.root / ".git")
    assert "not in this repository" in project.skylift("compare", second.name, third.name).stdout


def test_what_was_not_kept_is_told(project: Compared) -> None:
    project.write("pylock.skylift.toml", lock(("numpy", "1.26")))
    project.run()
    shutil.rmtree(project.root / ".skylift" / "known")
    project.write("part.py", 'WORD = "second"\n')
    project.write("data/train/a.csv", "2\n")
    project.write("pylock.skylift.toml", lock(("numpy", "2.0")))
    project.run()
    (between,) = compared(project)["between"]
    assert between["not_kept"] == ["code", "lock", "channel train"]
    assert "not kept" in project.skylift("compare").stdout


def test_which_runs_are_meant(project: Compared) -> None:
    project.write(
        "skylift.toml",
        (project.root / "skylift.toml").read_text() + '\n[jobs.other]\nentry-point = "train.py"\n',
    )
    names = [project.run().name, project.run("--job", "other").name, project.run("lr=0.3").name]
    with pytest.raises(UsageError, match="before"):
        compared(project, names[0], baseline=names[0])
    names.append(project.skylift("run", "--like", names[0], "lr=0.1").stdout.strip())
    found = compared(project)
    assert found["runs"] == [names[2], names[3]]
    assert found["why"] == "the last two runs of the job train"
    assert compared(project, "@last")["runs"] == [names[0], names[3]], "the one that it repeats"
    assert compared(project, names[2])["runs"] == [names[0], names[2]], "the one before it of its job"
    assert compared(project, baseline=names[1])["runs"] == [names[1], names[3]]
    found = compared(project, names[0], names[2], baseline=names[2])
    assert (found["runs"], found["baseline"]) == ([names[0], names[2]], 1)
    with pytest.raises(UsageError, match="no run of the job other before"):
        compared(project, names[1])
    with pytest.raises(UsageError, match="twice"):
        compared(project, names[0], names[1], names[0])


def test_a_gate_has_an_exit_code(project: Compared) -> None:
    first, second = project.run("lr=0.5"), project.run("lr=0.4")
    done = project.skylift("compare", "--min-delta", "0.01", "--no-curves")
    assert "gate: validation:auc 0.833 → 0.867, wanted ≥ +0.01: yes" in done.stderr
    done = project.skylift("compare", second.name, first.name, "--min-delta", "-1%", expect=6)
    assert "gate: validation:auc 0.867 → 0.833, wanted ≥ -1%: no" in done.stderr
    asked = ("--min-delta=0", "--metric", "loss", "--json")
    found = json.loads(project.skylift("compare", second.name, first.name, *asked, expect=6).stdout)
    assert found["gate"]["open"] is False
    assert [metric["name"] for metric in found["metrics"]] == ["loss", "loss"]
    done = project.skylift("compare", "--min-delta=0", "--metric", "val_auc", expect=6)
    assert (
        f"gate: val_auc: run {first.name} does not have it; run {second.name} does not have it: no"
        in done.stderr
    )
    project.skylift("compare", "--min-delta", "much", expect=2)
    project.skylift("compare", "--metric", "nothing", expect=2)


def test_a_run_starts_although_nothing_of_it_can_be_kept(project: Compared) -> None:
    project.write(".skylift/known", "not a folder\n")
    done = project.skylift("run", "lr=0.5")
    assert "can not be kept for `compare` and `run --like`" in done.stderr
    assert project.record("@last").status == "Completed"


def test_a_large_or_odd_file_is_not_kept_and_the_rest_is(project: Compared) -> None:
    (project.root / "weights.bin").write_bytes(b"\0" * (5 << 20))
    (project.root / "bin.dat").write_bytes(b"\0\1")
    project.run()
    (project.root / "bin.dat").write_bytes(b"\0\2")
    (project.root / "weights.bin").write_bytes(b"\1" * (5 << 20))
    project.run()
    (between,) = compared(project)["between"]
    assert [(f["path"], f["added"]) for f in between["files"]] == [("bin.dat", None), ("weights.bin", None)]
    kept = (project.root / ".skylift" / "known" / "files").iterdir()
    assert max(path.stat().st_size for path in kept) < 1000


def test_what_no_run_refers_to_is_swept_up(project: Compared) -> None:
    project.write("part.py", 'WORD = "dirty"\n')
    first = project.run()
    project.write("part.py", 'WORD = "dirtier"\n')
    second = project.run()
    then = time.time() - 2 * 3600
    kept = [path for path in (project.root / ".skylift" / "known").rglob("*") if path.is_file()]
    for path in kept:
        os.utime(path, (then, then))
    project.skylift("rm", first.name, "--yes")
    project.skylift("prune", "--yes")
    gone = [path for path in kept if not path.exists()]
    assert sorted(path.parent.name for path in gone) == ["code", "files"]
    assert first.at("Skylift.revision.code") in {path.stem for path in gone}
    assert second.at("Skylift.revision.code") not in {path.stem for path in gone}
