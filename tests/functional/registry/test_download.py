"""Downloads from a server that misbehaves on purpose, and from this machine."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.functional.registry.scripted_server import Answer, FastClock, Seen, serving

from skylift.errors import DownloadError
from skylift.registry.download import HttpDownloader

DATA = bytes(range(256)) * 4000


def downloader(clock: FastClock | None = None) -> HttpDownloader:
    return HttpDownloader({}, clock or FastClock())


def test_fetch_writes_what_the_url_holds() -> None:
    into = io.BytesIO()
    with serving(lambda _: Answer(200, DATA)) as server:
        assert downloader().fetch(f"{server.url}/a.whl", into, authorization="Bearer x") == len(DATA)
        assert server.seen[0].headers["Authorization"] == "Bearer x"
    assert into.getvalue() == DATA


def test_fetch_begins_again_where_it_stood_when_the_connection_breaks() -> None:
    answers = [
        Answer(200, DATA[:5000], cut=True),
        Answer(503, headers={"Retry-After": "3"}),
        Answer(200, DATA),
    ]
    clock, into = FastClock(), io.BytesIO()
    into.write(b"before")
    with serving(lambda _: answers.pop(0)) as server:
        assert downloader(clock).fetch(f"{server.url}/a.whl", into) == len(DATA)
    assert into.getvalue() == b"before" + DATA
    assert clock.slept == [0.25, 3.0]


def test_fetch_that_is_never_whole_is_an_error() -> None:
    with serving(lambda _: Answer(200, DATA, cut=True)) as server, pytest.raises(DownloadError) as caught:
        downloader().fetch(f"{server.url}/a.whl", io.BytesIO())
    assert caught.value.temporary
    assert len(server.seen) == 5


def test_fetch_does_not_repeat_a_refusal_nor_show_secrets() -> None:
    with serving(lambda _: Answer(404)) as server, pytest.raises(DownloadError) as caught:
        downloader().fetch(f"http://joe:hunter2@{server.host}/a.whl?token=hunter2", io.BytesIO())
    assert len(server.seen) == 1
    assert "hunter2" not in str(caught.value) + repr(caught.value.facts)
    assert "lock" in caught.value.hints[0]


def test_redirect_to_another_host_leaves_the_authorization_behind() -> None:
    with serving(lambda _: Answer(200, DATA)) as far:

        def near(seen: Seen) -> Answer:
            return Answer(302, headers={"Location": f"{far.url}/a.whl"})

        with serving(near) as server:
            downloader().fetch(f"{server.url}/a.whl", io.BytesIO(), authorization="Bearer x")
        assert "Authorization" not in far.seen[0].headers


def test_unreachable_server_is_a_temporary_error() -> None:
    with pytest.raises(DownloadError) as caught:
        downloader().fetch("http://127.0.0.1:1/a.whl", io.BytesIO())
    assert caught.value.temporary


def test_fetch_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a b'ü%41\n.whl"
    path.write_bytes(DATA)
    into = io.BytesIO()
    assert downloader().fetch(path.as_uri(), into) == len(DATA)
    assert into.getvalue() == DATA


def test_fetch_of_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="can not be read"):
        downloader().fetch((tmp_path / "none.whl").as_uri(), io.BytesIO())


@pytest.mark.parametrize("url", ["ftp://example.com/a.whl", "nonsense", "http://"])
def test_fetch_of_what_is_no_url(url: str) -> None:
    with pytest.raises(DownloadError):
        downloader().fetch(url, io.BytesIO())
