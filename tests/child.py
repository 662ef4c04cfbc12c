"""Runs a Python program that serves something until its stdin ends. moto's state is its process's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

_SANDBOX = """
import json, os, sys
from pathlib import Path
from skylift.sandbox.world import Sandbox
with Sandbox(Path(sys.argv[1]), dict(os.environ), lambda _: None) as sandbox:
    print(json.dumps(sandbox.variables()), flush=True)
    sys.stdin.read()
"""


def sandbox(folder: Path, engine: Mapping[str, str]) -> AbstractContextManager[dict[str, str]]:
    """An AWS sandbox in a process of its own; the variables that a program needs to live in it."""
    return serving(_SANDBOX, str(folder), environment={**os.environ, **engine, "PYTHONPATH": "src"})


@contextmanager
def serving(program: str, *arguments: str, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """``program`` prints one JSON object when it is ready; that is what this gives."""
    command = [sys.executable, "-c", program, *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said, "the program ended before it was ready"
        yield json.loads(said)
        # Leaving the block closes its stdin and waits for it.
    assert process.returncode == 0
