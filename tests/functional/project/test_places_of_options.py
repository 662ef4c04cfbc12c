"""Options that are places: what the code does with one decides what it is."""

from __future__ import annotations

import textwrap

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.shown import options, places, why

HEAD = """
import argparse, glob, json, os, pickle, shutil
from pathlib import Path
import joblib, numpy as np, pandas as pd, torch
p = argparse.ArgumentParser()
"""
DATA = {"stuff/a.csv": "1", "stuff/deep/b.csv": "1"}


def script(project: Folder, body: str) -> None:
    project.write("train.py", HEAD + textwrap.dedent(body))


@pytest.mark.parametrize(
    "body",
    [
        "pd.read_csv(os.path.join(a.where, 'a.csv'))",
        "pd.read_csv(a.where + '/a.csv')",
        "pd.read_csv(f'{a.where}/{a.name}.csv')",
        "pd.read_csv('%s/%s.csv' % (a.where, a.name))",
        "pd.read_csv('{}/a.csv'.format(a.where))",
        "pd.read_csv('{w}/a.csv'.format(w=a.where))",
        "pd.read_csv(Path(a.where) / 'a.csv')",
        "pd.read_csv(Path(a.where).joinpath('a.csv'))",
        "root = Path(a.where).expanduser().resolve()\nlines = (root / 'a.csv').read_text()",
        "for f in os.listdir(a.where):\n    pd.read_csv(os.path.join(a.where, f))",
        "for f in glob.glob(a.where + '/*.csv'):\n    open(f)",
        "for f in sorted(Path(a.where).rglob('*.csv')):\n    open(f)",
        "frames = [pd.read_csv(f) for f in Path(a.where).glob('*.csv')]",
        "d = vars(a)\npd.read_csv(d['where'] + '/a.csv')",
        "pd.read_csv(getattr(a, 'where') + '/a.csv')",
        "def load(folder, n=1):\n    return pd.read_csv(folder + '/a.csv')\nload(a.where)",
        "def load(folder):\n    return pd.read_csv(folder + '/a.csv')\nload(n=1, folder=a.where)",
        "def path(folder):\n    return os.path.join(folder, 'a.csv')\npd.read_csv(path(a.where))",
        (
            "class Data:\n    def __init__(self, root):\n        self.root = root\n"
            "    def read(self):\n        return pd.read_csv(os.path.join(self.root, 'a.csv'))\nData(a.where).read()"
        ),
        (
            "class Data:\n    def __init__(self, args):\n        self.args = args\n"
            "    def read(self):\n        return open(self.args.where + '/a.csv')\nData(a).read()"
        ),
        "where = a.where\nif not where.endswith('/'):\n    where += '/'\npd.read_csv(where + 'a.csv')",
        "import torchvision.datasets as d\nd.ImageFolder(a.where)",
        "from torchvision.datasets import ImageFolder\nImageFolder(root=os.path.join(a.where, 'deep'))",
        "with open(os.path.join(a.where, 'a.csv')) as f:\n    import csv\n    csv.reader(f)",
        "os.walk(a.where)",
    ],
)
def test_what_is_read_is_a_channel_whatever_its_name(project: Folder, body: str) -> None:
    project.write_all(DATA)
    script(
        project,
        "p.add_argument('--where', default='stuff')\np.add_argument('--name')\na = p.parse_args()\n" + body,
    )
    found = places(project)
    assert found.config == {"channels": {"stuff": "stuff"}, "arguments": {"where": "{channel:stuff}"}}
    assert "train.py:" in why(found, "argument where")
    assert all(row.sure for row in found.understood)


