"""Runs in the official toolkit's environment: what it makes of trees, each in a process of its own.

    python toolkit_judge.py ANSWERS < a JSON list of environments

The toolkit reads ``SAGEMAKER_BASE_DIR`` when ``sagemaker_training.environment`` is imported, so every tree
gets a fork in which that has not happened yet; what that module itself imports is there already.
"""

from __future__ import annotations

# What the toolkit imports, so that the forks need not.
import asyncio  # noqa: F401
import concurrent.futures  # noqa: F401
import json
import multiprocessing  # noqa: F401
import os
import sys
import tarfile  # noqa: F401
import tempfile  # noqa: F401
from pathlib import Path
from typing import Any

import boto3.s3.transfer  # noqa: F401
import gethostname  # noqa: F401
import inotify_simple  # noqa: F401
import numpy  # noqa: F401, ICN001
import paramiko  # noqa: F401
import psutil  # noqa: F401
import retrying  # noqa: F401
import six.moves  # noqa: F401
from sagemaker_training import mapping, params  # noqa: F401


def main() -> None:
    answers = Path(sys.argv[1])
    asked = json.load(sys.stdin)
    answers.write_text(json.dumps([_in_a_fork(environ, answers.with_suffix(".one")) for environ in asked]))


def _in_a_fork(environ: dict[str, str], answer: Path) -> Any:
    pid = os.fork()
    if pid == 0:
        try:
            said = _judge(environ)
        except Exception as error:  # noqa: BLE001 - what it cannot do is an answer, too
            said = {"error": f"{type(error).__name__}: {error}"}
        answer.write_text(json.dumps(said))
        os._exit(0)
    os.waitpid(pid, 0)
    return json.loads(answer.read_text())


def _judge(environ: dict[str, str]) -> dict[str, Any]:
    """What ``trainer.train`` does up to the start of the user's process, but for fetching and pip."""
    os.environ.clear()
    os.environ.update(environ)
    from sagemaker_training import _entry_point_type, entry_point, environment, process

    env = environment.Environment()
    name, arguments, variables = env.user_entry_point, env.to_cmd_args(), env.to_env_vars()
    kind = _entry_point_type.get(environment.code_dir, name)
    if kind is _entry_point_type.PYTHON_PACKAGE:
        sys.path.insert(0, environment.code_dir)
    else:
        entry_point.install(name, environment.code_dir)
    environment.write_env_vars(variables)
    command = process.ProcessRunner(name, arguments, variables, 1)._create_command()
    return {"environ": dict(os.environ), "command": command, "cwd": environment.code_dir, "kind": kind.value}


if __name__ == "__main__":
    main()
