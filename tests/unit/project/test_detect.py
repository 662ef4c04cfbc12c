"""The order in which init writes what it found."""

from __future__ import annotations

from skylift.project.init.detect import ordered


def test_the_main_jobs_tables_stand_before_the_other_jobs() -> None:
    job = {"paths": {}, "channels": {}, "entry-point": "b.py"}
    found = ordered(
        {
            "jobs": {"evaluate": job},
            "aws": {},
            "targets": {},
            "entry-point": "a.py",
            "new": {},
            "metrics": {},
            "collect": {},
            "paths": {},
            "python": "3.11",
            "arguments": {},
            "channels": {},
            "hyperparameters": {},
        }
    )
    tables = [
        "hyperparameters",
        "channels",
        "arguments",
        "paths",
        "collect",
        "metrics",
        "new",
        "targets",
        "jobs",
        "aws",
    ]
    assert list(found) == ["entry-point", "python", *tables]
    assert list(found["jobs"]["evaluate"]) == ["entry-point", "channels", "paths"]
