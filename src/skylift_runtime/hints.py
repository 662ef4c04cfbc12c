"""What to do about a failure, where the words of the failure tell."""

from __future__ import annotations

import itertools
import os
import re
from typing import Callable, List, Mapping, Match, NamedTuple, Tuple


class Surroundings(NamedTuple):
    """What the job had around it when it failed."""

    root: str = ""
    """The work directory."""
    data: str = ""
    """The folder that channels lie in."""
    channels: Mapping[str, str] = {}
    model: str = ""
    oom: bool = False
    """Meanwhile the kernel ended a process for want of memory."""


NOTHING = Surroundings()
_FOLDERS = 1000
"""Folders that are looked into: a failed job should end soon."""


def hint_for(said: str, path: str, around: Surroundings, cause: str = "") -> str:
    """What may help, a line each; empty where nothing is known.

    :param said: exception and message.
    :param path: the file that the exception is about, if any.
    :param cause: the exception that led to it, if any.
    """
    found = _known(said, around) or _about_file(said, path, around) or _known(cause, around)
    if around.oom and found in ("", _KILLED, _WORKER_GONE):
        return _OOM
    return "%s\n%s" % (found, _OOM) if around.oom else found


def _known(said: str, around: Surroundings) -> str:
    for pattern, answer in _HINTS:
        found = pattern.search(said)
        if found:
            text = answer(found, around)
            if text:
                return text
    return ""


def _missing_variable(found: Match[str], around: Surroundings) -> str:
    name = found["name"]
    if name.startswith("SM_CHANNEL_"):
        return _missing_channel(name[len("SM_CHANNEL_") :].lower(), around)
    if name.startswith("SM_HP_"):
        return "there is no hyperparameter `%s`" % name[len("SM_HP_") :].lower()
    return "`%s` is no variable of the contract" % name


def _missing_channel(name: str, around: Surroundings) -> str:
    import difflib

    there = ", ".join("`%s`" % channel for channel in sorted(around.channels))
    near = difflib.get_close_matches(name, list(around.channels), 1)
    guess = "did you mean `%s`? " % near[0] if near else ""
    return "there is no channel `%s`: %s%s" % (
        name,
        guess,
        "the job has %s" % there if there else "the job has none",
    )


def _missing_module(found: Match[str], around: Surroundings) -> str:
    name, _, part = found["name"].partition(".")
    if _is_own(name, "", around):
        return (
            "the folder `%s` ships, but not that part of it: is it ignored by git or .skyliftignore?" % name
        )
    if part and not _is_own(name, ".py", around):
        # Python names the whole path where it found the beginning.
        return _other_version(found["name"], name)
    return "is `%s` in the project's dependencies?" % name


def _missing_attribute(found: Match[str], around: Surroundings) -> str:
    name = found["module"].partition(".")[0]
    if _is_own(name, "", around) or _is_own(name, ".py", around):
        return ""
    return _other_version("%s.%s" % (found["module"], found["name"]), name)


def _other_version(what: str, name: str) -> str:
    return "`%s` is installed, but has no `%s`: does the code want another version of it?" % (name, what)


def _is_own(name: str, suffix: str, around: Surroundings) -> bool:
    """Whether a module is the project's, or is called like one of it."""
    folders = [folder for folder in (around.root, os.path.join(around.root, "src")) if folder]
    paths = [os.path.join(folder, name + suffix) for folder in folders]
    return any(os.path.isfile(path) if suffix else os.path.isdir(path) for path in paths)


def _disk(_found: Match[str], around: Surroundings) -> str:
    folder = around.model if os.path.isdir(around.model) else "/"
    try:
        status = os.statvfs(folder)
    except OSError:
        return "the disk is full: give the target a larger volume, or write less"
    total = status.f_blocks * status.f_frsize
    size = "%.1f GB" % (total / 1e9) if total >= 1e9 else "%.1f MB" % (total / 1e6)
    return "the disk is full (%s): give the target a larger volume, or write less" % size