@pytest.mark.parametrize(
    ("default", "body", "template"),
    [
        ("net.pt", "torch.save({}, a.to)", "{model}/net.pt"),
        (
            "out/net.pt",
            "os.makedirs(os.path.dirname(a.to), exist_ok=True)\ntorch.save({}, a.to)",
            "{model}/net.pt",
        ),
        ("m.pkl", "with open(a.to, 'wb') as f:\n    pickle.dump({}, f)", "{model}/m.pkl"),
        ("m", "joblib.dump({}, a.to)", "{model}/m"),
        ("runs", "os.makedirs(a.to, exist_ok=True)\ntorch.save({}, os.path.join(a.to, 'x.pt'))", "{model}"),
        ("runs", "model.save_pretrained(a.to)", "{model}"),
        ("runs", "trainer.save_model(a.to)", "{model}"),
        ("runs/m.json", "booster.save_model(a.to)", "{model}/m.json"),
        ("runs", "model.save(os.path.join(a.to, 'm.keras'))", "{model}"),
        ("runs", "import lightning as L\nL.Trainer(default_root_dir=a.to)", "{model}"),
        ("runs", "from transformers import TrainingArguments\nTrainingArguments(output_dir=a.to)", "{model}"),
        (
            "runs",
            "from lightning.pytorch.callbacks import ModelCheckpoint\nModelCheckpoint(dirpath=a.to)",
            "{model}",
        ),
        ("runs", "from torch.utils.tensorboard import SummaryWriter\nSummaryWriter(a.to)", "{output}"),
        ("p.csv", "df.to_csv(a.to)", "{output}/p.csv"),
        ("plots", "import matplotlib.pyplot as plt\nplt.savefig(f'{a.to}/x.png')", "{output}"),
        ("t.log", "import logging\nlogging.FileHandler(a.to)", "{output}/t.log"),
        ("m.json", "json.dump({}, open(a.to, 'w'))", "{output}/m.json"),
        ("m.json", "Path(a.to).write_text('{}')", "{output}/m.json"),
        ("weights", "np.save(a.to + '/w.npy', 1)\ntorch.save(1, a.to + '/w.pt')", "{model}"),
        ("model.onnx", "torch.onnx.export(m, x, a.to)", "{model}/model.onnx"),
        ("net", "torch.save({}, a.to + '.pt')", "{model}/net"),
    ],
)
def test_what_is_written_goes_where_it_is_kept(
    project: Folder, default: str, body: str, template: str
) -> None:
    script(project, f"p.add_argument('--to', default={default!r})\na = p.parse_args()\n" + body)
    found = places(project)
    assert found.config == {"arguments": {"to": template}}
    assert "train.py:" in why(found, "argument to")


def test_use_goes_before_the_name(project: Folder) -> None:
    project.write_all(DATA)
    script(
        project,
        """
        p.add_argument("--output-dir", default="stuff")
        p.add_argument("--data-dir", default="there")
        a = p.parse_args()
        pd.read_csv(a.output_dir + "/a.csv")
        torch.save({}, os.path.join(a.data_dir, "m.pt"))
        """,
    )
    assert places(project).config == {
        "channels": {"stuff": "stuff"},
        "arguments": {"output-dir": "{channel:stuff}", "data-dir": "{model}"},
    }


def test_a_name_alone_is_a_guess(project: Folder) -> None:
    script(project, "p.add_argument('--model-dir', default='m')\nrun(p.parse_args())\n")
    found = places(project)
    assert found.config == {"arguments": {"model-dir": "{model}"}}
    assert [row.sure for row in found.understood] == [False]


def test_a_file_is_its_folder_and_its_name(project: Folder) -> None:
    project.write_all({"in/rows.csv": "1", "in/more.csv": "1"})
    script(
        project,
        "p.add_argument('--a', default='in/rows.csv')\np.add_argument('--b', default='./in/more.csv')\n"
        "o = p.parse_args()\npd.read_csv(o.a)\npd.read_csv(o.b)\n",
    )
    assert places(project).config == {
        "channels": {"in": "in"},
        "arguments": {"a": "{channel:in}/rows.csv", "b": "{channel:in}/more.csv"},
    }


def test_what_is_off_by_default_stays_off(project: Folder) -> None:
    script(
        project,
        """
        p.add_argument("--resume", default="")
        p.add_argument("--onnx-export", type=str, default="")
        p.add_argument("--dump-to")
        p.add_argument("--lr", type=float, default=0.1)
        p.add_argument("--arch", default="resnet18", choices=["resnet18"])
        a = p.parse_args()
        if a.resume:
            torch.load(a.resume)
        if a.onnx_export:
            torch.onnx.export(m, x, a.onnx_export)
        if a.dump_to:
            df.to_csv(a.dump_to)
        """,
    )
    found = places(project)
    assert found.config == {}
    assert found.left == []


def test_the_best_model_read_back_is_still_the_model(project: Folder) -> None:
    script(
        project,
        "p.add_argument('--save', default='model.pt')\na = p.parse_args()\n"
        "with open(a.save, 'wb') as f:\n    torch.save(m, f)\nwith open(a.save, 'rb') as f:\n    torch.load(f)\n",
    )
    assert places(project).config == {"arguments": {"save": "{model}/model.pt"}}


