"""``skylift sandbox``"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from skylift.cli.steps import Steps
from skylift.sandbox.run import run


@click.group("sandbox")
def command() -> None:
    """AWS on this machine: S3, ECR, CloudWatch Logs, and SageMaker whose jobs really run, in Docker."""


@command.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
def run_command(program: tuple[str, ...]) -> int:
    """Start the sandbox, run a command in it, stop the sandbox. Its exit code is the command's."""
    with tempfile.TemporaryDirectory(prefix="skylift-sandbox-") as folder:
        return run(list(program), environment=dict(os.environ), folder=Path(folder), report=Steps())
