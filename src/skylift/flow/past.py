"""The code of an earlier run, laid out again: from its commit and from what was kept, proved file by file."""

from __future__ import annotations

import posixpath
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from skylift.errors import ConfigError, NotReady, UsageError
from skylift.flow.contents import Places
from skylift.flow.sources import Past, Sources
from skylift.host.files import read_source, remove_tree, write_text
from skylift.packages.lock import LOCK_NAME, known_lock
from skylift.project.config.load import LOCAL_FILE
from skylift.project.files.history import contents, identity_of, knows, time_of, tree
from skylift.runs.known import Known
from skylift.runs.store import RunStore
from skylift.values.known import KnownFile
from skylift.values.project import Revision
from skylift.values.record import Record
from skylift.values.words import first_of

_AT_ONCE = 200
_SHOWN = 3


@dataclass(frozen=True)
class Code:
    """What an earlier run's code is taken from."""

    sources: Sources
    said: str
    """Where it comes from, in words."""
    differs: str = ""
    """How it is not the same; empty when it is."""
    same: bool = False
    """All that ships is the same, to the byte, and so is what is said of it: an image would be the same."""


@contextmanager
def code_of(record: Record, now: Sources, store: RunStore, known: Known, *, here: bool) -> Iterator[Code]:
    """The code that a run had, as near as it can be had; a copy of it lies there until the block ends.

    :param here: the work tree as it is now, whatever it is.
    """
    wanted = record.at("Skylift.revision.code")
    if _is(now, wanted):
        yield Code(now, "the work tree, which is what it was", same=True)
        return
    files = known.code(wanted)
    if here:
        yield Code(now, "the work tree as it is now", _changes(files, now))
        return
    folder = Path(tempfile.mkdtemp(prefix="skylift-like-"))
    try:
        code = _Copy(folder, record, now, Places.of(record, store, known, now.root), known).lay(files)
        # What could not be had whole is not taken in parts: nobody ever wrote that program.
        yield code if isinstance(code, Code) else Code(now, "the work tree as it is now", code)
    finally:
        remove_tree(folder)


def _is(now: Sources, wanted: object) -> bool:
    try:
        return now.code_hash == wanted
    except (ConfigError, NotReady, UsageError):
        # What keeps the work tree from being run is nothing to the code of then.
        return False


def _changes(files: Mapping[str, KnownFile] | None, now: Sources) -> str:
    if files is None:
        return "code: the work tree as it is now; what it was is not known here"
    is_now = {file.path: file for file in now.contents}
    changed = sorted(path for path in files.keys() | is_now.keys() if files.get(path) != is_now.get(path))
    if not changed:
        return "code: the same files, but what the config says of the jobs is not what it was"
    return f"code: the work tree as it is now; not as it was: {first_of(changed, _SHOWN)}"


