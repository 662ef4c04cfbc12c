"""What an uncaught exception tells, taken down inside the user's own process.

Imported only when there is one, and by then ``sys.path`` is the user's: nothing is imported from here
that a file of theirs could stand in for.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Iterator

_LONGEST = 96 * 1024
"""Characters of a text. More than a secret can have (64 KiB in Secrets Manager), or half of one would be taken for none."""
_INNER = "Traceback (most recent call last):"


def facts_of_cell(root: str, notebook: str, numbers: dict[str, int]) -> dict[str, Any] | None:
    """The same, of the last exception of a notebook's kernel; None of an exit that is no failure.

    Runs in the kernel: this file's text is sent there.

    :param numbers: the cells, by what IPython calls their files.
    """
    import sys

    error = sys.last_value
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return None
    cells = {file: "%s, cell %d" % (notebook, number) for file, number in numbers.items()}
    return {**facts_of(error, root), "where": _where_in_notebook(_leaf(error)[0], root, cells)}


def _where_in_notebook(error: BaseException, root: str, cells: dict[str, str]) -> str:
    """The line of the cell, and behind the file that it called where the exception is from there."""
    lines = [(frame.f_code.co_filename, line) for frame, line in _frames(error)]
    if isinstance(error, SyntaxError) and error.filename:
        lines.append((error.filename, error.lineno or 0))
    in_cells = ["%s, line %d" % (cells[file], line) for file, line in lines if file in cells]
    file, line = _place(error, root)
    if not file:
        return in_cells[-1] if in_cells else ""
    return "%s:%d" % (file, line) + (", called in %s" % in_cells[-1] if in_cells else "")


def facts_of(error: BaseException, root: str) -> dict[str, Any]:
    """Exception, message, file and line, as plain values.

    :param root: the work directory; files in it are named relative to it.
    """
    whole = error
    error, siblings = _leaf(error)
    # What was put into a group without having been raised has no place of its own.
    file, line = _place(error, root)
    if not file:
        file, line = _place(whole, root)
    before = _first_cause(error)
    return {
        "exception": _name(error),
        "message": _message(error)[:_LONGEST],
        "file": file,
        "line": line,
        "path": _path(getattr(error, "filename", None), root),
        "code": error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else None,
        "complaint": _complaint(error)[:_LONGEST] if isinstance(error, SystemExit) else "",
        "cause": _headline(before)[:_LONGEST] if before is not None else None,
        "inner": _inner(error),
        "siblings": siblings,
    }


def _leaf(error: BaseException) -> tuple[BaseException, int]:
    """What went wrong first in an exception group, and how many others there were beside it."""
    siblings = 0
    while _members(error):
        members = _members(error)
        siblings += len(members) - 1
        error = members[0]
    return error, siblings


def _members(error: BaseException) -> tuple[BaseException, ...]:
    # By its form: the class is built in from Python 3.11 on, and a backport before.
    found = getattr(error, "exceptions", None)
    if not type(error).__name__.endswith("Group") or not isinstance(found, tuple):
        return ()
    return tuple(member for member in found if isinstance(member, BaseException))


def _first_cause(error: BaseException) -> BaseException | None:
    """The other end of ``raise … from …`` and of errors in an except block."""
    seen = {id(error)}
    found: BaseException | None = None
    while True:
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if before is None or id(before) in seen:
            return found
        seen.add(id(before))
        found = error = before


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else _dotted(kind)


def _dotted(kind: type) -> str:
    return "%s.%s" % (kind.__module__, kind.__qualname__)


def _message(error: BaseException) -> str:
    """The text of an exception; pointers to source and notes left out."""
    if isinstance(error, SyntaxError):
        return str(error.msg)
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the user's own __str__ failed, and that must not hide their error
        return "<its text could not be made>"


def _headline(error: BaseException) -> str:
    message = _message(error)
    return "%s: %s" % (_name(error), message) if message else _name(error)


def _frames(error: BaseException) -> Iterator[tuple[Any, int]]:
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _place(error: BaseException, root: str) -> tuple[str, int]:
    """File and line of the innermost frame in the user's own code, the file relative to the project."""
    places = [(frame.f_code.co_filename, line) for frame, line in _frames(error)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno or 0))
    for file, line in reversed(places):
        # `<frozen os>` and `<string>` are no files, though they would seem to lie in the work directory.
        path = os.path.realpath(file) if file[:1] != "<" else ""
        if path.startswith(os.path.join(root, "")) and "-packages" + os.sep not in path:
            return os.path.relpath(path, root), line
    return "", 0


def _path(value: object, root: str) -> str | None:
    """The file that an OSError is about, as seen from the project where it lies there."""
    if not isinstance(value, (str, bytes)):
        return None
    path = os.fsdecode(value)
    return os.path.relpath(path, root) if path.startswith(os.path.join(root, "")) else path


def _complaint(error: BaseException) -> str:
    """What a parser of arguments said before it ended the process: argparse, click."""
    for frame, _ in _frames(error):
        if frame.f_code.co_name == "error" and frame.f_code.co_filename.endswith("argparse.py"):
            return str(frame.f_locals.get("message", ""))
    said = getattr(error.__context__, "format_message", None)
    return str(said()) if callable(said) else ""


def _inner(error: BaseException) -> str:
    """The traceback of another process that an exception carries as text: pools, ``torch.multiprocessing``."""
    for text in (_message(error.__cause__) if error.__cause__ is not None else "", _message(error)):
        if _INNER in text:
            return text[-_LONGEST:]
    return ""
