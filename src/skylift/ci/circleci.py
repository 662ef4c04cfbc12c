"""A pipeline as CircleCI has it (configuration reference, version 2.1): plain run steps, no orbs."""

from __future__ import annotations

import json

from skylift.ci.pipeline import Pipeline, Stage

FILE = ".circleci/config.yml"
CONTEXT = "aws"
"""A job gets its OIDC token, or the keys, only with a context."""


def circleci(pipeline: Pipeline) -> str:
    """The whole file. Scalars are JSON strings, which every YAML reader takes for what they are."""
    lines = ["# Made by `skylift ci circleci`.", "version: 2.1", "jobs:"]
    for stage in pipeline.stages:
        if not stage.approval:
            lines += _job(stage, pipeline.python)
    lines += ["workflows:", f"  {json.dumps(pipeline.project)}:", "    jobs:"]
    for stage in pipeline.stages:
        lines += _entry(stage)
    return "\n".join(lines) + "\n"


def _job(stage: Stage, python: str) -> list[str]:
    lines = [f"  {stage.name}:", "    docker:", f"      - image: {json.dumps(f'cimg/python:{python}')}"]
    lines += ["    steps:", "      - checkout"]
    for command in stage.commands:
        lines += ["      - run:", f"          command: {json.dumps(command)}"]
    return lines


def _entry(stage: Stage) -> list[str]:
    lines = [f"      - {stage.name}:"]
    lines.append(
        "          type: approval" if stage.approval else f"          context: [{json.dumps(CONTEXT)}]"
    )
    if stage.needs:
        lines.append(f"          requires: [{', '.join(stage.needs)}]")
    return lines
