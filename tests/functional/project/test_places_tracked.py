"""Runs that MLflow tracks in the work directory."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.shown import places

RUNS, DATABASE = "mlruns/**", "mlflow.db"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("import mlflow\nmlflow.sklearn.log_model(m, 'm')", {"model": [RUNS], "output": [DATABASE]}),
        ("from mlflow.sklearn import log_model\nlog_model(m, 'm')", {"model": [RUNS], "output": [DATABASE]}),
        ("import mlflow as f\nf.autolog()", {"model": [RUNS], "output": [DATABASE]}),
        (
            "import mlflow\nwith mlflow.start_run():\n    mlflow.log_metric('a', 1)",
            {"output": [RUNS, DATABASE]},
        ),
        (
            "import mlflow, torch\nmlflow.pytorch.autolog()\ntorch.save(m, 'net.pt')",
            {"model": ["net.pt"], "output": [RUNS, DATABASE]},
        ),
        ("import mlflow\nmlflow.set_tracking_uri('http://x')\nmlflow.sklearn.log_model(m, 'm')", None),
        ("import mlflow\nm = mlflow.sklearn.load_model('m')", None),
        ("def log_model(m):\n    pass\nlog_model(1)", None),
    ],
)
def test_what_is_tracked_beside_the_program_is_collected(
    project: Folder, body: str, expected: dict[str, list[str]] | None
) -> None:
    project.write("train.py", body + "\n")
    assert places(project).config.get("collect") == expected
