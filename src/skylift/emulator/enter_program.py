"""Started as ``python -I -S enter_program.py SOCKET COMMAND…``: gives a job a view of its own, and becomes it.

Makes a mount namespace (and a user namespace, where we may not mount otherwise), lays the mounts that it is told
of on the socket, whose descriptor is the argument, and executes the command in the same process: whoever watches it
sees no difference. Standard library only, and nothing of ours is imported: every job on this machine waits for it.

That is one JSON object, up to end-of-file::

    {"unset": [name…], "cwd": path, "mounts": [{"kind", "source", "target", "upper", "work", "size"}…]}

``kind`` is ``bind``, ``read-only``, ``copy`` (an overlay: the job may write, the source stays as it is) or
``disk`` (a file system of ``size`` bytes that begins as a copy of the source). The socket takes the root of each
such disk, as a descriptor, and the reason when no view can be made; end-of-file without one means that the command
has begun.

Sources: mount(2), mount_setattr(2), user_namespaces(7), Documentation/filesystems/overlayfs.rst.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import sys

# `typing` alone would cost every job a few milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_BIND, _MS_REC, _MS_SLAVE = 0x1000, 0x4000, 0x80000
_MS_NOSUID, _MS_NODEV = 0x2, 0x4
_SYS_MOUNT_SETATTR = 442  # on every architecture
_AT_RECURSIVE = 0x8000
_AT_FDCWD = -100
_MOUNT_ATTR_RDONLY = 0x1


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]


def enter(mounts: list[dict[str, Any]], tell: int) -> None:
    """Make the namespaces and lay the mounts, in their order.

    :raises OSError: where the kernel does not let us; nothing outside of this process has changed.
    """
    in_user_namespace = _unshare()
    # Here, not before: the kernel binds nothing that was opened in another namespace.
    sources = [_open(mount["source"]) for mount in mounts]
    # What is mounted outside later still comes in; nothing of ours goes out.
    _mount(None, "/", None, _MS_REC | _MS_SLAVE)
    laid: list[str] = []
    for mount, source in zip(mounts, sources, strict=True):
        _make_point(mount["target"], laid, is_folder=_is_folder(source))
        _lay(mount, source, in_user_namespace, tell)
        laid.append(mount["target"])
    for source in sources:
        os.close(source)


def _open(path: str) -> int:
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


def _unshare() -> bool:
    """True when it took a user namespace, where we keep our own number and nobody else's."""
    user, group = os.geteuid(), os.getegid()
    if _LIBC.unshare(_CLONE_NEWNS) == 0:
        return False
    _checked(_LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNS), "a user and mount namespace")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open("/proc/self/" + name, "w") as stream:
            stream.write(text)
    return True


def _lay(mount: dict[str, Any], source: int, in_user_namespace: bool, tell: int) -> None:  # noqa: FBT001
    kind, target = mount["kind"], mount["target"]
    if kind == "disk":
        _lay_disk(mount, source, tell)
    elif kind == "copy":
        _lay_copy(mount, source, in_user_namespace)
    else:
        _mount(_way(source), target, None, _MS_BIND | _MS_REC)
        if kind == "read-only":
            _make_read_only(target)


def _lay_copy(mount: dict[str, Any], source: int, in_user_namespace: bool) -> None:  # noqa: FBT001
    """An overlay, and a read-only bind where the source's file system, or the upper one's, takes none."""
    if _is_folder(source):
        upper, work = _open(mount["upper"]), _open(mount["work"])
        # By descriptor: in the options a path's own commas and colons would have a meaning.
        options = f"lowerdir={_way(source)},upperdir={_way(upper)},workdir={_way(work)}"
        options += ",userxattr" if in_user_namespace else ""
        try:
            _mount("overlay", mount["target"], "overlay", _MS_NOSUID | _MS_NODEV, options)
        except OSError as error:
            target = mount["target"]
            _say(f"{target} is shown read-only: no overlay can be made of it: {error.strerror}")
        else:
            return
        finally:
            os.close(upper)
            os.close(work)
    _mount(_way(source), mount["target"], None, _MS_BIND | _MS_REC)
    _make_read_only(mount["target"])


def _lay_disk(mount: dict[str, Any], source: int, tell: int) -> None:
    import shutil
    import socket

    target = mount["target"]
    _mount("tmpfs", target, "tmpfs", _MS_NOSUID | _MS_NODEV, f"mode=0755,size={mount['size']}")
    try:
        shutil.copytree(_way(source), target, symlinks=True, dirs_exist_ok=True, ignore=_inputs)
    except shutil.Error as error:
        raise OSError(errno.ENOSPC, "the job's own files do not fit on it", target) from error
    # Whoever holds its root can read it when the namespace and all its mounts have gone.
    root = os.open(target, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    with socket.socket(fileno=os.dup(tell)) as way:
        socket.send_fds(way, [b"+"], [root])
    os.close(root)


def _inputs(folder: str, names: list[str]) -> list[str]:
    # They are mounted afterwards; and a pipe can not be copied.
    return names if folder.endswith("/input/data") else []


def _make_point(target: str, laid: list[str], *, is_folder: bool) -> None:
    if os.path.lexists(target):
        return
    parent = os.path.dirname(target)
    if not os.path.isdir(parent):
        _make_point(parent, laid, is_folder=True)
    if not any(parent == ours or parent.startswith(ours + "/") for ours in laid):
        # A folder of the machine's, such as /opt, which stays as it is: the job is shown one with all that
        # it holds, and room for one name more.
        _rebuild(os.path.realpath(parent))
    if is_folder:
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o644))


def _rebuild(folder: str) -> None:
    old = _open(folder)
    names = os.listdir(folder)
    _mount("tmpfs", folder, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755,size=1m")
    for name in names:
        way, target = f"{_way(old)}/{name}", os.path.join(folder, name)
        if os.path.islink(way):
            os.symlink(os.readlink(way), target)
            continue
        if os.path.isdir(way):
            os.mkdir(target)
        else:
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o644))
        _mount(way, target, None, _MS_BIND | _MS_REC)
    os.close(old)


def _make_read_only(target: str) -> None:
    attributes = _Attributes(_MOUNT_ATTR_RDONLY, 0, 0, 0)
    done = _LIBC.syscall(
        _SYS_MOUNT_SETATTR,
        _AT_FDCWD,
        os.fsencode(target),
        _AT_RECURSIVE,
        ctypes.byref(attributes),
        ctypes.sizeof(attributes),
    )
    _checked(done, target)


def _way(descriptor: int) -> str:
    return f"/proc/self/fd/{descriptor}"


def _is_folder(descriptor: int) -> bool:
    return os.path.isdir(_way(descriptor))


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    data = None if options is None else options.encode()
    _checked(_LIBC.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), data), target)


def _checked(done: int, what: str) -> None:
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def _say(text: str) -> None:
    os.write(2, os.fsencode(f"skylift: {text}\n"))


def _read_all(descriptor: int) -> bytes:
    pieces = []
    while piece := os.read(descriptor, 1 << 16):
        pieces.append(piece)
    return b"".join(pieces)


def main(argv: list[str]) -> int:
    tell = int(argv[0])
    os.set_inheritable(tell, False)
    spec = json.loads(_read_all(tell))
    for name in spec["unset"]:
        # Python itself may have set it, for want of a locale.
        os.environ.pop(name, None)
    try:
        enter(spec["mounts"], tell)
        os.chdir(spec["cwd"])
        os.execvp(argv[1], argv[1:])
    except OSError as error:
        os.write(tell, os.fsencode(f"{error.filename}: {error.strerror}"))
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
