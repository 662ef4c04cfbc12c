"""The pipeline in a vendor's words. CircleCI's own schema accepts nonsense, so its meaning is checked."""

from __future__ import annotations

from typing import Any

import yaml

from skylift.ci.circleci import circleci
from skylift.ci.pipeline import pipeline
from skylift.ci.plain import plain

PIPELINE = pipeline("odd: name #1", python="3.10", target="it's", version="0.1.0")


def read() -> dict[str, Any]:
    found = yaml.safe_load(circleci(PIPELINE))
    assert isinstance(found, dict)
    return found


def test_every_requirement_names_a_job_and_approval_has_its_type() -> None:
    config = read()
    entries = {
        name: body for entry in config["workflows"]["odd: name #1"]["jobs"] for name, body in entry.items()
    }
    for name, body in entries.items():
        assert set(body) <= {"type", "requires", "context"}
        assert set(body.get("requires", [])) <= set(entries)
        assert (body.get("type") == "approval") != (name in config["jobs"])
    assert entries["build"]["requires"] == ["approve"]


def test_versions_stay_text_and_quoting_survives() -> None:
    job = read()["jobs"]["train"]
    assert job["docker"] == [{"image": "cimg/python:3.10"}]
    assert job["steps"][-1]["run"]["command"] == """skylift run --on 'it'"'"'s' --locked"""


def test_the_script_installs_once() -> None:
    assert plain(PIPELINE).count("pip install") == 1
