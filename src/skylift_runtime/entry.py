"""Become the user's program: their code is ``__main__``, and an exception leaves facts behind."""

from __future__ import annotations

import os
import sys

from skylift_runtime.contract import FACTS_VARIABLE
from skylift_runtime.slate import handed_over

# Every job waits for what is imported here, so the rest is imported where it is needed.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Optional

    from skylift_runtime.slate import Slate

_OURS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")
_MAIN = os.path.join(os.path.dirname(os.path.dirname(_OURS)), "__main__.py")
"""In the one-file form."""
_NAME = __name__.partition(".")[0]


def run(arguments: list[str], *, safe_path: bool) -> None:
    """Run an entry point as ``python`` would have run it.

    :param arguments: the kind of entry point, the entry point, and its own arguments.
    :param safe_path: the script's folder is not to be put on ``sys.path``.
    """
    kind, target, rest = arguments[0], arguments[1], arguments[2:]
    facts, root = handed_over(os.environ.pop(FACTS_VARIABLE, "")), os.getcwd()
    _say_where_it_crashed()
    if kind == "notebook":
        from skylift_runtime.notebook import execute

        execute(target, rest[0], facts)
    ours = _step_aside()
    try:
        if kind == "script":
            _run_script(target, rest, safe_path=safe_path)
        elif kind == "module":
            _run_module(target, rest, safe_path=safe_path)
        elif kind == "console":
            _call_console(target, rest)
        else:
            _call_function(target, rest)
    except SystemExit as end:
        if end.code not in (None, 0):
            _take_down(facts, end, root, ours)
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, we end with it as the interpreter would
        _take_down(facts, error, root, ours)
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

    sys.argv[:] = [target.partition(":")[0], *arguments[1:]]
    _function(target)(**json.loads(arguments[0]))


def _call_console(target: str, arguments: list[str]) -> None:
    """As the script that an installer writes for a console entry point; what is no exit code is no failure."""
    sys.argv[:] = [target.rpartition(":")[2], *arguments]
    code = _function(target)()
    if isinstance(code, int):
        sys.exit(int(code))


def _function(target: str) -> Any:
    module, _, name = target.partition(":")
    _empty_main("")
    __import__(module)
    function: Any = sys.modules[module]
    for part in name.split("."):
        function = getattr(function, part)
    return function


def _empty_main(path: str) -> dict[str, Any]:
    """Make the real ``__main__`` look as it does when Python has just started a script."""
    names = sys.modules["__main__"].__dict__
    builtins, loader = names["__builtins__"], sys.modules["_frozen_importlib_external"].SourceFileLoader
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


def _without_us(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and _is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_ours(file: str) -> bool:
    path = os.path.abspath(file)
    return path.startswith(_OURS) or path == _MAIN or os.path.basename(file) in ("<frozen runpy>", "runpy.py")


def _say_where_it_crashed() -> None:
    """Have the interpreter print its stack when a signal such as SIGSEGV ends it."""
    import faulthandler

    try:
        faulthandler.enable()
    except (OSError, ValueError, RuntimeError, AttributeError):
        # There is no stderr, or it is no file: then a crash ends without a word.
        return


def _step_aside() -> dict[str, Any]:
    """Take our modules out of the user's sight: in their process the name is free."""
    return {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == _NAME}


def _take_down(slate: Optional[Slate], error: BaseException, root: str, ours: dict[str, Any]) -> None:
    if slate is None:
        return
    theirs = _step_aside()
    sys.modules.update(ours)
    try:
        from skylift_runtime.facts import facts_of
    except (ImportError, OSError):
        # The user's code has removed it: the exit code has to tell, and the traceback in the log.
        return
    finally:
        _step_aside()
        sys.modules.update(theirs)
    slate.write(repr(facts_of(error, root)))