def test_checkpoints_beside_a_model_are_kept_over_interruptions(project: Folder) -> None:
    script(
        project,
        """
        p.add_argument("--ckpt-dir", default="ckpt")
        p.add_argument("--out", default="final.pt")
        a = p.parse_args()
        last = os.path.join(a.ckpt_dir, "last.pt")
        if os.path.exists(last):
            torch.load(last)
        torch.save({}, last)
        torch.save({}, a.out)
        """,
    )
    assert places(project).config == {"arguments": {"ckpt-dir": "{checkpoints}", "out": "{model}/final.pt"}}


def test_checkpoints_that_are_all_there_is_are_the_model(project: Folder) -> None:
    script(
        project,
        "p.add_argument('--checkpoint-dir', default='ckpt')\na = p.parse_args()\n"
        "torch.save({}, os.path.join(a.checkpoint_dir, 'e.pt'))\n",
    )
    assert places(project).config == {"arguments": {"checkpoint-dir": "{model}"}}


def test_data_that_is_not_here_is_left_to_the_user(project: Folder) -> None:
    script(
        project,
        "p.add_argument('--where', default='stuff')\np.add_argument('--rows', required=True)\n"
        "a = p.parse_args()\npd.read_csv(a.where + '/a.csv')\npd.read_csv(a.rows)\n",
    )
    found = places(project)
    assert found.config == {}
    assert "--where is stuff, which is not here (train.py:9 pandas.read_csv)" in found.left[0]
    assert "--rows must be given, and train.py:10 pandas.read_csv reads it" in found.left[1]


@pytest.mark.parametrize("default", ["/data/x", "~/x", "C:\\data", "../../x", "/home/me/x"])
def test_what_lies_outside_is_left_to_the_user(project: Folder, default: str) -> None:
    script(
        project, f"p.add_argument('--where', default={default!r})\na = p.parse_args()\npd.read_csv(a.where)\n"
    )
    found = places(project)
    assert found.config == {}
    assert found.left[0].startswith(f"--where is {default}, outside of the project")
    assert '[arguments] where = "{channel:where}' in found.left[0]


def test_addresses_are_no_folders(project: Folder) -> None:
    script(
        project, "p.add_argument('--where', default='s3://b/x')\na = p.parse_args()\npd.read_csv(a.where)\n"
    )
    assert places(project).config == {}


def test_the_folder_of_the_code_is_no_channel(project: Folder) -> None:
    project.write_all({"src/__init__.py": "", "src/rows.csv": "1", "rows.csv": "1"})
    script(
        project,
        "import src\np.add_argument('--a', default='src')\np.add_argument('--b', default='rows.csv')\n"
        "p.add_argument('--c', default='.')\n"
        "o = p.parse_args()\nos.listdir(o.a)\npd.read_csv(o.b)\nos.listdir(o.c)\n",
    )
    found = places(project)
    assert found.config == {}
    assert why(found, "file rows.csv") == "--b, train.py:12 pandas.read_csv"
    assert "--a is src" in found.left[0]


def test_a_folder_that_holds_nothing_is_no_channel(project: Folder) -> None:
    project.write_all({"stuff/.gitkeep": "", "stuff/README.md": "put it here"})
    script(project, "p.add_argument('--w', default='stuff')\na = p.parse_args()\nos.listdir(a.w)\n")
    found = places(project)
    assert found.config == {}
    assert "which is empty" in found.left[0]


def test_a_setting_in_a_file_ships_with_the_code(project: Folder) -> None:
    project.write_all({"conf/a.yaml": "lr: 1\n"})
    script(project, "p.add_argument('--config', default='conf/a.yaml')\na = p.parse_args()\nopen(a.config)\n")
    assert places(project).config == {}


def test_a_default_that_the_code_completes(project: Folder) -> None:
    project.write_all(DATA)
    script(
        project, "p.add_argument('--w', default='stuff/a')\na = p.parse_args()\npd.read_csv(a.w + '.csv')\n"
    )
    assert places(project).config == {
        "channels": {"stuff": "stuff"},
        "arguments": {"w": "{channel:stuff}/a"},
    }


