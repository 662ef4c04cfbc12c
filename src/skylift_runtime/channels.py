"""Channels whose files were downloaded by content become the user's own folders again."""

from __future__ import annotations

import errno
import os

from skylift_runtime.contract import INDEX_FILE, RESERVED_CHANNEL, Tree
from skylift_runtime.description import read_json
from skylift_runtime.failure import Unusable
from skylift_runtime.named import NamedTuple
from skylift_runtime.workdir import copy_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Set

_MOUNTED = frozenset({errno.EXDEV, errno.EBUSY, errno.EROFS, errno.EACCES, errno.EPERM})
"""What the kernel answers when a mount forbids moving a folder."""


class IndexedFile(NamedTuple):
    """One file of a channel and the object that holds its bytes."""

    path: str
    sha256: str
    size: int
    executable: bool


def lay_channels(tree: Tree, config: Mapping[str, Any]) -> Dict[str, str]:
    """Make every channel readable as the user knows it, and say where each one is.

    Doing it again changes nothing.

    :param config: inputdataconfig.json without the reserved channel.
    :raises Unusable: when an object is missing or has another size than the index says.
    """
    indexes = _read_indexes(tree)
    return {
        name: _lay(tree, name, indexes[name], config[name]) if name in indexes else tree.channel(name)
        for name in config
    }


def _read_indexes(tree: Tree) -> Dict[str, List[IndexedFile]]:
    path = os.path.join(tree.channel(RESERVED_CHANNEL), INDEX_FILE)
    if not os.path.isfile(path):
        return {}
    found = read_json(path)
    return {channel: [_indexed(channel, entry) for entry in entries] for channel, entries in found.items()}


def _indexed(channel: str, entry: Mapping[str, Any]) -> IndexedFile:
    path, sha256 = str(entry["path"]), str(entry["sha256"])
    parts = path.split("/")
    if "" in parts or ".." in parts or "." in parts or "\0" in path or "/" in sha256:
        raise Unusable(
            "channel `%s`: the index names %r, which is not a path inside the channel" % (channel, path)
        )
    return IndexedFile(path, sha256, int(entry["size"]), bool(entry.get("executable")))


def _lay(tree: Tree, name: str, files: List[IndexedFile], config: Mapping[str, Any]) -> str:
    place, objects = tree.channel(name), os.path.join(tree.objects, name)
    os.makedirs(tree.objects, exist_ok=True)
    downloaded = objects if os.path.isdir(objects) else place
    sharded = config.get("S3DistributionType") == "ShardedByS3Key"
    files = _present(name, files, downloaded, sharded=sharded)
    if downloaded == place:
        os.makedirs(place, exist_ok=True)
        try:
            os.rename(place, objects)
        except OSError as error:
            if error.errno not in _MOUNTED:
                raise
            # A "+" cannot stand in a channel's name, so this is nobody else's folder.
            place, objects = objects + "+tree", place
    _link_all(files, objects, place)
    return place


def _present(name: str, files: List[IndexedFile], objects: str, *, sharded: bool) -> List[IndexedFile]:
    """The files whose objects are here. Of a sharded channel every host gets only a part."""
    present = []
    for file in files:
        try:
            size = os.stat(os.path.join(objects, file.sha256)).st_size
        except FileNotFoundError:
            if sharded:
                continue
            raise Unusable("channel `%s`: %s was not downloaded" % (name, file.path)) from None
        if size != file.size:
            raise Unusable("channel `%s`: %s has %d bytes instead of %d" % (name, file.path, size, file.size))
        present.append(file)
    return present


def _link_all(files: List[IndexedFile], objects: str, place: str) -> None:
    os.makedirs(place, exist_ok=True)
    ways: Dict[str, str] = {}
    made: Set[str] = set()
    for file in files:
        target = os.path.join(place, *file.path.split("/"))
        folder = os.path.dirname(target)
        if folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
            ways[folder] = os.path.relpath(objects, folder)
        if file.executable:
            _copy_executable(os.path.join(objects, file.sha256), target)
        else:
            _link(os.path.join(ways[folder], file.sha256), target)


def _link(way: str, target: str) -> None:
    try:
        os.symlink(way, target)
    except FileExistsError:
        if os.path.islink(target) and os.readlink(target) == way:
            return
        raise


def _copy_executable(source: str, target: str) -> None:
    # An object may stand for several files, and only some of them are to be executable.
    temporary = target + ".skylift-tmp"
    copy_bytes(source, temporary)
    os.chmod(temporary, 0o755)  # noqa: S103 - as a checkout would have it
    os.replace(temporary, target)