@dataclass(frozen=True)
class _Copy:
    """A copy of the project that is being laid."""

    folder: Path
    record: Record
    now: Sources
    places: Places
    known: Known

    def lay(self, files: Mapping[str, KnownFile] | None) -> Code | str:
        """The code; or why it can not be had."""
        commit, now = self.places.commit, "code: the work tree as it is now"
        has_commit = knows(self.now.root, commit)
        if files is None and (not has_commit or self.record.at("Skylift.revision.dirty")):
            lacks = "the uncommitted changes of then were not kept here"
            if not has_commit:
                lacks = f"commit {commit[:12]} is not in this repository" if commit else "it was not in git"
            return f"{now}; {lacks}"
        try:
            if has_commit:
                self._commit(commit)
            missing = self._files(files or {})
            if missing:
                return f"{now}; the contents of then are not known here of {first_of(missing, _SHOWN)}"
            self._lock()
            return self._code(files)
        except (ConfigError, NotReady, UsageError) as problem:
            return f"{now}; that of then can not be laid out: {problem}"

    def _commit(self, commit: str) -> None:
        """The files as the commit has them, without the data that channels bring."""
        data = [posixpath.normpath(source) for source in self._local_sources()]
        entries = [
            entry
            for entry in tree(self.now.root, commit)
            if not any(entry.path.startswith(f"{folder}/") for folder in data)
        ]
        for start in range(0, len(entries), _AT_ONCE):
            some = entries[start : start + _AT_ONCE]
            found = dict(contents(self.now.root, (entry.blob for entry in some)))
            for entry in some:
                content = found.get(entry.blob)
                if content is None:
                    raise NotReady(f"git lacks {entry.path} of {commit[:12]}")
                link = content.decode(errors="surrogateescape") if entry.is_link else ""
                self._put(KnownFile(entry.path, executable=entry.executable, link=link), content)

    def _local_sources(self) -> Iterator[str]:
        channels = self.record.at("Skylift.channels")
        for channel in (channels if isinstance(channels, Mapping) else {}).values():
            source = channel.get("source") if isinstance(channel, Mapping) else None
            if isinstance(source, str) and "://" not in source:
                yield source

    def _files(self, files: Mapping[str, KnownFile]) -> list[str]:
        """Lay what shipped over it; the names of what nobody has any more."""
        links = [file for file in files.values() if file.link]
        for file in links:
            self._put(file, b"")
        missing = set(files) - {file.path for file in links}
        for file, content in self.places.contents(files.values()):
            self._put(file, content)
            missing.discard(file.path)
        return sorted(missing)

    def _put(self, file: KnownFile, content: bytes) -> None:
        path = self.folder / file.path
        if not path.parent.resolve().is_relative_to(self.folder.resolve()) or ".." in file.path.split("/"):
            raise NotReady(f"{file.path} would lie outside of it")
        if path.is_symlink():
            path.unlink()
        if file.link:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.symlink_to(file.link)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if file.executable else 0o644)

    def _lock(self) -> None:
        """The lock does not ship. Where the commit's is another, or none, what was kept of it goes there."""
        wanted = self.record.at("Skylift.lock")
        there = known_lock(self.folder)
        text = self.known.lock_text(wanted)
        if text is not None and (there is None or there.digest != wanted):
            write_text(self.folder / LOCK_NAME, text)

    def _code(self, files: Mapping[str, KnownFile] | None) -> Code:
        local = self.now.root / LOCAL_FILE
        if local.is_file():
            (self.folder / LOCAL_FILE).write_bytes(read_source(local))
        sources = self._sources()
        if files is not None:
            more = [file.path for file in sources.files if file.path not in files]
            for path in more:
                # The commit had it, and the work tree of then had not; or a rule left it out.
                (self.folder / path).unlink()
            sources = self._sources() if more else sources
        said = f"commit {self.places.commit[:12]}" if self.places.commit else "what was kept of it"
        said += ", with the uncommitted changes of then" if self.record.at("Skylift.revision.dirty") else ""
        said += f", with {LOCAL_FILE} as it is now, which is not in git" if local.is_file() else ""
        same = sources.code_hash == self.record.at("Skylift.revision.code")
        if same or files is not None:
            return Code(sources, said, same=same)
        return Code(sources, said, f"code: {said}; files that shipped without being in git are not there")

    def _sources(self) -> Sources:
        now, revision = self.now, self.record.at("Skylift.revision")
        said = revision if isinstance(revision, Mapping) else {}
        past = Revision(
            commit=self.places.commit,
            branch=str(said.get("branch") or ""),
            dirty=bool(said.get("dirty")),
            diff=str(said.get("diff") or ""),
            time=time_of(now.root, self.places.commit),
            identity=identity_of(now.root),
        )
        found = Sources.read(self.folder, now.world, overrides=now.overrides, locked=now.locked)
        if found.root != self.folder.resolve():
            raise NotReady("it has no config")
        return replace(found, past=Past(now.root, past))