def test_a_cache_beside_the_data_leaves_it_data(project: Folder) -> None:
    project.write_all(DATA)
    script(
        project,
        """
        p.add_argument("--data", default="stuff")
        a = p.parse_args()
        cache = os.path.join(a.data, "cache.npy")
        if not os.path.exists(cache):
            np.save(cache, pd.read_csv(os.path.join(a.data, "a.csv")))
        np.load(cache)
        """,
    )
    assert places(project).config["arguments"] == {"data": "{channel:stuff}"}


def test_options_of_other_parsers(project: Folder) -> None:
    project.write_all(DATA)
    body = "pd.read_csv(%s + '/a.csv')\n"
    ways = {
        "click": (
            "import click\n@click.command()\ndef main(where):\n    " + body % "where",
            {"where": "stuff"},
        ),
        "typer": (
            "def main(where: str = 'stuff'):\n    " + body % "where" + "typer.run(main)\n",
            {"where": "stuff"},
        ),
        "hydra": ("@hydra.main()\ndef main(cfg):\n    " + body % "cfg.data.where", {"data.where": "stuff"}),
        "absl": ("FLAGS = flags.FLAGS\ndef main(_):\n    " + body % "FLAGS.where", {"where": "stuff"}),
        "HfArgumentParser": (
            "a, b = HfArgumentParser((A, B)).parse_args_into_dataclasses()\n" + body % "b.where",
            {"where": "stuff"},
        ),
        "globals": ("where = 'stuff'\n" + body % "where", {"where": "stuff"}),
    }
    for source, (text, defaults) in ways.items():
        project.write("train.py", "import pandas as pd\n" + text)
        found = places(project, reading=options(source, defaults))
        (key,) = defaults
        assert found.config.get("arguments") == {key: "{channel:stuff}"}, source


def test_uses_in_other_modules_count(project: Folder) -> None:
    project.write_all(
        {
            **DATA,
            "lib/__init__.py": "",
            "lib/io.py": "import pandas as pd\nfrom .deep import save\n"
            "def read(folder):\n    return pd.read_csv(folder + '/a.csv')\n",
            "lib/deep.py": "import torch\nclass Saver:\n    def __init__(self, to):\n        self.to = to\n"
            "    def save(self):\n        torch.save(1, self.to)\ndef save(to):\n    Saver(to).save()\n",
        }
    )
    script(
        project,
        "from lib.io import read, save\np.add_argument('--i', default='stuff')\np.add_argument('--o', default='m.pt')\n"
        "a = p.parse_args()\nread(a.i)\nsave(a.o)\n",
    )
    found = places(project)
    assert found.config["arguments"] == {"i": "{channel:stuff}", "o": "{model}/m.pt"}
    assert why(found, "argument o") == "lib/deep.py:6 torch.save"


@pytest.mark.parametrize(
    "key", ["resume-from-checkpoint", "initial-checkpoint", "load-model-dir", "init-ckpt-dir"]
)
def test_what_is_read_at_the_start_is_no_place_for_results(project: Folder, key: str) -> None:
    script(
        project,
        f"p.add_argument('--{key}')\np.set_defaults(**json.loads(os.environ['X']))\nprint(p.parse_args())\n",
    )
    assert "arguments" not in places(project).config


def test_a_folder_of_results_that_is_looked_into_for_going_on_is_told(project: Folder) -> None:
    body = """
        p.add_argument('--output-dir', default='out')
        a = p.parse_args()
        last = os.path.join(a.output_dir, 'last.pt')
        if os.path.exists(last):
            state = torch.load(last)
        torch.save({'optimizer': 1}, last)
        torch.save(state, os.path.join(a.output_dir, 'model.pt'))
    """
    script(project, body)
    found = places(project)
    assert found.config["arguments"] == {"output-dir": "{model}"}
    assert "only {checkpoints} is kept" in "\n".join(found.left)


def test_a_file_that_is_only_asked_for_is_nothing_to_go_on_from(project: Folder) -> None:
    body = """
        p.add_argument('--output-dir', default='out')
        a = p.parse_args()
        if os.path.exists(os.path.join(a.output_dir, 'model.pt')):
            raise SystemExit('there is one already')
        torch.save(1, os.path.join(a.output_dir, 'model.pt'))
    """
    script(project, body)
    assert "only {checkpoints}" not in "\n".join(places(project).left)


