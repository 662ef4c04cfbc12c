"""What libraries that follow a training keep, where they keep it if nobody says where."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.shown import places

MLFLOW = {"output": ["mlruns/**", "mlflow.db"]}
LIGHTNING = {"output": ["lightning_logs/**"], "model": ["**/checkpoints/*.ckpt"]}


@pytest.mark.parametrize(
    ("body", "collect"),
    [
        ("import mlflow\nmlflow.log_metric('a', 1)", MLFLOW),
        (
            "import mlflow\nmlflow.sklearn.log_model(1, 'model')",
            {"model": ["mlruns/**/artifacts/**"], **MLFLOW},
        ),
        ("import mlflow, torch\nmlflow.autolog()\ntorch.save(1, 'net.pt')", {"model": ["net.pt"], **MLFLOW}),
        (
            "import mlflow\nmlflow.set_tracking_uri('file:./tracked')\nmlflow.start_run()",
            {"output": ["tracked/**", "mlflow.db"]},
        ),
        ("import mlflow\nmlflow.set_tracking_uri('sqlite:///mlflow.db')\nmlflow.start_run()", MLFLOW),
        ("from torch.utils.tensorboard import SummaryWriter\nSummaryWriter()", {"output": ["runs/**"]}),
        ("from torch.utils.tensorboard import SummaryWriter\nSummaryWriter('tb')", {"output": ["tb/**"]}),
        ("import tensorflow as tf\ntf.keras.callbacks.TensorBoard()", {"output": ["logs/**"]}),
        ("import pytorch_lightning as pl\npl.Trainer(max_epochs=1).fit(1)", LIGHTNING),
        ("import lightning as L\nL.Trainer(logger=False, enable_checkpointing=False).fit(1)", {}),
        (
            "from lightning.pytorch import Trainer\nTrainer(default_root_dir='out').fit(1)",
            {"model": ["out/**"]},
        ),
        ("import wandb\nwandb.init(mode='offline')", {"output": ["wandb/**"]}),
        ("import os, wandb\nos.environ['WANDB_MODE'] = 'offline'\nwandb.init()", {"output": ["wandb/**"]}),
        ("from dvclive import Live\nwith Live() as live:\n    live.next_step()", {"output": ["dvclive/**"]}),
    ],
)
def test_a_tracker_without_a_server_leaves_what_is_collected(
    project: Folder, body: str, collect: dict[str, list[str]]
) -> None:
    project.write("train.py", body + "\n")
    assert places(project).config.get("collect", {}) == collect


@pytest.mark.parametrize(
    "body",
    [
        "import mlflow\nmlflow.set_tracking_uri('https://example.com')\nmlflow.start_run()",
        "import mlflow, sys\nmlflow.set_tracking_uri(sys.path[0])\nmlflow.start_run()",
        "import mlflow, os\nprint(os.environ['MLFLOW_TRACKING_URI'])\nmlflow.start_run()",
        "import mlflow\nmlflow.set_tracking_uri('databricks')\nmlflow.start_run()",
        "import mlflow.pyfunc\nmlflow.pyfunc.load_model('m')",
        "import wandb\nwandb.init(project='x')",
        "class Trainer: pass\nTrainer()",
    ],
)
def test_what_goes_to_a_server_leaves_nothing(project: Folder, body: str) -> None:
    project.write("train.py", body + "\n")
    assert "collect" not in places(project).config


@pytest.mark.parametrize(
    "files",
    [
        {"config.py": "DATA = 'data/x.csv'\n", "train.py": "from config import *\n"},
        {
            "base.py": "DATA = 'data/x.csv'\n",
            "config.py": "from base import *\n",
            "train.py": "from config import *\n",
        },
        {
            "base.py": "from config import *\nDATA = 'data/x.csv'\n",
            "config.py": "from base import *\n",
            "train.py": "from config import *\n",
        },
    ],
)
def test_names_that_come_with_a_star_are_followed(project: Folder, files: dict[str, str]) -> None:
    project.write_all({**files, "data/x.csv": "1"})
    project.write("train.py", files["train.py"] + "import pandas as pd\npd.read_csv(DATA)\n")
    assert places(project).config["channels"] == {"data": "data"}
