"""What the end of a job's output says about why it ended: tracebacks, crashes, complaints.

For processes that no bootstrap of ours is in: shell scripts, torchrun and its workers, pools.
"""

from __future__ import annotations

import os
import re
from typing import Any, Dict, List, NamedTuple, Optional

# `[rank1]: ` of torch, `[default1]:` of torchrun --tee, `[1]<stderr>:` of mpirun; the inner one counts.
_PREFIX = re.compile(r"^(?:\[[A-Za-z_-]*(?P<rank>\d+)\](?:<\w+>)?:\s?)+", re.MULTILINE)
_BEGIN = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s*(?:\|\s*)?File "(?P<file>[^"]+)", line (?P<line>\d+)')
_ERROR = re.compile(r"^(?P<name>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?$")
_CHAIN = ("The above exception was the direct cause", "During handling of the above exception")
_FATAL = re.compile(r"^Fatal Python error: (?P<message>.+)$", re.MULTILINE)
_USAGE = re.compile(r"^[^\s:][^:\n]*: error: (?P<message>.+)$|^Error: (?P<other>.+)$", re.MULTILINE)
_ROOT_RANK = re.compile(r"Root Cause.*?rank\s*:\s*(?P<rank>\d+)", re.DOTALL)
_ROOT_CAUSE = re.compile(r"Root Cause.*?rank\s*:\s*(?P<rank>\d+).*?exitcode\s*:\s*(?P<code>-?\d+)", re.DOTALL)
_LOST = re.compile(
    r"connection (?:was )?(?:closed|reset|refused)|\bpeer\b|remote (?:worker|process)", re.IGNORECASE
)
_LAUNCHERS = frozenset({"ChildFailedError", "CalledProcessError", "ProcessExitedException", "SystemExit"})
COLORS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Traceback(NamedTuple):
    """One traceback of an output."""

    exception: str
    message: str
    file: str
    """In the user's code; empty where no frame was."""
    line: int
    rank: Optional[int]
    cause: Optional[str]

    def facts(self) -> Dict[str, Any]:
        """The same by the names that the bootstrap uses."""
        path = re.search(r"No such file or directory: b?'(?P<path>[^']+)'", self.message)
        return {
            "exception": self.exception,
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "path": path.group("path") if path else None,
            "cause": self.cause,
        }


def explain(said: str, root: str) -> Optional[Dict[str, Any]]:
    """The facts in the end of an output; None when there are none.

    :param root: the work directory.
    """
    text = COLORS.sub("", said).replace("\r\n", "\n")
    found = _to_blame(tracebacks(text, root), text)
    if found is not None and text.rfind(found.exception) > text.rfind("Fatal Python error: "):
        return found.facts()
    crashes = list(_FATAL.finditer(text))
    if not crashes:
        return None
    file, line = _first_of_ours(text[crashes[-1].end() :], root)
    return {"exception": "Fatal Python error", "message": crashes[-1]["message"], "file": file, "line": line}


def is_only_news(exception: str) -> bool:
    """Whether it says no more than that another process has failed.

    >>> is_only_news("subprocess.CalledProcessError"), is_only_news("ValueError")
    (True, False)
    """
    return exception.rsplit(".", 1)[-1] in _LAUNCHERS


def complaint(said: str, *, passed_on: bool = False) -> str:
    """What a parser of arguments said last: ``train.py: error: …`` (argparse), ``Error: …`` (click).

    :param passed_on: a worker's parser may have said it, and its launcher more after that.

    >>> complaint("usage: t.py [-h]\\nt.py: error: unrecognized arguments: --foo\\n")
    'unrecognized arguments: --foo'
    """
    said = _PREFIX.sub("", said)
    found = [match["message"] or match["other"] for match in _USAGE.finditer(said)]
    lines = said.rstrip().splitlines()
    return found[-1] if found and lines and (passed_on or found[-1] in lines[-1]) else ""


