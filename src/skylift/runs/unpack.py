"""Artifacts to a folder: nothing escapes it, no devices, nothing is overwritten."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from skylift.errors import NotReady, UsageError
from skylift.host.files import remove_tree

_THREADS = 8
_DAMAGES = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)


def unpack(archive: Path, into: Path) -> list[str]:
    """Extract a tar.gz into a new folder; the names of its files, sorted.

    All of it appears at once or not at all. Members that are not plain files or folders, that are
    absolute or that climb out are refused as a whole: whoever made such an archive meant no good.

    :raises UsageError: when the folder exists and is not empty, or a member is refused.
    """
    with _new_folder(into) as temporary:
        return _extracted(archive, temporary)


def copy(folder: Path, into: Path) -> list[str]:
    """The same for an artifact that is a folder. A link inside becomes what it leads to.

    Links that lead out of it, and what is neither file nor folder, are left out. Below a link to a folder no
    other one is followed, as they may lead in a circle.

    :raises UsageError: when the new folder exists and is not empty.
    """
    with _new_folder(into) as temporary:
        return sorted(_Copying(folder.resolve(), temporary).files(folder, "", linked=False))


def download(names: Iterable[str], fetch: Callable[[str, Path], None], into: Path) -> list[str]:
    """The same for an artifact that is many objects; ``fetch`` brings one of them.

    :raises UsageError: when the folder exists and is not empty, or a name leads out of it.
    """
    # Consoles make an empty object for a folder; it is no file.
    wanted = sorted(name for name in names if not name.endswith("/"))
    for name in wanted:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts:
            raise UsageError(f"the model holds {name!r}, which is not a plain file inside it")
    with _new_folder(into) as temporary:

        def bring(name: str) -> None:
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            fetch(name, temporary / name)

        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(bring, wanted):
                pass
    return wanted


def files_in(folder: Path) -> list[str]:
    """The names of a folder's files, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def is_without_files(artifact: Path) -> bool:
    """Whether an archive or folder is there and holds no file. Of a full one little is read.

    :raises NotReady: when the archive is damaged.
    """
    if artifact.is_dir():
        return not any(path.is_file() for path in artifact.rglob("*"))
    if not artifact.exists():
        return False
    try:
        with tarfile.open(artifact, "r:gz") as tar:
            return all(member.isdir() for member in tar)
    except _DAMAGES as error:
        raise _damaged(artifact, error) from error


@contextmanager
def _new_folder(into: Path) -> Iterator[Path]:
    """A folder that takes its name when the block ends well; nothing is left behind otherwise."""
    if into.exists() and not into.is_dir():
        raise UsageError(f"{into} is a file", hints=("name a new folder with --output",))
    if into.exists() and any(into.iterdir()):
        raise UsageError(f"{into} is not empty", hints=("name another folder with --output",))
    into.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=into.parent, prefix=f".{into.name}."))
    try:
        yield temporary
        temporary.chmod(0o755)
        if into.exists():
            into.rmdir()
        os.replace(temporary, into)  # noqa: PTH105 - says what it does on every platform
    except BaseException:
        remove_tree(temporary)
        raise


@dataclass(frozen=True)
class _Copying:
    root: Path
    into: Path

    def files(self, folder: Path, prefix: str, *, linked: bool) -> Iterator[str]:
        """``linked``: we are below a link to a folder."""
        for path in folder.iterdir():
            name, is_link = prefix + path.name, path.is_symlink()
            real = self._real(path)
            if real is None or (real.is_dir() and is_link and linked):
                continue
            if real.is_dir():
                (self.into / name).mkdir()
                yield from self.files(path, f"{name}/", linked=linked or is_link)
            elif real.is_file():
                shutil.copyfile(real, self.into / name)
                (self.into / name).chmod(0o755 if real.stat().st_mode & 0o100 else 0o644)
                yield name

    def _real(self, path: Path) -> Path | None:
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError):
            # A link to nothing, or a loop (RuntimeError before Python 3.13).
            return None
        return real if real.is_relative_to(self.root) else None


def _extracted(archive: Path, into: Path) -> list[str]:
    try:
        return _extract(archive, into)
    except _DAMAGES as error:
        raise _damaged(archive, error) from error


def _damaged(archive: Path, error: Exception) -> NotReady:
    return NotReady(f"{archive} is damaged: {error}", hints=("fetch or train it again",))


def _extract(archive: Path, into: Path) -> list[str]:
    names = []
    links: list[tuple[Path, str]] = []
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            linked = member.issym() and _stays_inside(path, member.linkname)
            if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir() or linked):
                raise UsageError(f"{archive.name} holds {member.name!r}, which is not a plain file inside it")
            target = into / path
            if linked:
                links.append((target, member.linkname))
                continue
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            source = tar.extractfile(member)
            assert source is not None
            with source, target.open("xb") as stream:
                shutil.copyfileobj(source, stream)
            target.chmod(0o755 if member.mode & 0o100 else 0o644)
            names.append(str(path))
    # Last, so that nothing is ever written through one.
    for target, link in links:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(link)
    return sorted(names)


def _stays_inside(path: PurePosixPath, link: str) -> bool:
    meant = os.path.normpath(path.parent / link)
    return not link.startswith("/") and not meant.startswith("..")
