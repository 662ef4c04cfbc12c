"""A pipeline as a shell script, for any machine that has one."""

from __future__ import annotations

from skylift.ci.pipeline import Pipeline

FILE = "skylift-ci.sh"


def plain(pipeline: Pipeline) -> str:
    """Every command once, in order. An approval is whoever starts the script."""
    lines = ["#!/bin/sh", "# Made by `skylift ci plain`.", "set -eu"]
    done: set[str] = set()
    for stage in pipeline.stages:
        new = [command for command in stage.commands if command not in done]
        done.update(new)
        if new:
            lines += ["", f"# {stage.name}", *new]
    return "\n".join(lines) + "\n"
