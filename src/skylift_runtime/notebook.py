"""Execute a notebook: cell by cell, what it prints as it prints it, and the whole of it kept.

Runs as the user's process, in place of their script, with the packages of their environment.
"""

from __future__ import annotations

import ast
import contextlib
import faulthandler
import json
import os
import re
import signal
import sys
import time

from skylift_runtime import facts
from skylift_runtime.contract import EXIT_RUNTIME_CONFIG
from skylift_runtime.failure import Unusable, write_atomically
from skylift_runtime.kernel import FIRST, Died, Kernel
from skylift_runtime.notebook_file import INJECTED, MISSING, read_notebook, tags_of, with_parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, NoReturn, Optional

    from skylift_runtime.slate import Slate

_COLORS = re.compile(r"\x1b\[[0-9;]*m")
_DRAWN_ANEW = re.compile(r"[^\n\r]*\r+(?=[^\n\r])")
_SHOWN = ("display_data", "execute_result")
_SAID_BY_OTHERS = ("stream", "display_data", "update_display_data")
"""Messages that count whichever cell they come from: a thread that an earlier one started may go on."""
_MAY_FAIL, _SKIPPED = "raises-exception", "skip-execution"
"""Tags that nbconvert knows."""
_STDOUT, _STDERR = 1, 2
_SAVE_EVERY_S = 60.0
# Runs in the kernel: what its last exception tells, by the same code that tells of a script's.
_ASK = (
    "(lambda scope: (exec(%r, scope), repr(scope['facts_of_cell'](%r, %r, get_ipython().compile._filename_map)))[1])"
    "({'__name__': 'skylift_facts'})"
)


def execute(target: str, given: str, slate: Optional[Slate]) -> None:
    """Execute a notebook with parameters, and end this process as it ended.

    :param given: the parameters, as JSON.
    """
    _put_the_project_last()
    try:
        with open(target, "rb") as stream:
            notebook = with_parameters(read_notebook(stream.read()), json.loads(given))
        client = _client_for(notebook)
    except Unusable as problem:
        _refuse(slate, target, str(problem))
    except ImportError as error:
        why = "`%s` is not installed" % error.name if isinstance(error, ModuleNotFoundError) else str(error)
        _refuse(slate, target, "can not be executed here: " + why, MISSING)
    _Execution(target, client, slate).run()