def _memory(_found: Match[str], _around: Surroundings) -> str:
    return "memory ran out (%s): %s" % (_of_memory(), _LESS_MEMORY)


def _of_memory() -> str:
    try:
        return "%.1f GB here" % (os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)
    except (ValueError, OSError):
        return "all of it"


def _hint(pattern: str, answer: "Answer") -> "Tuple[re.Pattern[str], Answer]":
    return re.compile(pattern), answer


Answer = Callable[[Match[str], Surroundings], str]
_GPU_MEMORY = "the GPU's memory ran out: a smaller batch, or an instance with a larger GPU"
_LESS_MEMORY = "smaller batches, fewer workers, or a larger instance"
_OOM = "the kernel ended a process of the job because memory ran out: " + _LESS_MEMORY
_KILLED = "a SIGKILL that nobody sent usually means that memory ran out: " + _LESS_MEMORY
_WORKER_GONE = "a worker that ends without a word has crashed, or memory ran out: " + _LESS_MEMORY
_DRIVER = (
    "CUDA and driver do not fit: use a build of the framework for an older CUDA, or a newer instance type"
)
_BUILD = "this build of the framework has no CUDA: is the CPU build locked for a GPU target?"
_HYPERPARAMETER = (
    "hyperparameters reach the script as options: `skylift run NAME=VALUE`, or [hyperparameters]"
)
_ENCODING = "text that is not in the expected encoding: name it, open(…, encoding=…), or set PYTHONUTF8=1"
_READ_ONLY = "channels are inputs: write to SM_MODEL_DIR, SM_OUTPUT_DATA_DIR or the work directory"


def _always(text: str) -> Answer:
    return lambda _found, _around: text


_HINTS: "List[Tuple[re.Pattern[str], Answer]]" = [
    _hint(r"CUDA out of memory|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED|torch\.cuda\.OutOfMemory"
          r"|torch\.OutOfMemoryError|ResourceExhaustedError|OOM when allocating", _always(_GPU_MEMORY)),
    _hint(r"^MemoryError|_ArrayMemoryError|Cannot allocate memory|can't allocate memory|std::bad_alloc"
          r"|DefaultCPUAllocator", _memory),
    _hint(r"No space left on device|\[Errno 28\]|Disk quota exceeded|\[Errno 122\]", _disk),
    _hint(r"killed by SIGKILL|killed by signal: Killed", _always(_KILLED)),
    _hint(r"BrokenProcessPool|TerminatedWorkerError", _always(_WORKER_GONE)),
    _hint(r"CUDA driver version is insufficient|no kernel image is available|forward compatibility was attempted"
          r"|Found no NVIDIA driver|NVIDIA driver on your system is too old|libcuda\.so", _always(_DRIVER)),
    _hint(r"Torch not compiled with CUDA enabled|not built with CUDA", _always(_BUILD)),
    _hint(r"KeyError: '(?P<name>SM_\w+)'", _missing_variable),
    _hint(r"KeyError: '(?:RANK|LOCAL_RANK|WORLD_SIZE|MASTER_ADDR|MASTER_PORT)'|environment variable (?:RANK|WORLD_SIZE|MASTER_\w+) expected",
          _always('a launcher sets that: command = ["torchrun", "--nproc-per-node={gpus}", …]')),
    _hint(r"No module named '?(?P<name>\w+(?:\.\w+)*)", _missing_module),
    _hint(r"AttributeError: module '(?P<module>\w+(?:\.\w+)*)' has no attribute '(?P<name>\w+)'", _missing_attribute),
    _hint(r"ImportError: cannot import name '(?P<name>\w+)' from '(?P<module>\w+(?:\.\w+)*)' \([^)\n]*[/\\](?:site|dist)-packages[/\\]",
          _missing_attribute),
    _hint(r"unrecognized arguments|the following arguments are required|argument \S+: (?:invalid|expected)"
          r"|ambiguous option|[Nn]o such option|Missing option", _always(_HYPERPARAMETER)),
    _hint(r"Unicode(?:En|De)codeError", _always(_ENCODING)),
    _hint(r"GLIBC(?:XX)?_[\d.]+' not found", _always("a wheel wants a newer C library than the base image has: choose a newer base")),
    _hint(r"\[Errno 75\] Value too large for defined data type",
          _always("a channel's file belongs to another user or group, and can not be changed in place here: write to another file")),
    _hint(r"Exec format error", _always("a program for another processor: images and wheels are for linux/amd64")),
    _hint(r"Temporary failure in name resolution|Name or service not known|Network is unreachable",
          _always("the job reached no network: is it isolated, or in a VPC without a way out?")),
    _hint(r"[Uu]nable to locate credentials|NoCredentialsError",
          _always("the job has no AWS credentials: here they come from your environment, on the service from its role")),
    _hint(r"(?m)^\S+: (?:line )?\d+: (?P<name>[\w./-]+): (?:command )?not found",
          lambda found, _around: "`%s` is not installed where the job runs" % found["name"]),
    _hint(r"[Bb]us error|SIGBUS|unable to write to file </torch_|/dev/shm",
          _always("shared memory ran out: fewer DataLoader workers")),
]  # fmt: skip


