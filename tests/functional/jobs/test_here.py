"""The log of a run on this machine, page by page."""

from __future__ import annotations

from pathlib import Path

from skylift.host.clock import SystemClock
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
