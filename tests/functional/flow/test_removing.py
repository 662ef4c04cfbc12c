"""Runs are removed whole, at once, and nothing else ever is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, checkout
from tests.functional.cli.asking import done, skylift
from tests.functional.cli.terminal import CTRL_C, converse
from tests.functional.flow.watching import LOCAL, eventually

from skylift.host.clock import iso
from skylift.host.disk_use import Meter, Trash, mounts_below
from skylift.host.processes import identify, this_process
from skylift.values.run_folder import RunFolder

DEAD = {"pid": 1, "started": "never", "boot": ""}


def keep(root: Path, letters: str, *, status: str = "Completed", days: int = 0, **more: object) -> RunFolder:
    """A run of so many days ago, with a thousand bytes of each kind."""
    moment = datetime.now(timezone.utc) - timedelta(days=days)
    found = RunFolder(root / ".skylift" / "runs" / f"p-{moment:%y%m%d%H%M%S}-{letters}")
    for folder in (found.artifacts, found.tree / "model", found.project):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(os.urandom(1000))
    found.log.write_bytes(os.urandom(1000))
    found.intent.write_text(json.dumps({"executor": "process", "owner": DEAD}))
    record = {"TrainingJobName": found.name, "TrainingJobStatus": status, "SecondaryStatus": status}
    times = {"CreationTime": iso(moment), "TrainingEndTime": iso(moment)}
    found.record.write_text(json.dumps({**record, **times, **more}))
    return found


def left_in(root: Path) -> list[str]:
    """The letters of the runs that are there, oldest first."""
    return [
        path.name[-4:] for path in sorted((root / ".skylift" / "runs").iterdir()) if path.name != ".trash"
    ]


def trash_of(root: Path) -> list[Path]:
    return Trash(root / ".skylift" / "runs" / ".trash").content


def test_a_run_goes_with_all_that_is_in_it(weird_tmp_path: Path) -> None:
    for letters in ("aaaa", "bbbb"):
        keep(weird_tmp_path, letters)
    answer = done(weird_tmp_path, "rm", "--yes", "aaaa")
    assert answer.stdout.strip().endswith("-aaaa")
    assert "6 files" in answer.stderr
    assert left_in(weird_tmp_path) == ["bbbb"]
    assert trash_of(weird_tmp_path) == []
    assert skylift(weird_tmp_path, "show", "aaaa").returncode == 2


def test_nobody_there_to_ask_means_no(tmp_path: Path) -> None:
    keep(tmp_path, "aaaa", days=40)
    for arguments in (("rm", "aaaa"), ("prune", "--older-than", "30d"), ("rm", "aaaa", "--json")):
        answer = skylift(tmp_path, *arguments)
        assert answer.returncode == 2
        assert "--yes" in answer.stderr + answer.stdout
    assert skylift(tmp_path, "rm", "--yes").returncode == 2
    assert skylift(tmp_path, "rm", "--yes", "aaaa", "zzzz").returncode == 2
    assert left_in(tmp_path) == ["aaaa"]


@pytest.mark.parametrize(
    ("answer", "code", "left"),
    [("n\n", 0, ["aaaa"]), ("\n", 0, ["aaaa"]), (CTRL_C, 130, ["aaaa"]), ("y\n", 0, [])],
)
def test_on_a_terminal_one_is_asked(tmp_path: Path, answer: str, code: int, left: list[str]) -> None:
    keep(tmp_path, "aaaa")
    found, shown = converse(tmp_path, ["rm", "aaaa"], [answer])
    assert (found, left_in(tmp_path)) == (code, left)
    assert "Remove 1 run, " in shown


def test_links_are_not_followed_and_no_file_of_anybody_else_is_changed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "precious").write_text("x")
    (data / "precious").chmod(0o400)
    data.chmod(0o500)
    root = tmp_path / "project"
    found = keep(root, "aaaa")
    (found.tree / "input").symlink_to(data)
    (found.tree / "loop").symlink_to(found.tree)
    os.link(data / "precious", found.tree / "hard")
    closed = found.tree / "closed"
    closed.mkdir()
    (closed / "file").touch()
    closed.chmod(0)
    # A run that was moved to a larger disk.
    (data.parent / "elsewhere").mkdir()
    moved = found.path.rename(data.parent / "elsewhere" / found.name)
    keep(root, "bbbb")
    found.path.symlink_to(moved)
    done(root, "rm", "--yes", "bbbb", "aaaa")
    assert left_in(root) == []
    assert (moved / "record.json").exists()
    (root / ".skylift" / "runs" / found.name).mkdir()
    moved.rename(found.path)
    done(root, "rm", "--yes", "aaaa")
    assert left_in(root) == []
    assert (data / "precious").read_text() == "x"
    assert (data / "precious").stat().st_mode & 0o777 == 0o400
    assert data.stat().st_mode & 0o777 == 0o500


def test_what_is_mounted_in_a_run_is_left_alone(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    inside = tmp_path / "a run" / "ml"
    table.write_text(
        f"36 35 98:0 / {str(inside).replace(' ', chr(92) + '040')} rw shared:1 - ext4 /dev/sda1 rw\nrubbish\n"
        f"37 35 98:0 / {tmp_path}/a\\040running rw - ext4 /dev/sda1 rw\n"
    )
    assert mounts_below(tmp_path / "a run", table) == [inside]
    assert mounts_below(tmp_path / "b", table) == []


def test_a_run_that_goes_on_is_refused_and_with_force_stopped_first(weird_tmp_path: Path) -> None:
    project = checkout(PROJECTS / "stops", weird_tmp_path)
    name = LOCAL.start(project)
    LOCAL.wait_for_line(project, name, "epoch=1")
    answer = skylift(project, "rm", "--yes", name)
    assert answer.returncode == 3
    assert f"skylift stop {name[-4:]}" in answer.stderr
    done(project, "prune", "--keep", "0", "--yes")
    assert left_in(project) == [name[-4:]]
    supervisor = json.loads((project / ".skylift/runs" / name / "supervisor.json").read_text())["pid"]
    answer = done(project, "rm", "--yes", "--force", name)
    assert answer.stdout.strip() == name
    assert left_in(project) == []
    eventually(lambda: identify(supervisor) is None)


def test_what_is_at_work_in_a_run_is_told(tmp_path: Path) -> None:
    found = keep(tmp_path, "aaaa")
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
    variables = {**os.environ, "TRAINING_JOB_NAME": found.name}
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None
        shell.stdout.readline()
        answer = skylift(tmp_path, "rm", "--yes", "aaaa")
        shell.kill()
    assert answer.returncode == 3
    assert str(shell.pid) in answer.stderr
    assert left_in(tmp_path) == ["aaaa"]


def test_a_run_that_is_being_started_is_not_hit(tmp_path: Path) -> None:
    found = keep(tmp_path, "aaaa")
    found.record.unlink()
    for executor in ("service", "process"):
        found.intent.write_text(json.dumps({"executor": executor, "owner": vars(this_process())}))
        assert skylift(tmp_path, "rm", "--yes", "aaaa").returncode == 3
        done(tmp_path, "prune", "--keep", "0", "--yes")
    found.intent.write_text(json.dumps({"executor": "process", "owner": DEAD}))
    done(tmp_path, "rm", "--yes", "aaaa")
    assert left_in(tmp_path) == []


def test_what_is_damaged_can_be_removed_when_one_insists(tmp_path: Path) -> None:
    for letters, name in (("aaaa", "record"), ("bbbb", "intent")):
        getattr(keep(tmp_path, letters), name).write_text("{")
        assert skylift(tmp_path, "rm", "--yes", letters).returncode == 3
        done(tmp_path, "rm", "--yes", "--force", letters)
    assert left_in(tmp_path) == []


def test_what_lies_in_the_cloud_stays_and_is_named(tmp_path: Path) -> None:
    model = {"S3ModelArtifacts": "s3://acme/p/output/model.tar.gz"}
    keep(tmp_path, "aaaa", ModelArtifacts=model, CheckpointConfig={"S3Uri": "s3://acme/p/checkpoints"})
    said = done(tmp_path, "rm", "--yes", "aaaa").stderr
    assert "stays in the cloud: s3://acme/p/output/model.tar.gz" in said
    assert "stays in the cloud: s3://acme/p/checkpoints" in said


def test_a_run_that_another_names_is_told(tmp_path: Path) -> None:
    first = keep(tmp_path, "aaaa", days=1)
    channels = {"model": {"source": f"run:{first.name}/model"}}
    second = keep(tmp_path, "bbbb", Skylift={"channels": channels})
    assert f"run {second.name} names it" in done(tmp_path, "rm", "--yes", "aaaa").stderr
    assert "@last" in done(tmp_path, "rm", "--yes", "bbbb").stderr


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        ((), ["cccc", "bbbb", "aaaa"]),
        (("--keep", "2"), ["bbbb", "aaaa"]),
        (("--keep", "0"), []),
        (("--older-than", "30d"), ["aaaa"]),
        (("--older-than", "30d", "--failed"), ["cccc", "aaaa"]),
        (("--failed",), ["cccc", "aaaa"]),
        (("--keep", "2", "--failed"), ["cccc", "bbbb", "aaaa"]),
    ],
)
def test_a_run_is_pruned_for_which_all_holds(
    tmp_path: Path, arguments: tuple[str, ...], left: list[str]
) -> None:
    keep(tmp_path, "aaaa", days=1)
    keep(tmp_path, "bbbb", days=31, status="Failed")
    keep(tmp_path, "cccc", days=60)
    done(tmp_path, "prune", *arguments, "--dry-run")
    assert left_in(tmp_path) == ["cccc", "bbbb", "aaaa"]
    done(tmp_path, "prune", *arguments, "--yes")
    assert left_in(tmp_path) == left


def test_of_a_run_that_stays_parts_can_go(tmp_path: Path) -> None:
    found = keep(tmp_path, "aaaa")
    assert skylift(tmp_path, "prune", "--only", "logs", "--yes").returncode == 2
    done(tmp_path, "prune", "--keep", "0", "--only", "artifacts", "--only", "trees", "--yes")
    assert sorted(path.name for path in found.path.iterdir()) == ["intent.json", "log", "record.json"]
    assert found.name in done(tmp_path, "runs").stdout
    # A second time there is nothing more to take.
    assert (
        "nothing is to be removed"
        in done(tmp_path, "prune", "--keep", "0", "--only", "artifacts", "--yes").stderr
    )


def test_the_account_counts_what_is_allocated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYLIFT_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "cache" / "wheels").mkdir(parents=True)
    (tmp_path / "cache" / "wheels" / "w").write_bytes(os.urandom(100_000))
    found = keep(tmp_path / "p", "aaaa")
    (found.artifacts / "big").write_bytes(os.urandom(200_000))
    os.link(found.artifacts / "big", found.tree / "big")
    with (found.tree / "sparse").open("wb") as stream:
        stream.truncate(1 << 30)
    answer = json.loads(done(tmp_path / "p", "prune", "--dry-run", "--json").stdout)
    taken = {row["kind"]: row["use"]["bytes"] for row in answer["account"]}
    assert 200_000 < taken["artifacts"] + taken["trees"] < 300_000
    assert 100_000 < taken["cache"] < 150_000
    # du agrees.
    du = subprocess.run(
        ["du", "-s", "-B1", str(tmp_path / "p" / ".skylift")], capture_output=True, text=True, check=True
    )
    ours = sum(row["use"]["bytes"] for row in answer["account"] if row["kind"] != "cache")
    assert abs(int(du.stdout.split()[0]) - ours) <= 32_768
    assert Meter().use(tmp_path / "nowhere").files == 0


def test_the_account_is_told_where_nothing_is_chosen_with_the_way_to_empty_a_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYLIFT_CACHE_DIR", str(tmp_path / "my cache"))
    for name, size in (("wheels", 100_000), ("layers", 10)):
        (tmp_path / "my cache" / name).mkdir(parents=True)
        (tmp_path / "my cache" / name / "w").write_bytes(os.urandom(size))
    keep(tmp_path / "p", "aaaa")
    for arguments in ((), ("--dry-run",), ("--keep", "0", "--dry-run")):
        told = done(tmp_path / "p", "prune", *arguments).stdout
        assert f"rm -r '{tmp_path}/my cache/wheels'" in told
    told = done(tmp_path / "p", "prune", "--keep", "0", "--yes").stdout
    assert "cache" not in told
    assert "aaaa" in told


def test_what_killed_commands_left_is_swept_up_and_nothing_that_lives(tmp_path: Path) -> None:
    ended = keep(tmp_path, "aaaa")
    goes_on = keep(tmp_path, "bbbb", status="InProgress")
    goes_on.intent.write_text(json.dumps({"executor": "service", "owner": DEAD}))
    state = tmp_path / ".skylift"
    left = [
        ended.path / ".watch-abcd",
        ended.path / ".record.json.abcd_123.tmp",
        state / "runs" / "p-1-halfmade",
    ]
    left += [state / "shells" / "p-dead", state / "runs" / ".trash" / "p-thrown.1234"]
    lives = [goes_on.path / ".watch-abcd", state / "shells" / "p-alive", ended.path / ".watch-young"]
    for path in (*left, *lives):
        path.mkdir(parents=True)
    for path, owner in ((left[3], DEAD), (lives[1], vars(this_process()))):
        (path / "intent.json").write_text(json.dumps({"owner": owner}))
    for path in (*left, *lives[:2]):
        os.utime(path, (time.time() - 9999, time.time() - 9999))
    assert "5 leftovers" in done(tmp_path, "prune", "--dry-run").stderr
    assert all(path.exists() for path in left)
    done(tmp_path, "prune", "--yes")
    assert [path for path in left if path.exists()] == []
    assert [path for path in lives if not path.exists()] == []


def test_any_number_may_remove_at_once(tmp_path: Path) -> None:
    letters = [f"aa{number:02d}" for number in range(12)]
    for number, one in enumerate(letters):
        keep(tmp_path, one, days=number)
    keep(tmp_path, "stay")
    command = [sys.executable, "-m", "skylift", "prune", "--keep", "1", "--yes"]
    removing = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120)[1] for process in removing]
    assert not any(b"bug" in text or b"Traceback" in text for text in said), said
    assert left_in(tmp_path) == ["stay"]
    assert trash_of(tmp_path) == []


def test_whoever_is_killed_on_the_way_leaves_no_half_run(tmp_path: Path) -> None:
    for number in range(6):
        found = keep(tmp_path, f"aa{number:02d}", days=number)
        for file in range(300):
            (found.tree / f"{file}").touch()
    command = [sys.executable, "-m", "skylift", "prune", "--keep", "0", "--yes"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as removing:
        eventually(lambda: removing.poll() is not None or trash_of(tmp_path) != [])
        removing.kill()
    for name in left_in(tmp_path):
        assert len(list((next((tmp_path / ".skylift" / "runs").glob(f"*{name}"))).rglob("*"))) > 300
    done(tmp_path, "prune", "--keep", "0", "--yes")
    assert (left_in(tmp_path), trash_of(tmp_path)) == ([], [])
