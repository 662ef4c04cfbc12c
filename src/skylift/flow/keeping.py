"""What is kept here of a run when it starts, so that it can be compared and run again: see ``runs/known.py``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from skylift.errors import NotReady
from skylift.flow.channels import ChannelInput
from skylift.flow.preparing import Prepared
from skylift.flow.sources import Sources
from skylift.host.files import read_source
from skylift.host.redaction import redact_text
from skylift.project.files.history import committed
from skylift.runs.known import Known
from skylift.values.known import KnownFile
from skylift.values.packages import Lock
from skylift.values.progress import Progress

_LARGEST = 4 << 20
"""Bytes of an uncommitted file that is kept; what is larger is no code, and only its hash is known."""
_MOST = 64 << 20
"""Bytes that are kept of one run's uncommitted files."""
_LARGEST_LOCK = 16 << 20


def keep(prepared: Prepared, known: Known) -> None:
    """Keep what a record holds only the hash of. Where that can not be done it is said, and the run starts."""
    sources = prepared.sources
    try:
        # The files first: who finds the list finds what it names.
        for content in _uncommitted(sources, known):
            known.keep_file(content)
        known.keep_code(sources.code_hash, sources.contents)
        if prepared.interpreter.packages:
            known.keep_packages(prepared.interpreter.freeze, prepared.interpreter.packages)
        _keep_lock(sources.lock if prepared.interpreter.from_lock else sources.known_lock, known)
        for channel in prepared.channels:
            _keep_data(channel, known)
    except (OSError, NotReady) as error:
        what = f"what this run is made of can not be kept for `compare` and `run --like`: {error}"
        sources.world.report(Progress("warning", what))


def _uncommitted(sources: Sources, known: Known) -> Iterator[bytes]:
    """The contents that no commit has, or that git may give back otherwise: outside git, all that ship."""
    kept = committed(sources.home, sources.revision.commit) - set(sources.revision.uncommitted)
    left = _MOST
    for file in sources.contents:
        if file.path in kept or file.link or not file.size <= min(_LARGEST, left):
            continue
        left -= file.size
        if known.has_file(file.sha256):
            continue
        content = (sources.root / file.path).read_bytes()
        # It may have changed since it was looked at; then the run will not have it either.
        if hashlib.sha256(content).hexdigest() == file.sha256:
            yield content


def _keep_lock(lock: Lock | None, known: Known) -> None:
    if lock is not None and lock.path.stat().st_size <= _LARGEST_LOCK:
        known.keep_lock(lock.digest, redact_text(read_source(lock.path).decode(errors="replace")))


def _keep_data(channel: ChannelInput, known: Known) -> None:
    if channel.seen is not None:
        known.keep_data(channel.identity, files_of(channel))


def files_of(channel: ChannelInput) -> Iterator[KnownFile]:
    """The files of a channel with what is known of them: their contents, or how long they are and of when."""
    if channel.files is not None:
        yield from (KnownFile(file.path, file.sha256, file.size, file.executable) for file in channel.files)
    elif channel.seen is not None:
        yield from (KnownFile(path, size=size, modified_ns=at) for path, size, at, _ in channel.seen.rows)
