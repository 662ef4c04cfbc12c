"""Files from the web and from this machine, in one stream, with retries."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit
from urllib.request import url2pathname

from skylift.errors import DownloadError
from skylift.host.redaction import redact_url
from skylift.registry.retries import RETRY_AFTER, TEMPORARY_STATUSES, retry_after_s, retrying
from skylift.registry.transport import Broken, Request, Response, Transport, discard
from skylift.values.ports import Clock

_ATTEMPTS = 5
_HINTS = {
    401: ("the index wants credentials that were not given",),
    403: ("the index does not let these credentials read it",),
    404: ("the lock names a file that the index no longer has; remove pylock.skylift.toml to lock anew",),
}


class HttpDownloader:
    """Implements :class:`skylift.values.ports.Downloader` for ``http(s)://`` and ``file://``."""

    def __init__(self, environment: Mapping[str, str], clock: Clock) -> None:
        self._transport = Transport(environment)
        self._clock = clock

    def fetch(self, url: str, into: BinaryIO, *, authorization: str | None = None) -> int:
        """Write what the URL holds; the count of bytes. A broken try starts again where ``into`` stood.

        :raises DownloadError: when it is not there, or not whole after all tries.
        """
        if urlsplit(url).scheme == "file":
            return _copy(url, into)
        headers = {"Authorization": authorization} if authorization else {}
        request = Request("GET", url, headers)
        tries: list[int] = []

        def once() -> int:
            if tries:
                into.seek(tries[0])
                into.truncate()
            elif into.seekable():
                tries.append(into.tell())
            return self._fetch_once(request, into)

        return retrying(once, clock=self._clock, attempts=_ATTEMPTS if into.seekable() else 1)

    def _fetch_once(self, request: Request, into: BinaryIO) -> int:
        try:
            response = self._transport.follow(request, self._transport.send(request))
            if response.status != 200:
                discard(response)
                raise self._refusal(request, response)
            return self._write(response, into)
        except Broken as error:
            shown = redact_url(request.url)
            hints = error.hints or ("is the machine online? HTTPS_PROXY and NO_PROXY are honoured",)
            raise DownloadError(
                f"GET {shown}: {error}", temporary=error.temporary, hints=hints, url=shown
            ) from error

    def _write(self, response: Response, into: BinaryIO) -> int:
        count = 0
        for piece in self._transport.stream(response):
            into.write(piece)
            count += len(piece)
        announced = response.headers.get("Content-Length")
        if announced is not None and int(announced) != count:
            raise Broken(f"{announced} bytes were announced, {count} came")
        return count

    def _refusal(self, request: Request, response: Response) -> DownloadError:
        shown = redact_url(request.url)
        error = DownloadError(
            f"GET {shown}: the server answered {response.status}",
            temporary=response.status in TEMPORARY_STATUSES,
            hints=_HINTS.get(response.status, ()),
            url=shown,
            status=response.status,
        )
        asked = retry_after_s(response.headers.get("Retry-After"), self._clock)
        if asked is not None:
            error.facts[RETRY_AFTER] = asked
        return error


def _copy(url: str, into: BinaryIO) -> int:
    path = Path(url2pathname(urlsplit(url).path))
    try:
        stream = path.open("rb")
    except OSError as error:
        raise DownloadError(f"{url} can not be read: {error.strerror}", hints=_HINTS[404], url=url) from error
    with stream:
        shutil.copyfileobj(stream, into, 1 << 20)
        return stream.tell()
