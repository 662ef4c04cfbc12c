"""A blob as a stream that proves, at its end, to be the one that was asked for."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from skylift.errors import DigestMismatch
from skylift.host.redaction import redact_url
from skylift.registry.refusals import broken
from skylift.registry.transport import Broken, Request

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class VerifiedStream(io.RawIOBase):
    """Reads pieces as they come; the digest is compared before the end is told.

    ``read`` raises DigestMismatch there, and RegistryError when the connection breaks.
    """

    def __init__(self, pieces: Iterator[bytes], digest: str, request: Request) -> None:
        self._pieces, self._digest, self._request = pieces, digest, request
        self._hash = hashlib.sha256()
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        if not self._left:
            self._left = self._next()
        taken, self._left = self._left[: len(view)], self._left[len(view) :]
        view[: len(taken)] = taken
        return len(taken)

    def _next(self) -> bytes:
        try:
            piece = next(self._pieces, b"")
        except Broken as error:
            raise broken(self._request, error) from error
        self._hash.update(piece)
        if not piece:
            self._verify()
        return piece

    def _verify(self) -> None:
        found = f"sha256:{self._hash.hexdigest()}"
        if found != self._digest:
            url = redact_url(self._request.url)
            raise DigestMismatch(
                f"GET {url}: the bytes are {found}, not {self._digest}",
                method="GET",
                url=url,
                status=200,
                hints=("the registry, or something on the way to it, is damaged; try again",),
            )
