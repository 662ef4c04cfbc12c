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
        ("np.savez('model_ranker.npz', w=1)", {"model": ["model_ranker.npz"]}),
        ("np.savez('params.npz', w=1)", {"model": ["params.npz"]}),
        ("np.savez('last.npz', w=1)", {"model": ["last.npz"]}),
        ("json.dump({}, open('theta.json', 'w'))", {"model": ["theta.json"]}),
        (
            "np.savez('a.npz', w=1)\nnp.savez('b.npz', w=1)",
            {"output": ["a.npz", "b.npz"]},
        ),
        ("np.savez('train_features.npz', w=1)", {"output": ["train_features.npz"]}),
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


def test_the_only_thing_that_could_be_a_model_is_one_as_a_guess(project: Folder) -> None:
    project.write("train.py", f"{HEAD}np.savez('last.npz', w=1)\n")
    assert not any(row.sure for row in places(project).understood if row.topic == "collect model")


def test_nothing_is_guessed_beside_a_model_that_is_certain(project: Folder) -> None:
    project.write("train.py", f"{HEAD}import joblib\nnp.savez('last.npz', w=1)\njoblib.dump(1, 'net.pkl')\n")
    assert places(project).config == {"collect": {"output": ["last.npz"], "model": ["net.pkl"]}}


@pytest.mark.parametrize(
    ("write", "template"),
    [
        ("np.savez(a.checkpoint_dir / 'last.npz', w=1)", "{checkpoints}"),
        ("(a.checkpoint_dir / 'state.json').write_text('{}')", "{checkpoints}"),
        ("import torch\ntorch.save(1, a.checkpoint_dir / 'net.pt')", "{model}"),
    ],
)
def test_a_folder_of_checkpoints_is_one_unless_the_only_model_goes_there(
    project: Folder, write: str, template: str
) -> None:
    project.write(
        "train.py",
        f"{HEAD}import argparse\np = argparse.ArgumentParser()\n"
        f"p.add_argument('--checkpoint-dir', type=Path, default=Path('ck'))\na = p.parse_args()\n{write}\n",
    )
    assert places(project).config["arguments"] == {"checkpoint-dir": template}


def test_what_a_callback_fills_into_the_name_of_a_model_is_not_known(project: Folder) -> None:
    project.write(
        "train.py",
        "from keras.callbacks import ModelCheckpoint\nModelCheckpoint('best-{epoch:02d}-{val_loss:.2f}.h5')\n",
    )
    assert places(project).config == {"collect": {"model": ["best-*-*.h5"]}}


SECTIONS = """
fetching:
  root_dir: artifacts/fetching
model_trainer:
  root_dir: artifacts/models
  name: a.joblib
scoring:
  model: artifacts/models/a.joblib
"""
READS = "import joblib, os, yaml\nwith open('conf.yaml') as file:\n    cfg = yaml.safe_load(file)\n"
BY_CLASS = """
class ModelTrainer:
    def __init__(self, config):
        self.config = config
    def train(self):
        joblib.dump({}, os.path.join(self.config.root_dir, self.config.name))
ModelTrainer(cfg).train()
"""


@pytest.mark.parametrize(
    "body",
    [
        BY_CLASS,
        "joblib.dump({}, os.path.join(cfg['model_trainer']['root_dir'], cfg['model_trainer']['name']))",
        "joblib.dump({}, os.path.join(cfg.model_trainer.root_dir, cfg.model_trainer.name))",
        "mine = cfg['model_trainer']\njoblib.dump({}, os.path.join(mine['root_dir'], mine['name']))",
    ],
)
def test_a_config_file_is_asked_in_the_section_that_the_code_names(project: Folder, body: str) -> None:
    project.write_all({"conf.yaml": SECTIONS, "train.py": READS + body})
    assert places(project).config == {"paths": {"artifacts/models": "{model}"}}


def test_a_model_of_an_earlier_run_that_is_read_back_is_no_input(project: Folder) -> None:
    body = f"{READS}{BY_CLASS}\njoblib.load(cfg['scoring']['model'])\n"
    project.write_all({"conf.yaml": SECTIONS, "train.py": body, "artifacts/models/a.joblib": "old"})
    assert places(project).config == {"collect": {"model": ["artifacts/models/*"]}}
