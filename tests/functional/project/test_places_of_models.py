"""Models in formats that hold anything: their names tell them from what is written about them."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.shown import places

HEAD = "import json\nfrom pathlib import Path\nimport numpy as np\n"


@pytest.mark.parametrize(
    ("body", "collect"),
    [
        ("json.dump({}, open('model.json', 'w'))", {"model": ["model.json"]}),
        ("Path('weights.json').write_text(json.dumps({}))", {"model": ["weights.json"]}),
        ("with open('out/bestNet.json', 'w') as f:\n    json.dump({}, f)", {"model": ["out/bestNet.json"]}),
        ("json.dump({}, open('checkpoints/last.json', 'w'))", {"model": ["checkpoints/last.json"]}),
        ("np.save('weights.npy', [1])", {"model": ["weights.npy"]}),
        ("json.dump({}, open('rows.json', 'w'))", {"output": ["rows.json"]}),
        ("json.dump({}, open('model_metrics.json', 'w'))", {"output": ["model_metrics.json"]}),
        ("json.dump({}, open('models/history.json', 'w'))", {"output": ["models/history.json"]}),
        ("json.dump({}, open('supermodeling.json', 'w'))", {"output": ["supermodeling.json"]}),
    ],
)
def test_a_file_that_may_hold_anything_is_a_model_by_its_name(
    project: Folder, body: str, collect: dict[str, list[str]]
) -> None:
    project.write(
        "train.py",
        f"{HEAD}Path('out').mkdir()\nPath('models').mkdir()\nPath('checkpoints').mkdir()\n{body}\n",
    )
    assert places(project).config == {"collect": collect}


@pytest.mark.parametrize(
    ("argument", "write", "template"),
    [
        ("'--model', default='model.json'", "a.model", "{model}/model.json"),
        ("'--model', default='net/last.json'", "a.model", "{model}/last.json"),
        ("'--to', default='rows.json'", "a.to", "{output}/rows.json"),
        ("'--model', default='model'", "a.model + '_scores.json'", None),
        ("'--classifier', required=True", "a.classifier", "{model}/classifier.json"),
    ],
)
def test_an_option_that_names_such_a_file(
    project: Folder, argument: str, write: str, template: str | None
) -> None:
    parser = (
        f"import argparse\np = argparse.ArgumentParser()\np.add_argument({argument})\na = p.parse_args()\n"
    )
    project.write("train.py", f"{HEAD}{parser}json.dump({{}}, open({write}, 'w'))\n")
    config = places(project).config
    assert template in (None, *config.get("arguments", {}).values())
    assert template or "{model}" not in str(config)