def _about_file(said: str, path: str, around: Surroundings) -> str:
    if not path:
        return ""
    inside = _channel_of(path, around)
    if "Read-only file system" in said or ("PermissionError" in said and inside):
        return _READ_ONLY if inside else ""
    if "FileNotFoundError" not in said:
        return ""
    if inside:
        return _in_channel(inside, around)
    if os.path.isabs(path):
        return "`%s` is an absolute path; data comes from channels, results go to SM_MODEL_DIR" % path[:200]
    return _elsewhere(path, around) or (
        "is `%s` among the files that ship, or does it come from a channel?" % path[:200]
    )


def _elsewhere(path: str, around: Surroundings) -> str:
    """For a path that would be right if the job's current folder were another one."""
    if not around.root:
        return ""
    if os.path.lexists(os.path.join(around.root, path)):
        return (
            "`%s` is there, seen from the project's root, where the job begins: it has changed folders"
            % path[:200]
        )
    for folder, _, _ in itertools.islice(os.walk(around.root), _FOLDERS):
        found = os.path.relpath(os.path.join(folder, path), around.root)
        if found.split(os.sep)[0] != os.pardir and os.path.lexists(os.path.join(folder, path)):
            return "the job's current folder is the project's root, and there it is `%s`" % found[:200]
    return ""


def _channel_of(path: str, around: Surroundings) -> str:
    """The channel that a path is in, whether or not there is such a channel."""
    for folder in (around.data, "/opt/ml/input/data"):
        if folder and os.path.join(path, "").startswith(os.path.join(folder, "")):
            return os.path.relpath(path, folder).split(os.sep)[0]
    return ""


def _in_channel(name: str, around: Surroundings) -> str:
    if name not in around.channels:
        return _as_pipes(re.sub(r"_\d+\Z", "", name), around) or _missing_channel(name, around)
    try:
        there = sorted(os.listdir(around.channels[name]))
    except OSError:
        return _as_pipes(name, around)
    if not there:
        return "the channel `%s` is empty" % name
    shown = ", ".join(there[:5]) + (" and %d more" % (len(there) - 5) if len(there) > 5 else "")
    return "the channel `%s` holds %s" % (name, shown)


def _as_pipes(name: str, around: Surroundings) -> str:
    """For a channel in Pipe mode; empty for others."""
    folder, channel = os.path.split(around.channels.get(name, ""))
    try:
        others = os.listdir(folder)
    except OSError:
        return ""
    if not any(re.match(re.escape(channel) + r"_\d+\Z", other) for other in others):
        return ""
    return "the channel `%s` is in Pipe mode: read `%s_0` to its end, once, then `%s_1`, …" % (
        name,
        name,
        name,
    )
