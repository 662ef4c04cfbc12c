"""A notebook runs in an image made of its wheels as it runs here, and fails with the same words."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conformance.places import Place, checkout
from tests.conformance.test_records import compare
from tests.foreign import NOTEBOOKS
from tests.notebooks import notebook

CELLS = (
    "# %% Training",
    ("epochs = 1\nbroken = False\ndata_dir = 'data'", ["parameters"]),
    "for epoch in range(epochs):\n    print(f'epoch={epoch} loss={1 / (epoch + 1)}')",
    "import os\nprint(os.listdir(data_dir))",
    "if broken:\n    raise ValueError('no rows')",
)
TARGETS = ("local", "docker")

pytestmark = [pytest.mark.docker, pytest.mark.registry, pytest.mark.sandbox]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source") / "notebook"
    source.mkdir()
    (source / "train.ipynb").write_text(notebook(*CELLS))
    (source / "requirements.txt").write_text("\n".join(NOTEBOOKS))
    (source / "data" / "train").mkdir(parents=True)
    (source / "data" / "train" / "x.csv").write_text("1")
    (source / "skylift.toml").write_text(
        'name = "notebook"\nentry-point = "train.ipynb"\npython = "3.11"\nrequirements = ["requirements.txt"]\n'
        '[channels]\ntrain = "data/train"\n[arguments]\ndata-dir = "{channel:train}"\n'
    )
    return checkout(source, tmp_path_factory.mktemp("note book"))


def test_a_notebook_does_the_same_here_and_in_its_image(project: Path, places: dict[str, Place]) -> None:
    given = ("epochs=4", "broken=true")
    records = {target: places[target].run(project, *given, expect=4) for target in TARGETS}
    compare(records)
    docker = records["docker"]
    assert docker.at("Skylift.metrics.last") == {"loss": 0.25}
    reason = "AlgorithmError: ValueError: no rows (train.ipynb, cell 4, line 2), exit code: 1"
    assert docker.at("FailureReason") == reason
    assert "['x.csv']" in places["docker"].skylift(project, "logs", docker.name)