def test_the_last_checkpoint_of_transformers_is_looked_for_where_it_was_written(project: Folder) -> None:
    project.write_all(
        {
            "train.py": """
            from transformers import Trainer, TrainingArguments
            from transformers.trainer_utils import get_last_checkpoint
            trainer = Trainer(args=TrainingArguments(output_dir="results"))
            trainer.train(resume_from_checkpoint=get_last_checkpoint("results"))
            trainer.save_model("final")
            """
        }
    )
    assert places(project).config["paths"] == {"results": "{checkpoints}"}


def test_a_name_that_is_given_anew_in_the_same_block_is_no_option_any_more(project: Folder) -> None:
    body = """
        p.add_argument('--save-dir', required=True)
        p.add_argument('--checkpoint-path')
        a = p.parse_args()

        def store(net, path):
            torch.save(net, path)

        def train(save_dir, checkpoint_path):
            if checkpoint_path is not None:
                net = torch.load(checkpoint_path)
            for step in range(9):
                if step % 3 == 0:
                    checkpoint_path = os.path.join(save_dir, f'step_{step}')
                    store(net, checkpoint_path)

        train(a.save_dir, a.checkpoint_path)
    """
    script(project, body)
    assert places(project).config == {"arguments": {"save-dir": "{model}"}}


def test_in_the_other_branch_a_name_is_what_it_was(project: Folder) -> None:
    body = """
        p.add_argument('--to', default='kept')
        a = p.parse_args()
        to = a.to
        if os.environ.get('X'):
            to = '/tmp/x'
        else:
            torch.save({}, os.path.join(to, 'net.pt'))
    """
    script(project, body)
    assert places(project).config == {"arguments": {"to": "{model}"}}


@pytest.mark.parametrize(
    ("function", "call"),
    [
        (
            "def keep(*args, **kwargs):\n    torch.save(*args, **kwargs)",
            "keep({}, os.path.join(a.to, 'net.pth'))",
        ),
        (
            "def keep(first, *args):\n    if first:\n        torch.save(*args)",
            "keep(1, {}, a.to + '/net.pth')",
        ),
        ("def keep(*args, **kwargs):\n    torch.save(*args, **kwargs)", "keep({}, f=a.to + '/net.pth')"),
    ],
)
def test_arguments_that_are_passed_on_as_they_came_are_followed(
    project: Folder, function: str, call: str
) -> None:
    script(project, f"p.add_argument('--to', default='kept')\na = p.parse_args()\n{function}\n{call}")
    found = places(project)
    assert found.config == {"arguments": {"to": "{model}"}}
    assert "torch.save" in why(found, "argument to")


def test_the_whole_tree_of_a_job_is_left_as_it_is(project: Folder) -> None:
    body = "p.add_argument('--root', default='/opt/ml')\na = p.parse_args()\njson.dump({}, open(a.root + '/model/x.json', 'w'))"
    script(project, body)
    assert places(project).config == {}


def test_a_default_that_is_made_at_run_time_is_no_option_that_is_off(project: Folder) -> None:
    script = """
        import argparse, time, torch
        parser = argparse.ArgumentParser()
        parser.add_argument("--project", default=f"runs/{time.time()}")
        parser.add_argument("--hyp", default=f"hyp-{time.time()}.yaml")
        parser.add_argument("--plots")
        args = parser.parse_args()
        torch.save(1, args.project + "/best.pt")
        open(args.hyp)
        torch.save(1, args.hyp)
        open(args.plots, "w")
    """
    project.write("train.py", script)
    assert places(project).config == {"arguments": {"project": "{model}"}}


def test_a_model_that_goes_somewhere_goes_into_the_only_folder_that_is_given(project: Folder) -> None:
    body = """
        p.add_argument('--outdir', required=True)
        a = p.parse_args()
        json.dump({}, open(os.path.join(a.outdir, 'options.json'), 'w'))
        def loop(run):
            pickle.dump({}, open(os.path.join(run, 'snapshot.pkl'), 'wb'))
        loop(**json.load(open('/proc/self/x')))
    """
    script(project, body)
    found = places(project)
    assert found.config == {"arguments": {"outdir": "{model}"}}
    assert [row.sure for row in found.understood if row.topic == "argument outdir"] == [False]


def test_the_word_none_is_no_path(project: Folder) -> None:
    script(project, "p.add_argument('config', default='None')\na = p.parse_args()\njson.load(open(a.config))")
    assert "None" not in str(places(project).left)


