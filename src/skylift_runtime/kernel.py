"""The process that runs a notebook's cells: the job's own interpreter, whatever the notebook names.

It is a child like any other: in our process group, ended with us, with the signals we get.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from skylift_runtime.ties import end_with_us

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Dict, List, Optional

    Told = Callable[[Dict[str, Any], bool], bool]
    """Gets each message, and whether it is of the piece that runs; its answer ends the piece."""

_TICK_S = 0.25
"""How often to look whether it is still there."""
_AFTER_ITS_END_S = 0.2
"""How long to wait for more of what it said before it died."""
_LOST_S = 10
"""How long a cell that has replied may be silent before the message of its end counts as lost."""
# A module of the project's may be called like one that the kernel needs.
_LAUNCH = """
import os, sys
project = os.environ.get("PYTHONPATH", "").split(os.pathsep)
sys.path.sort(key=lambda path: os.path.abspath(path) in project)
from ipykernel import kernelapp
kernelapp.launch_new_instance()
"""
# An exit that a handler asks for between two cells would be lost, or worse: SIGTERM waits for the next cell.
FIRST = """
import atexit, faulthandler, os, signal, sys, warnings
project = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
# Modules beside the notebook are found, as those beside a script are; and it is no command line that we made.
sys.path[:] = [{folder!r}, *project, *(path for path in sys.path if path not in project)]
sys.argv[:] = [{target!r}]
# Past the messages: after a crash nobody sends any.
faulthandler.enable({crashes})
warnings.filterwarnings("ignore", message="To exit: use")
atexit.register(os.mkdir, {through!r})
get_ipython().events.register(
    "pre_run_cell", lambda info, s=signal: s.pthread_sigmask(s.SIG_UNBLOCK, {{s.SIGTERM}}) and None
)
get_ipython().events.register(
    "post_run_cell", lambda result, s=signal: s.pthread_sigmask(s.SIG_BLOCK, {{s.SIGTERM}}) and None
)
del atexit, faulthandler, os, project, signal, sys, warnings
"""
_OWN_EXIT_S = 5.0
"""How long the kernel may take to end when the user's code has ended."""
_STDERR = 2
_KEPT = 4096
"""Bytes of the end of what it says past us."""
_LONGEST_SOCKET = 90
"""Bytes of a path that a socket can have on every system, less a number."""


class Died(Exception):
    """The kernel's process has ended on its own."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__("ended with %d" % status)
        self.status = status
        """As subprocess says it: negative for a signal."""
        self.said = said
        """The end of what it wrote past us: why it did not start."""


def _prepare(tie: Optional[Callable[[], None]]) -> Callable[[], None]:
    """What the kernel's process does first. See FIRST for the rest."""

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        if tie is not None:
            tie()

    return prepare


