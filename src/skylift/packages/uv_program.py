"""Running uv, and its failures in our words: what it said stays, credentials do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import uv

from skylift.errors import NotReady, RemoteError
from skylift.host.processes import CommandFailed, run

# uv has one exit code for everything it can not do; these are its words for a network that fails.
_UNREACHABLE = ("Failed to fetch", "error sending request", "Could not connect", "HTTP status server error")


def run_uv(
    arguments: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    doing: str,
    stdin: bytes | None = None,
) -> str:
    """Run uv to its end and return its stdout.

    ``cwd`` decides which ``[tool.uv]`` is read. ``doing`` begins the error message.

    :raises NotReady: when uv can not do it: no such package, a conflict, no such Python.
    :raises RemoteError: when an index can not be reached.
    """
    try:
        program = uv.find_uv_bin()
    except FileNotFoundError as error:
        raise NotReady(
            "the program of the package `uv` is missing",
            hints=("install Skylift again: it brings uv along",),
        ) from error
    try:
        return run([program, *arguments, "--quiet"], cwd=cwd, env=_environment(environment), stdin=stdin)
    except CommandFailed as error:
        message = f"{doing}: {error.stderr or 'uv said nothing'}"
        if any(words in error.stderr for words in _UNREACHABLE):
            raise RemoteError(
                message,
                temporary=True,
                hints=(
                    "is the index reachable? UV_DEFAULT_INDEX, HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are honoured",
                ),
            ) from error
        raise NotReady(message, hints=("uv says above what is in the way",)) from error


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    changed = {**environment, "NO_COLOR": "1", "UV_NO_PROGRESS": "1"}
    # uv knows one variable for private authorities; people set either.
    authorities = environment.get("SSL_CERT_FILE") or environment.get("REQUESTS_CA_BUNDLE")
    return {**changed, "SSL_CERT_FILE": authorities} if authorities else changed