@pytest.mark.parametrize(
    "keep",
    [
        "paths = [Path(a.to) / 'last.pth']\nif a.n:\n    paths.append(Path(a.to) / 'x.pth')\nfor path in paths:\n    torch.save({}, path)",
        (
            "class Stop:\n    def __call__(self, loss, path):\n        self.keep(path)\n"
            "    def keep(self, path):\n        torch.save({}, path + '/best.pth')\n"
            "stop = Stop()\nstop(0.1, os.path.join(a.to, 'run'))"
        ),
    ],
)
def test_where_a_model_goes_is_followed_through_lists_and_objects(project: Folder, keep: str) -> None:
    script(
        project, f"p.add_argument('--to', default='kept')\np.add_argument('--n')\na = p.parse_args()\n{keep}"
    )
    assert places(project).config == {"arguments": {"to": "{model}"}}


def test_the_only_folder_for_results_has_the_model_though_it_is_called_checkpoints(project: Folder) -> None:
    body = """
        p.add_argument('--checkpoints', default='./checkpoints/')
        a = p.parse_args()
        os.makedirs(a.checkpoints)
        torch.load(os.path.join(a.checkpoints, 'checkpoint.pth'))
        def keep(path):
            torch.save({}, path + '/checkpoint.pth')
        acme.call(keep)
    """
    script(project, body)
    assert places(project).config == {"arguments": {"checkpoints": "{model}"}}


def test_an_option_that_only_lends_a_file_its_name_stays_what_it_is(project: Folder) -> None:
    body = """
        p.add_argument('--arch', default='resnet18')
        a = p.parse_args()
        json.dump({}, open(a.arch + '.json', 'w'))
    """
    script(project, body)
    assert places(project).config == {"collect": {"output": ["resnet18.json"]}}


PREPARING = """
p.add_argument("--data_path", default="sets")
a = p.parse_args()
with open(os.path.join(a.data_path, "all.txt")) as file:
    rows = file.read()
torch.save(rows, os.path.join(a.data_path, "rows.pkl"))
"""


def test_data_among_which_something_is_saved_is_no_place_for_the_model(project: Folder) -> None:
    project.write("sets/all.txt", "1")
    script(project, PREPARING)
    found = places(project)
    assert found.config == {"channels": {"sets": "sets"}, "arguments": {"data_path": "{channel:sets}"}}
    assert any("torch.save writes into --data_path, a channel" in line for line in found.left)


def test_data_that_is_not_here_yet_is_no_place_for_the_model_either(project: Folder) -> None:
    script(project, PREPARING)
    found = places(project)
    assert "arguments" not in found.config
    assert any(line.startswith("--data_path is sets, which is not here") for line in found.left)


def test_a_folder_of_training_that_is_looked_into_is_still_one_of_results(project: Folder) -> None:
    script(
        project,
        """
        p.add_argument("--train_dir", default="runs")
        a = p.parse_args()
        if os.path.exists(os.path.join(a.train_dir, "last.pt")):
            open(os.path.join(a.train_dir, "log.txt")).read()
        torch.save({}, os.path.join(a.train_dir, "last.pt"))
        """,
    )
    assert places(project).config == {"arguments": {"train_dir": "{model}"}}


@pytest.mark.parametrize("key", ["split", "project_name", "mode"])
def test_a_word_that_a_folder_is_called_by_as_well_is_no_path(project: Folder, key: str) -> None:
    project.write("eval/a.csv", "1")
    script(project, f"p.add_argument('--{key}', default='eval')\nprint(p.parse_args())\n")
    assert places(project).config == {}


def test_a_folder_of_programs_is_no_data_by_being_named(project: Folder) -> None:
    project.write_all({"steps/fetch/run.py": "print(1)", "steps/fetch/sample.csv": "1"})
    script(project, "p.add_argument('--steps-dir', default='steps')\nprint(p.parse_args())\n")
    assert places(project).config == {}


def test_a_checkpoint_without_a_default_is_asked_for_and_not_made_up(project: Folder) -> None:
    script(
        project,
        "p.add_argument('--ckpt_path', required=True)\np.add_argument('--checkpoint_dir')\nprint(p.parse_args())\n",
    )
    found = places(project)
    assert found.config == {}
    assert [one.key for one in found.unbound] == ["ckpt_path"]


def test_a_table_is_no_model_by_the_name_of_its_option(project: Folder) -> None:
    script(project, "p.add_argument('--save_path', default='data/all.csv')\nprint(p.parse_args())\n")
    assert places(project).config == {}
