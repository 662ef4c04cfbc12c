"""Runs a Python program that serves something until its stdin ends. moto's state is its process's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


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
