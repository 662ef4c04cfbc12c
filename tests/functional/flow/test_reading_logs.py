"""A log that is read again: since when, whose lines, which of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, checkout
from tests.functional.cli.asking import Answer, done, skylift
from tests.functional.flow.watching import LOCAL, folder

from skylift.host.line_times import TimesReader, TimesWriter
from skylift.values.run_folder import RunFolder

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
NAME = "p-260101120000-aaaa"


def keep(
    root: Path, lines: list[tuple[int, bytes]], *, hosts: int = 1, status: str = "Completed"
) -> RunFolder:
    """A run that printed lines, each so many seconds after noon."""
    found = RunFolder(root / ".skylift" / "runs" / NAME)
    found.path.mkdir(parents=True)
    resources = {"ResourceConfig": {"InstanceCount": hosts}}
    found.intent.write_text(json.dumps({"executor": "process", "request": resources}))
    record = {"TrainingJobName": NAME, "TrainingJobStatus": status, "SecondaryStatus": status, **resources}
    found.record.write_text(json.dumps(record))
    times = TimesWriter(found.log_times)
    with found.log.open("ab", buffering=0) as log:
        for second, data in lines:
            times.note(log.tell(), NOON + timedelta(seconds=second))
            log.write(data)
    return found


def shown(root: Path, *arguments: str) -> list[str]:
    return done(root, "logs", *arguments).stdout.splitlines()


@pytest.fixture
def root(weird_tmp_path: Path) -> Path:
    keep(
        weird_tmp_path,
        [(0, b"one loss=3\n"), (60, b"two LOSS=2\n"), (3600, b"three\n"), (3660, b"four loss=1\n")],
    )
    return weird_tmp_path


@pytest.mark.parametrize(
    ("arguments", "first_words"),
    [
        ((), ["one", "two", "three", "four"]),
        (("--since", "2026-01-01T12:30Z"), ["three", "four"]),
        (("--since", "2026-01-01 13:00:30+00:00"), ["four"]),
        (("--since", "2026-01-02"), []),
        (("--since", "1s"), []),
        (("--since", "900000d"), ["one", "two", "three", "four"]),
        (("--grep", "loss"), ["one", "four"]),
        (("--grep", "loss", "-i"), ["one", "two", "four"]),
        (("--grep", "loss", "-n", "1"), ["four"]),
        (("-n", "2"), ["three", "four"]),
        (("-n", "0"), []),
        (("-n", "9"), ["one", "two", "three", "four"]),
        (("-n", "3", "--since", "2026-01-01T12:30Z"), ["three", "four"]),
        (("-f", "-n", "1"), ["four"]),
    ],
)
def test_options_say_which_lines(root: Path, arguments: tuple[str, ...], first_words: list[str]) -> None:
    assert [line.split()[0] for line in shown(root, *arguments)] == first_words


def test_an_object_says_when_and_where(root: Path) -> None:
    assert json.loads(shown(root, "--json", "-n", "1")[0]) == {
        "run": NAME,
        "time": "2026-01-01T13:01:00.000Z",
        "host": "algo-1",
        "text": "four loss=1",
    }


def test_one_of_several_hosts(tmp_path: Path) -> None:
    keep(tmp_path, [(0, b"[algo-1] a\n[algo-2] b\n"), (9, b"[algo-2] c\n")], hosts=2)
    assert shown(tmp_path, "--host", "algo-2") == ["[algo-2] b", "[algo-2] c"]
    found = json.loads(shown(tmp_path, "--host", "algo-2", "--json")[0])
    assert (found["host"], found["text"]) == ("algo-2", "b")
    answer = skylift(tmp_path, "logs", "--host", "algo-3")
    assert answer.returncode == 2
    assert "algo-1, algo-2" in answer.stderr


def test_a_progress_bar_is_what_it_showed_last(tmp_path: Path) -> None:
    bar = b"\r 10% loss=3\r\x1b[32m 20% loss=2\x1b[0m\r100% loss=1\r            \r\n"
    keep(tmp_path, [(0, bar), (9, b"\x1b]0;title\x07\x1b[2J \xff end")])
    assert shown(tmp_path) == ["100% loss=1", "\\x1b]0;title\\x07\\x1b[2J � end"]
    # What was asked for stood there, for a moment.
    assert shown(tmp_path, "--grep", "loss=2") == [" 20% loss=2"]
    assert shown(tmp_path, "--grep", "20% loss") == [" 20% loss=2"]


def test_the_bytes_as_they_came_are_to_be_had(tmp_path: Path) -> None:
    data = b"a\r\xffb\x1b[1m\nc"
    keep(tmp_path, [(0, data)])
    for arguments in ((), ("-n", "5")):
        command = [sys.executable, "-m", "skylift", "logs", "--raw", *arguments]
        found = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
        assert found.stdout.rstrip(b"\n") == data


def test_what_is_no_pattern_or_no_time_is_shown(root: Path) -> None:
    def refused(*arguments: str) -> Answer:
        answer = skylift(root, "logs", *arguments)
        assert answer.returncode == 2
        return answer

    said = refused("--grep", "ab[c").stderr.splitlines()
    assert said[1].index("[") == said[2].index("^")
    for text in ("yesterday", "25:00", "2026-13-01", "", "-5m"):
        assert "--since wants a time" in refused("--since", text).stderr


def test_a_log_without_times_says_so(root: Path) -> None:
    RunFolder(root / ".skylift" / "runs" / NAME).log_times.unlink()
    answer = skylift(root, "logs", "--since", "1h")
    assert answer.returncode == 3
    assert "without times" in answer.stderr
    assert json.loads(shown(root, "--json")[0])["time"] is None


@pytest.mark.parametrize("damage", [b"", b"x", b"0" * 16 + b" " + b"9" * 13 + b"\n", b"rubbish\n" * 40])
def test_a_damaged_index_harms_nobody(root: Path, damage: bytes) -> None:
    RunFolder(root / ".skylift" / "runs" / NAME).log_times.write_bytes(damage)
    assert skylift(root, "logs", "--since", "2026-01-01T12:30Z").returncode in (0, 3)
    assert len(shown(root, "--json")) == 4


def test_an_index_grows_by_the_second_and_is_searched(tmp_path: Path) -> None:
    path, size = tmp_path / "index", 0
    writer = TimesWriter(path)
    for number in range(100_000):
        writer.note(size, NOON + timedelta(milliseconds=number))
        size += 10
    # A second or 64 kB, whichever is first.
    assert 100 <= path.stat().st_size // 31 <= 120
    with TimesReader(path) as times:
        assert times.at(0) == NOON
        assert times.at(500_000) == NOON + timedelta(seconds=50)
        assert times.since(NOON + timedelta(seconds=51)) == 500_000
        assert times.since(NOON + timedelta(hours=1)) is None


def test_an_index_that_can_not_be_written_is_none(tmp_path: Path) -> None:
    TimesWriter(tmp_path / "nowhere" / "index").note(0, NOON)
    TimesWriter(Path("/dev/full")).note(0, NOON)


def test_following_ends_with_the_run_whatever_happens_to_its_log(weird_tmp_path: Path) -> None:
    project = checkout(PROJECTS / "stops", weird_tmp_path)
    name = LOCAL.start(project)
    LOCAL.wait_for_line(project, name, "epoch=1")
    command = [sys.executable, "-m", "skylift", "logs", "-f", "--since", "1h", "--json"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        first = json.loads(following.stdout.readline())
        assert datetime.now(timezone.utc) - datetime.fromisoformat(
            first["time"].replace("Z", "+00:00")
        ) < timedelta(minutes=5)
        folder(project, name).log.write_bytes(b"")
        LOCAL.skylift(project, "stop", name)
        rest, _ = following.communicate(timeout=60)
    assert following.returncode == 0
    assert re.search("saved", rest)


def test_whoever_has_enough_may_go(weird_tmp_path: Path) -> None:
    keep(weird_tmp_path, [(0, b"line\n" * 200_000)])
    command = f'"{sys.executable}" -m skylift logs | head -n 1'
    found = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=weird_tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "line\n", "")