def killed_worker(said: str) -> str:
    """The worker that torchrun names as the first to fail, where a SIGKILL has ended it: it could say nothing.

    >>> killed_worker("Root Cause (first observed failure):\\n[0]:\\n  rank      : 1 (local_rank: 1)\\n  exitcode  : -9 (pid: 7)")
    'rank 1 was killed by SIGKILL'
    """
    begin = said.rfind("Root Cause")
    # What came after that has an end of its own.
    if begin < max(said.rfind(_BEGIN), 0):
        return ""
    found = _ROOT_CAUSE.search(said, begin)
    return "rank %s was killed by SIGKILL" % found["rank"] if found and found["code"] == "-9" else ""


def last_lines(said: str, count: int = 2) -> str:
    """The last lines that say anything, for a program that says what is wrong in its own way."""
    lines = [line.split("\r")[-1].strip() for line in COLORS.sub("", said).splitlines()]
    return "\n".join([line for line in lines if line][-count:])[-300:]


def tracebacks(text: str, root: str) -> List[Traceback]:
    """All tracebacks in a text, in order; of a chain the last one, with the first as its cause."""
    found: List[Traceback] = []
    by_rank: Dict[Optional[int], _Reader] = {}
    for line in text.splitlines():
        match = _PREFIX.match(line)
        rank = int(match["rank"]) if match else None
        reader = by_rank.setdefault(rank, _Reader(root, rank))
        reader.read(line[match.end() :] if match else line, found)
    return found


class _Reader:
    """Reads the lines of one process; those of several may alternate."""

    def __init__(self, root: str, rank: Optional[int]) -> None:
        self._root, self._rank = root, rank
        self._inside = False
        self._file, self._line = "", 0
        self._chained = False
        self._last: Optional[int] = None

    def read(self, line: str, found: List[Traceback]) -> None:
        if line.lstrip(" |+-").startswith(_BEGIN):
            self._inside, self._file, self._line = True, "", 0
            return
        if line.startswith(_CHAIN):
            self._chained = True
            return
        if not self._inside:
            return
        frame = _FRAME.match(line)
        if frame:
            self._take(frame["file"], int(frame["line"]))
        elif line and not line[0].isspace():
            self._end(line, found)

    def _take(self, file: str, line: int) -> None:
        path = _in_project(file, self._root)
        if path:
            self._file, self._line = path, line

    def _end(self, line: str, found: List[Traceback]) -> None:
        self._inside = False
        error = _ERROR.match(line)
        if error is None:
            return
        new = Traceback(error["name"], error["message"] or "", self._file, self._line, self._rank, None)
        if self._chained and self._last is not None:
            before = found[self._last]
            # In its place: what is only a cause is not to be taken for what a process ended by.
            found[self._last] = new._replace(
                cause=before.cause or "%s: %s" % (before.exception, before.message)
            )
        else:
            self._last = len(found)
            found.append(new)
        self._chained = False


def _to_blame(found: List[Traceback], text: str) -> Optional[Traceback]:
    """The traceback that the job ended by: under a launcher, that of the worker it names, or the first."""
    if not found:
        return None
    last = found[-1]
    if not is_only_news(last.exception):
        return last
    workers = [one for one in found[:-1] if one.file] or found[:-1]
    named = _ROOT_RANK.search(text)
    of_rank = [one for one in workers if named and one.rank == int(named["rank"])]
    # A launcher that sees two of them dead names one; who only lost the other was not the first.
    causes = [one for one in (*of_rank, *workers) if not _LOST.search(one.message)]
    return next(iter((*causes, *of_rank, *workers)), last)


def _first_of_ours(dump: str, root: str) -> "tuple[str, int]":
    """The user's innermost frame in a dump of faulthandler's, which begins with the innermost."""
    current = dump.find("Current thread")
    for line in dump[max(current, 0) :].splitlines():
        frame = _FRAME.match(line)
        path = _in_project(frame["file"], root) if frame else ""
        if frame and path:
            return path, int(frame["line"])
    return "", 0


def _in_project(file: str, root: str) -> str:
    # Without a root every path would seem to lie in it.
    if file[:1] == "<" or not root:
        return ""
    path = os.path.normpath(os.path.join(root, file))
    inside = path.startswith(os.path.join(root, "")) and "-packages" + os.sep not in path
    return os.path.relpath(path, root) if inside else ""
