"""The folder that the user's code runs in: a fresh, writable copy of the files that ship."""

from __future__ import annotations

import os

from skylift_runtime.contract import beside
from skylift_runtime.failure import Unusable
from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Mapping, Tuple

    Stamp = Tuple[int, int]
    """Size and time of change: enough to see that a file of ours was written to."""

_CHUNK = 1 << 20


class WorkDirectory(NamedTuple):
    """The copy, and what it held when the user's code was started."""

    root: str
    shipped: Dict[str, Stamp]
    """By path, POSIX and relative."""
    left_out: List[str]
    """Links that would have left the project."""


def lay_work_directory(code: str, root: str) -> WorkDirectory:
    """Copy the code to a folder that is wiped first. Modes stay, and everything can be written to.

    :raises Unusable: when there is no code.
    """
    if not os.path.isdir(code):
        raise Unusable("no code at %s" % code)
    empty(root)
    work = WorkDirectory(root, {}, [])
    _copy_folder(code, work, "")
    return work


def in_place(root: str) -> WorkDirectory:
    """A folder that the job works in as it is, with what it holds now."""
    work = WorkDirectory(root, {}, [])
    for folder, _, names in os.walk(root):
        for name in names:
            full = os.path.join(folder, name)
            if os.path.isfile(full):
                work.shipped[os.path.relpath(full, root)] = stamp(full)
    return work


def _copy_folder(code: str, work: WorkDirectory, folder: str) -> None:
    with os.scandir(os.path.join(code, folder)) as entries:
        for entry in entries:
            path = os.path.join(folder, entry.name)
            target = os.path.join(work.root, path)
            if entry.is_symlink():
                _copy_link(entry.path, work, path)
            elif entry.is_dir():
                os.mkdir(target)
                os.chmod(target, entry.stat().st_mode & 0o777 | 0o700)
                _copy_folder(code, work, path)
            elif entry.is_file():
                copy_bytes(entry.path, target)
                found = entry.stat()
                os.chmod(target, found.st_mode & 0o777 | 0o600)
                # Byte-code that ships is valid for exactly this time.
                os.utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))
                work.shipped[path] = stamp(target)


def _copy_link(link: str, work: WorkDirectory, path: str) -> None:
    way = os.readlink(link)
    reached = os.path.normpath(os.path.join(os.path.dirname(path), way))
    if os.path.isabs(way) or reached == ".." or reached.startswith("../"):
        work.left_out.append(path)
        return
    os.symlink(way, os.path.join(work.root, path))
    if os.path.isfile(os.path.join(work.root, path)):
        work.shipped[path] = stamp(os.path.join(work.root, path))


def copy_bytes(source: str, target: str) -> None:
    """Copy a file's content. By hand: every job copies its code, and `shutil` brings three compressors."""
    with open(source, "rb", 0) as reading, open(target, "wb", 0) as writing:
        while True:
            data = reading.read(_CHUNK)
            if not data:
                return
            view = memoryview(data)
            while view:
                view = view[writing.write(view) :]


def stamp(path: str) -> Stamp:
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns


def lay_paths(work: WorkDirectory, paths: Mapping[str, str]) -> None:
    """Put a link to each place where the user's code has a path hard-coded.

    What the copy holds there gives way; it is only a copy. What lies beside the project, ``../data``, is put
    beside the copy, where nothing gives way.

    :raises Unusable: for a path that leads out of the work directory, and is not beside it.
    """
    for path in sorted(paths):
        target = os.path.normpath(os.path.join(work.root, path))
        parent = os.path.dirname(target)
        within = os.path.dirname(work.root) if beside(path) else work.root
        if os.path.isabs(path) or not target.startswith(os.path.join(within, "")):
            raise Unusable("[paths] names `%s`, which is not a path inside the project" % path)
        # Below a link we would write into the channel that it shows.
        if not _stays_inside(parent, within):
            raise Unusable("[paths] names `%s`, which lies below another link" % path)
        if within != work.root and os.path.lexists(target) and not os.path.islink(target):
            raise Unusable("[paths] names `%s`, and %s is there already" % (path, target))
        os.makedirs(parent, exist_ok=True)
        remove(target)
        _make_way(paths[path], os.path.dirname(work.root))
        os.symlink(paths[path], target)


def _make_way(place: str, tree: str) -> None:
    """Make the folder that a link for results is to show: where a name leads nowhere, nothing can be written to it."""
    if not place.startswith(os.path.join(tree, "")) or place.startswith(os.path.join(tree, "input", "")):
        return
    is_file = "." in os.path.basename(place)
    os.makedirs(os.path.dirname(place) if is_file else place, exist_ok=True)


def _stays_inside(path: str, root: str) -> bool:
    real = os.path.realpath(root)
    return os.path.join(os.path.realpath(path), "").startswith(os.path.join(real, ""))


def empty(folder: str) -> None:
    """Make it a folder with nothing in it. The folder itself stays: it may be where something is mounted."""
    os.makedirs(folder, exist_ok=True)
    with os.scandir(folder) as entries:
        for entry in entries:
            remove(entry.path)


def remove(path: str) -> None:
    """Remove whatever has this name; a link, not what it shows."""
    if os.path.isdir(path) and not os.path.islink(path):
        import shutil

        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
