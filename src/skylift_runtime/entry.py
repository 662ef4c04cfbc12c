"""Become the user's program: their code is ``__main__``, and an exception leaves facts behind."""

from __future__ import annotations

import os
import sys

from skylift_runtime.contract import FACTS_VARIABLE

# Every job waits for what is imported here, so the rest is imported where it is needed.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

_OURS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")
_LONGEST_MESSAGE = 4000


def run(arguments: list[str], *, safe_path: bool) -> None:
    """Run an entry point as ``python`` would have run it.

    :param arguments: the kind of entry point, the entry point, and its own arguments.
    :param safe_path: the script's folder is not to be put on ``sys.path``.
    """
    kind, target, rest = arguments[0], arguments[1], arguments[2:]
    # Popped: a program that the user's code starts is not to speak in its name.
    facts, root = os.environ.pop(FACTS_VARIABLE, ""), os.getcwd()
    try:
        if kind == "script":
            _run_script(target, rest, safe_path=safe_path)
        elif kind == "module":
            _run_module(target, rest, safe_path=safe_path)
        else:
            _call_function(target, rest)
    except SystemExit as end:
        if end.code not in (None, 0):
            _write_facts(facts, end, root)
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, we end with it as the interpreter would
        _write_facts(facts, error, root)
        error.__traceback__ = _without_us(error.__traceback__)
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(130 if isinstance(error, KeyboardInterrupt) else 1)


def _run_script(target: str, arguments: list[str], *, safe_path: bool) -> None:
    path = os.path.abspath(target)
    sys.argv[:] = [target, *arguments]
    if not safe_path:
        sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    with open(path, "rb") as stream:
        source = stream.read()
    # Bytes, so that the file's own declaration of its encoding counts.
    code = compile(source, path, "exec", dont_inherit=True)
    exec(code, _empty_main(path))  # noqa: S102 - to run the user's code is what we are here for


def _run_module(target: str, arguments: list[str], *, safe_path: bool) -> None:
    sys.argv[:] = ["-m", *arguments]
    if not safe_path:
        sys.path.insert(0, os.getcwd())
    import runpy

    _empty_main("")
    # What `python -m` itself calls; runpy.run_module would leave our own module as __main__.
    runpy._run_module_as_main(target)  # type: ignore[attr-defined]  # noqa: SLF001


def _call_function(target: str, arguments: list[str]) -> None:
    """Call ``pkg.mod:function`` with keyword arguments, which come as one JSON object."""
    import json

    module, _, name = target.partition(":")
    sys.argv[:] = [module, *arguments[1:]]
    _empty_main("")
    __import__(module)
    function: Any = sys.modules[module]
    for part in name.split("."):
        function = getattr(function, part)
    function(**json.loads(arguments[0]))


def _empty_main(path: str) -> dict[str, Any]:
    """Make the real ``__main__`` look as it does when Python has just started a script."""
    names = sys.modules["__main__"].__dict__
    builtins, loader = names["__builtins__"], type(names["__loader__"])
    names.clear()
    names.update(
        __name__="__main__",
        __builtins__=builtins,
        __doc__=None,
        __loader__=loader("__main__", path) if path else None,
        __package__=None,
        __spec__=None,
        __cached__=None,
    )
    if path:
        names["__file__"] = path
    return names


def _facts_of(error: BaseException, root: str) -> dict[str, Any]:
    exception, _, message = _headline(error).partition(": ")
    file, line = _place(error, root)
    cause = error.__cause__
    return {
        "exception": exception,
        "message": message[:_LONGEST_MESSAGE],
        "file": file,
        "line": line,
        "path": _path(getattr(error, "filename", None), root),
        "code": error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else None,
        "cause": _headline(cause)[:_LONGEST_MESSAGE] if cause is not None else None,
    }


def _headline(error: BaseException) -> str:
    """``Class: message``, as a traceback ends with it; notes and pointers to source left out."""
    if isinstance(error, SyntaxError):
        return "%s: %s" % (type(error).__name__, error.msg)
    import traceback

    return traceback.format_exception_only(type(error), error)[0].rstrip("\n")


def _place(error: BaseException, root: str) -> tuple[str, int]:
    """File and line of the innermost frame in the user's own code, the file relative to the project."""
    import traceback

    places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno or 0))
    for file, line in reversed(places):
        path = os.path.realpath(file)
        if path.startswith(os.path.join(root, "")) and "-packages" + os.sep not in path:
            return os.path.relpath(path, root), line
    return "", 0


def _path(value: object, root: str) -> str | None:
    """The file that an OSError is about, as seen from the project where it lies there."""
    if not isinstance(value, (str, bytes)):
        return None
    path = os.fsdecode(value)
    return os.path.relpath(path, root) if path.startswith(os.path.join(root, "")) else path


def _without_us(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and _is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_ours(file: str) -> bool:
    return os.path.abspath(file).startswith(_OURS) or os.path.basename(file) in ("<frozen runpy>", "runpy.py")


def _write_facts(path: str, error: BaseException, root: str) -> None:
    """Write the facts, whole or not at all."""
    if not path:
        return
    try:
        import json

        with open(path + ".tmp", "w", encoding="utf-8") as stream:
            json.dump(_facts_of(error, root), stream)
        os.replace(path + ".tmp", path)
    except (OSError, ImportError):
        # Out of files or of space: then the exit code has to tell, and the traceback in the log.
        return
