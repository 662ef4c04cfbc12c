"""Compile for another Python: unchecked-hash .pyc, made by an interpreter of the target's minor version."""

from __future__ import annotations

import posixpath
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

import uv

from skylift.errors import NotReady
from skylift.host.processes import CommandFailed, own_interpreter, run

Compile = Callable[[str, bytes], bytes | None]
"""Path in the image and source → a .pyc; None when the source does not compile."""

_PROGRAM = Path(__file__).with_name("bytecode_program.py")
# A module of this name in the working directory must not stand in for the library's.
_START = (
    "import sys; sys.path[:] = [p for p in sys.path if p]; exec(compile(sys.argv[1], 'bytecode', 'exec'))"
)
_WHO = "import sys; print(sys.implementation.name, '%d.%d' % sys.version_info[:2]); print(sys.executable)"


def pyc_path(source: str, python: str) -> str:
    """
    >>> pyc_path("a/b.py", "3.11")
    'a/__pycache__/b.cpython-311.pyc'
    """
    folder, name = posixpath.split(source)
    tag = f"cpython-{python.replace('.', '')}"
    return posixpath.join(folder, "__pycache__", f"{name.removesuffix('.py')}.{tag}.pyc")


def find_compiler(python: str, environment: Mapping[str, str]) -> Path:
    """A CPython of that minor version on this machine: our own, one on PATH, or one that uv has or gets.

    :raises NotReady: when there is none; it names both ways out.
    """
    if (sys.implementation.name, f"{sys.version_info[0]}.{sys.version_info[1]}") == ("cpython", python):
        return Path(own_interpreter())
    on_path = shutil.which(f"python{python}", path=environment.get("PATH", ""))
    found = _confirmed(on_path, python, environment) if on_path else None
    found = found or _from_uv(python, environment)
    if found is None:
        raise NotReady(
            f"byte-code for Python {python} needs a Python {python} on this machine, and there is none",
            hints=(
                f"install it, for example with `uv python install {python}`",
                "or set [image] bytecode = false: every start of a job is slower then",
            ),
            python=python,
        )
    return found


def _confirmed(candidate: str, python: str, environment: Mapping[str, str]) -> Path | None:
    # A name proves nothing: version managers put shims on PATH that answer for no version at all.
    try:
        said = run([candidate, "-c", _WHO], env=_clean(environment)).splitlines()
    except (CommandFailed, NotReady):
        return None
    return Path(said[1]) if said[:1] == [f"cpython {python}"] else None


def _from_uv(python: str, environment: Mapping[str, str]) -> Path | None:
    try:
        command = uv.find_uv_bin()
    except FileNotFoundError:
        return None
    find = [command, "python", "find", "--no-project", python]
    try:
        found = run(find, env=environment).strip()
    except CommandFailed:
        try:
            run([command, "python", "install", python], env=environment)
            found = run(find, env=environment).strip()
        except CommandFailed:
            return None
    return _confirmed(found, python, environment)


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in environment.items() if not key.startswith("PYTHON")}
    # Constants that are sets are written in the order of their hashes before Python 3.11.
    return {**kept, "PYTHONHASHSEED": "0"}


@contextmanager
def compiler(interpreter: Path, environment: Mapping[str, str]) -> Iterator[Compile]:
    """A fresh process that compiles until the block ends.

    Fresh, because a .pyc may depend on what its process compiled before: for equal bytes compile the
    same sources in the same order.
    """
    command = [str(interpreter), "-s", "-S", "-W", "ignore", "-c", _START, _PROGRAM.read_text()]
    with (
        tempfile.TemporaryFile() as talk,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=talk, env=_clean(environment)
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        requests, answers = process.stdin, process.stdout
        yield lambda path, source: _ask(requests, answers, talk, path, source)


def _ask(requests: IO[bytes], answers: IO[bytes], talk: IO[bytes], path: str, source: bytes) -> bytes | None:
    name = path.encode("utf-8", "surrogateescape")
    try:
        requests.write(struct.pack(">IQ", len(name), len(source)) + name + source)
        requests.flush()
    except BrokenPipeError as error:
        raise _died(talk, path) from error
    head = _read(answers, 8, talk, path)
    return _read(answers, struct.unpack(">Q", head)[0], talk, path) or None


def _read(answers: IO[bytes], size: int, talk: IO[bytes], path: str) -> bytes:
    data = cast("BinaryIO", answers).read(size)
    if len(data) < size:
        raise _died(talk, path)
    return data


def _died(talk: IO[bytes], path: str) -> NotReady:
    talk.seek(0)
    said = talk.read().decode(errors="replace").strip()[-1000:] or "it said nothing"
    return NotReady(
        f"the byte-code compiler ended at {path}: {said}",
        hints=("set [image] bytecode = false to build without it",),
    )
