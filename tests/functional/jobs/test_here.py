"""The log of a run on this machine, page by page."""

from __future__ import annotations

from pathlib import Path

import pytest

from skylift.host.clock import SystemClock
from skylift.host.files import write_json
from skylift.jobs.here import HereService
from skylift.values.run_folder import RunFolder


def test_a_log_comes_in_pages_that_say_whether_there_is_more(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    lines = [f"{number:099d}" for number in range(30_000)]
    folder.log.write_text("\n".join(lines) + "\n")
    service = HereService(lambda _: folder, lambda _: None, lambda _: None, SystemClock())
    found: list[str] = []
    more: list[bool] = []
    cursor: object = None
    while not more or more[-1]:
        page = service.logs("x", cursor)
        found += [line.text for line in page.lines]
        more.append(page.more)
        cursor = page.cursor
    assert found == lines
    assert more == [True, True, False]


def make_service(folder: RunFolder) -> HereService:
    return HereService(lambda _: folder, lambda _: None, lambda _: None, SystemClock())


def test_a_line_that_is_being_written_can_be_seen_and_comes_again_when_it_is_whole(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    service = make_service(folder)
    folder.unfinished.write_bytes(b"\r 50%\xff")
    assert service.logs("x", None).unfinished == "\r 50%\ufffd"
    folder.log.write_text("before\n")
    page = service.logs("x", None)
    assert ([line.text for line in page.lines], page.unfinished) == (["before"], "\r 50%\ufffd")
    folder.unfinished.unlink()
    with folder.log.open("a") as stream:
        stream.write("\r 50%\r100%\n")
    page = service.logs("x", page.cursor)
    assert ([line.text for line in page.lines], page.unfinished) == (["\r 50%\r100%"], "")


@pytest.mark.parametrize("state", [{"SecondaryStatus": "Uploading"}, {"TrainingJobStatus": "Failed"}])
def test_the_last_line_is_whole_when_the_job_prints_no_more(tmp_path: Path, state: dict[str, str]) -> None:
    folder = RunFolder(tmp_path)
    service = make_service(folder)
    folder.log.write_text("one\nwithout an end")
    page = service.logs("x", None)
    assert [line.text for line in page.lines] == ["one"]
    write_json(folder.record, state)
    page = service.logs("x", page.cursor)
    assert [line.text for line in page.lines] == ["without an end"]
    assert service.logs("x", page.cursor).lines == ()