def _put_the_project_last() -> None:
    """A module of the project's may be called like one that we need; the kernel has the usual order."""
    project = [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path.sort(key=lambda path: os.path.abspath(path) in project)


def _client_for(notebook: Dict[str, Any]) -> Any:
    """What understands the kernel's messages: updates of displays, widgets, cleared output."""
    import ipykernel  # noqa: F401 - the kernel is another process, and would only say that it ended
    from nbclient import NotebookClient
    from nbformat import v4

    return NotebookClient(v4.reads(json.dumps(notebook)))


def _refuse(slate: Optional[Slate], target: str, why: str, hint: str = "") -> NoReturn:
    if slate is not None:
        name = os.path.basename(target)
        slate.write(repr({"exception": "%s %s" % (name, why), "message": "", "ended": hint}))
    print("skylift: %s %s" % (target, why), file=sys.stderr, flush=True)
    sys.exit(EXIT_RUNTIME_CONFIG)


class _Execution:
    """One notebook on its way, and how it ends."""

    def __init__(self, target: str, client: Any, slate: Optional[Slate]) -> None:
        self._target, self._client, self._slate = target, client, slate
        self._cells: List[Any] = client.nb.cells
        self._name = os.path.basename(target)
        # Taken now: the notebook may remove it.
        self._folder = os.getcwd()
        self._kept = os.path.join(os.environ.get("SM_OUTPUT_DATA_DIR") or self._folder, self._name)
        self._saved = time.monotonic()
        self._line_is_open = False
        self._place, self._number = 0, 0
        """Of the cell that is running: in the file, and among those that run."""

    def run(self) -> NoReturn:
        for cell in self._cells:
            if cell.cell_type == "code":
                # What an earlier execution left; when each cell ran is put in as nbconvert does.
                cell.outputs, cell.execution_count, cell.metadata["execution"] = [], None, {}
        try:
            # Where Jupyter runs it: `../data` is written for that.
            kernel = Kernel(os.path.dirname(os.path.abspath(self._target)), self._save)
        except Died as end:
            if end.status < 0:
                _end(end.status)
            sys.stderr.write(end.said)
            _refuse(self._slate, self._target, "can not be executed here: its kernel did not start", MISSING)
        self._client.kc = kernel.client
        try:
            failed = self._run_cells(kernel)
            status = kernel.finish(self._tell)
            status = status if failed is None else failed
        except Died as end:
            status = end.status
            self._note({"exception": "SystemExit", "message": "", "code": status, "where": self._where()})
        finally:
            self._save()
            kernel.close()
        _end(status)

    def _run_cells(self, kernel: Kernel) -> Optional[int]:
        """The exit code of the cell that failed, None when none did."""
        folder = os.path.dirname(os.path.abspath(self._target))
        first = FIRST.format(
            folder=folder, target=self._target, crashes=kernel.crashes, through=kernel.through
        )
        kernel.execute(first, _is_end, silent=True)
        for place, cell in enumerate(self._cells):
            tags = tags_of(cell)
            if cell.cell_type != "code" or not cell.source.strip() or _SKIPPED in tags:
                continue
            # Cells are numbered as the kernel numbers them, in what it says, too.
            counts = INJECTED not in tags
            self._place, self._number = place, self._number + counts
            self._client.clear_before_next_output = False
            may_fail = _MAY_FAIL in tags
            reply = kernel.execute(
                _as_it_stands(cell.source), self._tell, store_history=counts, stop_on_error=not may_fail
            )
            if not counts:
                cell.execution_count = None
            self._save()
            if reply["status"] == "error" and not may_fail:
                return self._failed(kernel, reply)
        return None

    def _failed(self, kernel: Kernel, reply: Dict[str, Any]) -> Optional[int]:
        found = self._facts(kernel, reply)
        if found is None:
            # sys.exit(): the rest of the notebook is not wanted.
            return None
        self._note(found)
        if found["exception"] == "SystemExit" and isinstance(found.get("code"), int):
            return int(found["code"]) & 0xFF
        return 130 if found["exception"] == "KeyboardInterrupt" else 1

    def _facts(self, kernel: Kernel, reply: Dict[str, Any]) -> Optional[Dict[str, Any]]:
        """What the exception tells, from the kernel itself; None of an exit that is no failure."""
        source = facts.__loader__.get_source(facts.__name__)  # type: ignore[union-attr]
        ask = _ASK % (source, self._folder, self._name)
        answer = kernel.execute("", _is_end, silent=True, user_expressions={"facts": ask})
        try:
            found = ast.literal_eval(
                ast.literal_eval(answer["user_expressions"]["facts"]["data"]["text/plain"])
            )
        except (KeyError, TypeError, ValueError, SyntaxError):
            # The user's code has done something to the kernel that we did not think of.
            return {"exception": reply["ename"], "message": reply["evalue"], "where": self._where()}
        return dict(found) if found is not None else None

    def _where(self) -> str:
        return "%s, cell %d" % (self._name, self._number) if self._number else self._name

    def _note(self, found: Dict[str, Any]) -> None:
        if self._slate is not None:
            self._slate.write(repr(found))

    def _tell(self, message: Dict[str, Any], ours: bool) -> bool:  # noqa: FBT001 - the kernel's
        """Show what the kernel says and keep it with the cell; whether the cell has ended."""
        kind = message["msg_type"]
        if kind == "status" or not (ours or kind in _SAID_BY_OTHERS):
            return _is_end(message, ours)
        self._show(kind, message["content"])
        cell = self._cells[self._place]
        self._client.process_message(message, cell, self._place)
        _join(cell.outputs)
        if time.monotonic() > self._saved + _SAVE_EVERY_S:
            self._save()
        return False

    def _show(self, kind: str, content: Dict[str, Any]) -> None:
        if kind == "stream":
            _write(_STDERR if content["name"] == "stderr" else _STDOUT, content["text"])
            if content["name"] == "stdout":
                self._line_is_open = not content["text"].endswith("\n")
        elif kind in _SHOWN and "text/plain" in content["data"]:
            # What was printed without an end is not to run into it.
            _write(_STDOUT, "\n" * self._line_is_open + content["data"]["text/plain"] + "\n")
            self._line_is_open = False
        elif kind == "error" and content["ename"] == "SystemExit":
            # As the interpreter does it: a number is the exit code, anything else is said.
            _write(_STDERR, "" if content["evalue"].isdigit() else content["evalue"] + "\n")
        elif kind == "error":
            _write(_STDERR, _COLORS.sub("", "\n".join(content["traceback"])) + "\n")

    def _save(self) -> None:
        from nbformat import v4

        self._saved = time.monotonic()
        try:
            os.makedirs(os.path.dirname(self._kept), exist_ok=True)
            write_atomically(self._kept, v4.writes(self._client.nb))
        except OSError as problem:
            # The training may still end well; what it can not write is told when it has.
            print("skylift: %s could not be written: %s" % (self._kept, problem), file=sys.stderr, flush=True)


def _is_end(message: Dict[str, Any], ours: bool) -> bool:  # noqa: FBT001 - the kernel's
    return ours and message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"


def _as_it_stands(source: str) -> str:
    """IPython drops empty lines at the top, and then counts its lines without them."""
    empty = len(source) - len(source.lstrip("\n"))
    return "#" + source if empty and not source.startswith("%%", empty) else source


def _write(descriptor: int, text: str) -> None:
    view = memoryview(text.encode("utf-8", "backslashreplace"))
    # Where nobody listens any more the job goes on, as the kernel would.
    with contextlib.suppress(OSError):
        while view:
            view = view[os.write(descriptor, view) :]


def _join(outputs: List[Any]) -> None:
    """What is said in pieces is one text, and a line that was drawn anew is the last one drawn."""
    if not outputs or outputs[-1]["output_type"] != "stream":
        return
    before, last = outputs[-2] if len(outputs) > 1 else {}, outputs[-1]
    if before.get("output_type") == "stream" and before["name"] == last["name"]:
        before["text"] += last["text"]
        del outputs[-1]
        last = before
    if "\r" in last["text"]:
        last["text"] = _DRAWN_ANEW.sub("", last["text"])


def _end(status: int) -> NoReturn:
    """End as the kernel did: its signal is ours."""
    if status < 0:
        faulthandler.disable()
        with contextlib.suppress(OSError):  # SIGKILL has no handler
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)
