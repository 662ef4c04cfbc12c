"""What a program fetches over the network is said, with the way out; and the tokens that it uses."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.shown import options, places, why


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("import torchvision.datasets as d\nd.MNIST('data', download=True)", "torchvision.datasets.MNIST downloads a dataset"),
        ("from torchvision import datasets\ndatasets.CIFAR10(root='data', download=not there)", "CIFAR10 downloads a dataset"),
        ("from datasets import load_dataset\nload_dataset('imdb')", "datasets.load_dataset downloads a dataset"),
        ("import transformers as t\nt.AutoModel.from_pretrained('bert-base')", "downloads bert-base"),
        ("from urllib.request import urlretrieve\nurlretrieve(url, 'x')", "urllib.request.urlretrieve downloads"),
        ("import requests\nrequests.get(url)", "requests.get downloads"),
        ("from tensorflow import keras\nkeras.datasets.mnist.load_data()", "tensorflow.keras.datasets.mnist.load_data downloads a dataset"),
        ("import tensorflow as tf\n(x, y), _ = tf.keras.datasets.cifar10.load_data()", "downloads a dataset"),
        ("from keras.datasets import mnist\nmnist.load_data()", "downloads a dataset"),
        ("from sklearn.datasets import fetch_openml\nfetch_openml('mnist_784')", "sklearn.datasets.fetch_openml downloads a dataset"),
        ("import subprocess\nsubprocess.run(['wget', url])", "subprocess.run downloads"),
        ("import os\nos.system('curl -O ' + url)", "os.system downloads"),
        ("import gdown\ngdown.download(url)", "gdown.download downloads"),
        ("import nltk\nnltk.download('punkt')", "nltk.download downloads"),
        ("import pandas as pd\npd.read_csv('https://example.org/x.csv')", "pandas.read_csv downloads from https"),
        ("import kagglehub\nkagglehub.dataset_download('a/b')", "downloads from Kaggle"),
        ("import torch\ntorch.hub.load('pytorch/vision', 'resnet18')", "torch.hub.load downloads"),
    ],
)  # fmt: skip
def test_a_download_is_said_with_the_way_out(project: Folder, body: str, what: str) -> None:
    project.write("train.py", body + "\n")
    found = places(project)
    assert found.config == {}
    assert "train.py:2" in why(found, "network")
    assert what in why(found, "network")
    assert len(found.left) == 1
    assert "a job without network needs it as a channel" in found.left[0]


@pytest.mark.parametrize(
    "body",
    [
        "import torchvision.datasets as d\nd.MNIST('data')",
        "from datasets import load_dataset\nload_dataset('csv', data_files='x.csv')",
        "import subprocess\nsubprocess.run(['ls'])",
        "def get(x):\n    return x\nget('https://example.org')",
        "def load_dataset(x):\n    return x\nload_dataset('x')",
        "d = {}\nd.get('x')",
    ],
)
def test_what_needs_no_network_does_not_say_so(project: Folder, body: str) -> None:
    project.write_all({"train.py": body + "\n", "data/x": "1"})
    assert not [row for row in places(project).understood if row.topic == "network"]


def test_a_download_that_has_been_done_is_a_channel(project: Folder) -> None:
    project.write_all(
        {
            "data/MNIST/raw/x": "1",
            "bert/config.json": "{}",
            "train.py": "from torchvision import datasets as d\nimport transformers\n"
            "d.MNIST('data', download=True)\nd.MNIST(args.root, download=True)\n"
            "transformers.AutoModel.from_pretrained('bert')\n",
        }
    )
    found = places(project, reading=options("argparse", {"root": "./data"}))
    assert found.config == {
        "channels": {"data": "data", "bert": "bert"},
        "arguments": {"root": "{channel:data}"},
        "paths": {"data": "{channel:data}", "bert": "{channel:bert}"},
    }
    assert not [row for row in found.understood if row.topic == "network"]


def test_trackers_need_the_network_and_a_token(project: Folder) -> None:
    project.write(
        "train.py",
        """
        import os, mlflow, wandb
        wandb.init(project="x")
        mlflow.set_tracking_uri(uri)
        token = os.environ["HF_TOKEN"]
        """,
    )
    found = places(project)
    assert "wandb.init talks to Weights & Biases; train.py:4 mlflow.set_tracking_uri" in why(found, "network")
    assert [line.split(" (")[0] for line in found.left] == [
        "HF_TOKEN",
        "WANDB_API_KEY",
        "MLFLOW_TRACKING_TOKEN",
    ]
    assert '[secrets] WANDB_API_KEY = "env:WANDB_API_KEY"' in found.left[1]


def test_what_an_option_names_is_fetched(project: Folder) -> None:
    project.write("train.py", "import transformers\ntransformers.AutoModel.from_pretrained(args.base)\n")
    found = places(project, reading=options("argparse", {"base": "org/bert"}))
    assert found.config == {}
    assert "from_pretrained downloads org/bert" in why(found, "network")
    assert not places(project, reading=options("argparse", {"base": None})).understood


@pytest.mark.parametrize(
    ("test", "asked"),
    [
        ("args.base.startswith('gpt')", "base"),
        ("args.base == 'gpt2'", "base"),
        ("args.base in ('gpt2', 'gpt3')", "base"),
        ("args.track", "track"),
        ("args.track and rank == 0", "track"),
        ("not args.quiet", "quiet"),
        ("args.base != 'scratch' or args.track", "base"),
        ("args.base == 'scratch'", ""),
        ("not args.track", ""),
        ("rank == 0", ""),
        ("args.base == rank", ""),
        ("args.base > 3", ""),
        ("args.track or rank", ""),
        ("self.track", ""),
        ("args.other", ""),
    ],
)
def test_what_is_fetched_only_if_asked_for_is_said_so(project: Folder, test: str, asked: str) -> None:
    project.write("train.py", f"import wandb\nif {test}:\n    wandb.init()\n")
    given = options("argparse", {"base": "scratch", "track": False, "quiet": True})
    row = next(row for row in places(project, reading=given).understood if row.topic == "network")
    assert row.value == ("if asked for" if asked else "needs it")
    assert row.why.endswith(f", if {asked} says so") is bool(asked)


def test_a_default_that_is_not_fetched_is_not_named_as_a_download(project: Folder) -> None:
    project.write(
        "train.py",
        "if args.start == 'new':\n    pass\nelif args.start.startswith('org/'):\n    N.from_pretrained(args.start)\n",
    )
    found = places(project, reading=options("argparse", {"start": "new"}))
    assert not found.left
    assert why(found, "network") == "train.py:4 N.from_pretrained downloads, if start says so"
    found = places(project, reading=options("argparse", {"start": "org/net"}))
    assert "downloads org/net: a job without network" in found.left[0]


def test_a_variable_of_an_options_name_is_no_option(project: Folder) -> None:
    project.write("train.py", "import requests\nif track:\n    requests.get(url)\n")
    parsed = places(project, reading=options("argparse", {"track": False}))
    assert next(row for row in parsed.understood if row.topic == "network").value == "needs it"
    loose = places(project, reading=options("globals", {"track": False}))
    assert next(row for row in loose.understood if row.topic == "network").value == "if asked for"


def test_what_must_be_named_may_need_it(project: Folder) -> None:
    source = "import argparse, transformers\np = argparse.ArgumentParser()\np.add_argument('--base', required=True)\n"
    project.write("train.py", source + "a = p.parse_args()\ntransformers.AutoModel.from_pretrained(a.base)\n")
    row = next(row for row in places(project).understood if row.topic == "network")
    assert (row.value, row.sure) == ("may need it", False)
    assert "train.py:5" in row.why