class Kernel:
    """A running kernel and our talk to it."""

    def __init__(self, folder: str, stopping: Callable[[], None]) -> None:
        """
        :param stopping: is called once when somebody asked the job to stop, and not in a signal's handler.
        """
        from jupyter_client.blocking import BlockingKernelClient

        self._files = tempfile.mkdtemp(prefix="skylift-")
        self._stopping, self._told = stopping, False
        self._heard: List[int] = []
        self._late = False
        """An interrupt came while no cell ran, when the kernel is deaf to it: the next one gets it."""
        self._runs = False
        self.through = os.path.join(self._files, "through")
        """A folder that the kernel makes at its exit, when all of the user's code is."""
        self.client: Any = BlockingKernelClient(connection_file=self._connection())
        # What is waiting is never thrown away, however much a cell says.
        self.client.context.rcvhwm = 0
        self._said = bytearray()
        self.crashes = os.dup(_STDERR)
        """A descriptor that the kernel has, too: what it says of a crash goes past the messages."""
        self._process = self._start(folder)
        threading.Thread(target=self._drain, daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._pass_on)
        try:
            self.client.load_connection_file()
            self.client.start_channels(stdin=False, hb=False)
            self._wait_until_ready()
        except BaseException:
            self.close()
            raise

    def _connection(self) -> str:
        from jupyter_client.connect import write_connection_file

        file, sockets = os.path.join(self._files, "kernel.json"), os.path.join(self._files, "s")
        # Sockets with names are ours alone; a port could be somebody else's by the time the kernel binds it.
        local = len(os.fsencode(sockets)) <= _LONGEST_SOCKET
        ip, transport = (sockets, "ipc") if local else ("127.0.0.1", "tcp")
        write_connection_file(file, ip=ip, transport=transport, key=os.urandom(16).hex().encode())
        return file

    def _start(self, folder: str) -> subprocess.Popen[bytes]:
        home = os.path.join(self._files, "home")
        # A home that can not be written to, or has a config of somebody's, is none of the job's business.
        environ = {**os.environ, "IPYTHONDIR": home, "JUPYTER_CONFIG_DIR": home, "JUPYTER_RUNTIME_DIR": home}
        # It looks whether we are still there, where the system does not.
        environ["JPY_PARENT_PID"] = str(os.getpid())
        command = [sys.executable, "-c", _LAUNCH, "-f", self.client.connection_file]
        command.append("--HistoryManager.hist_file=:memory:")
        # What programs of its own write comes as messages, and a second time, which is one too many.
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(self.crashes,),
            preexec_fn=_prepare(end_with_us()),  # noqa: PLW1509 - there is only one thread yet
        )

    def _drain(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            for data in iter(lambda: os.read(stream.fileno(), _KEPT), b""):
                self._said[:] = (self._said + data)[-_KEPT:]

    def _pass_on(self, number: int, _frame: Optional[FrameType]) -> None:
        self._heard.append(number)
        self._late = number == signal.SIGINT and not self._runs
        if not self._late:
            self._process.send_signal(number)

    def _wait_until_ready(self) -> None:
        # Until something comes back on the channel for output, what a cell says could be lost.
        while True:
            self.client.kernel_info()
            with contextlib.suppress(queue.Empty):
                self.client.get_iopub_msg(timeout=_TICK_S)
                return
            self._look()

    def _look(self, told: Optional[Told] = None, sent: str = "") -> None:
        status = self._process.poll()
        if status is None:
            return
        while told is not None and self._tell(told, sent, _AFTER_ITS_END_S) is not None:
            # What it had said is still on its way.
            pass
        raise Died(status, self._said.decode("utf-8", "replace"))

    def execute(self, source: str, told: Told, **options: Any) -> Dict[str, Any]:
        """Run a piece of code, and return what the kernel replies.

        :raises Died: when the kernel does not survive it. What it had said before has been told.
        """
        sent = self.client.execute(source, allow_stdin=False, **options)
        reply, quiet = None, 0
        while quiet * _TICK_S < _LOST_S:
            ended = self._tell(told, sent, _TICK_S)
            if ended:
                break
            if ended is None:
                reply = reply or self._reply(sent, 0)
                self._look(told, sent)
            quiet = quiet + 1 if reply and ended is None else 0
        self._runs = False
        while reply is None:
            reply = self._reply(sent, _TICK_S)
            self._look(told, sent)
        return reply

    def _reply(self, sent: str, wait_s: float) -> Optional[Dict[str, Any]]:
        try:
            reply = self.client.get_shell_msg(timeout=wait_s)
        except queue.Empty:
            return None
        return dict(reply["content"]) if reply["parent_header"].get("msg_id") == sent else None

    def _tell(self, told: Told, sent: str, wait_s: float) -> Optional[bool]:
        """Pass one message on; None when there is none."""
        if self._heard and not self._told:
            self._told = True
            self._stopping()
        try:
            message = self.client.get_iopub_msg(timeout=wait_s)
        except queue.Empty:
            return None
        ours = message["parent_header"].get("msg_id") == sent
        if ours and message["msg_type"] == "execute_input":
            self._runs = True
            if self._late:
                self._pass_on(signal.SIGINT, None)
        return told(message, ours)

    def finish(self, told: Told) -> int:
        """Let it end as a program ends, with what it does at its exit, and return its status."""
        self.client.shutdown()
        since = 0.0
        while self._process.poll() is None:
            self._tell(told, "", _TICK_S / 10)
            # It can hang over threads of its own.
            since = since or (time.monotonic() if os.path.isdir(self.through) else 0.0)
            if since and time.monotonic() > since + _OWN_EXIT_S:
                return 0
        while self._tell(told, "", _AFTER_ITS_END_S) is not None:
            pass
        return self._process.returncode

    def close(self) -> None:
        """Leave neither process nor file behind."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self.client.stop_channels()
        os.close(self.crashes)
        shutil.rmtree(self._files, ignore_errors=True)


__all__ = ["FIRST", "Died", "Kernel"]
