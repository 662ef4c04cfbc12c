"""Imports that nothing declares: known ones are proposed, others only told."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.needing import needs, packages, rows, told


def dependencies(project: Folder, source: str, **files: str) -> list[str]:
    named = {name.replace("__", "/").replace("_py", ".py"): text for name, text in files.items()}
    found: list[str] = packages(needs(project, {"train.py": source, **named})).get("dependencies", [])
    return sorted(found)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import numpy as np, torch.nn as nn\n", ["numpy", "torch"]),
        (
            "from sklearn.svm import SVC\nfrom PIL import Image\nimport cv2, yaml\n",
            ["opencv-python-headless", "pillow", "pyyaml", "scikit-learn"],
        ),
        (
            "from google.cloud import storage\nfrom google.protobuf import text_format\n",
            ["google-cloud-storage", "protobuf"],
        ),
        ("import os, sys, tomllib, distutils.core, urllib2\nfrom __future__ import annotations\n", []),
        ("from torch.utils.tensorboard import SummaryWriter\n", ["tensorboard", "torch"]),
        ("import torch.utils.tensorboard as t\n", ["tensorboard", "torch"]),
        ("import pandas as pd\npd.read_parquet('x').to_excel('y')\n", ["openpyxl", "pandas", "pyarrow"]),
        ("import polars as pl, pandas\npl.read_parquet('x')\n", ["pandas", "polars"]),
        ("import pytorch_ignite_like\n", []),
        ("from transformers import Trainer\n", ["accelerate", "transformers"]),
        ("import ignite\n", ["pytorch-ignite"]),
        ("import numpy\nimport numpy.linalg\n", ["numpy"]),
    ],
)
def test_known_names_are_proposed(project: Folder, source: str, expected: list[str]) -> None:
    assert dependencies(project, source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import wandb\nexcept ImportError:\n    wandb = None\n",
        "try:\n    import wandb\nexcept (ModuleNotFoundError, OSError):\n    pass\n",
        "try:\n    import os\nexcept ImportError:\n    import wandb\n",
        "if True:\n    import wandb\n",
        "x = 0\nif x:\n    pass\nelse:\n    from wandb import init\n",
        "def f():\n    if f:\n        import wandb\n",
        "match 1:\n    case 1:\n        import wandb\n",
    ],
)
def test_what_is_only_tried_is_told_and_not_installed(project: Folder, source: str) -> None:
    found = needs(project, {"train.py": source})
    assert packages(found) == {}
    (row,) = rows(found, "optional imports")
    assert row.value.startswith("wandb (train.py:")


@pytest.mark.parametrize(
    "source",
    [
        "def main():\n    import wandb\n",
        "class A:\n    import wandb\n",
        "with open('x'):\n    import wandb\n",
        "for x in []:\n    import wandb\n",
        "try:\n    import wandb\nfinally:\n    pass\n",
        "if __name__ == '__main__':\n    import wandb\n",
        "if True:\n    import wandb\nimport wandb\n",
    ],
)
def test_what_is_always_reached_is_needed(project: Folder, source: str) -> None:
    assert dependencies(project, source) == ["wandb"]


def test_types_alone_need_nothing(project: Folder) -> None:
    source = "import typing as t\nif t.TYPE_CHECKING:\n    import wandb\n"
    assert "wandb" not in told(needs(project, {"train.py": source}))


def test_the_functions_of_other_modules_are_perhaps_not_called(project: Folder) -> None:
    assert dependencies(project, "import lib\n", lib_py="import numpy\ndef f():\n    import wandb\n") == [
        "numpy"
    ]


def test_a_module_that_is_only_perhaps_imported_needs_nothing_for_sure(project: Folder) -> None:
    source = "from pkg import always\ndef f():\n    pass\nif f:\n    from pkg import perhaps\n"
    project.write_all({"pkg/__init__.py": "", "pkg/always.py": "from . import deep\n"})
    project.write_all({"pkg/deep.py": "import numpy\n", "pkg/perhaps.py": "import wandb\n"})
    found = needs(project, {"train.py": source})
    assert packages(found) == {"dependencies": ["numpy"]}
    assert rows(found, "optional imports")[0].value == "wandb (pkg/perhaps.py:1)"


def test_modules_of_the_project_are_its_own(project: Folder) -> None:
    found = needs(
        project,
        {
            "src/tools/train.py": "import near, wide.deep, pkg, datasets.mine, yaml, hidden\nfrom . import x\n",
            "src/tools/near.py": "import numpy\n",
            "wide/deep.py": "",
            "src/pkg/__init__.py": "",
            "datasets/mine.py": "import scipy\n",
            "yaml/readme.txt": "",
            "third_party/hidden/__init__.py": "",
        },
        "src/tools/train.py",
    )
    assert packages(found) == {"dependencies": ["numpy", "scipy", "pyyaml"]}
    assert not rows(found, "undeclared")


def test_a_name_that_nobody_knows_is_never_installed(project: Folder) -> None:
    found = needs(project, {"train.py": "import acme_internal.x\nimport apex, detectron2\n"})
    assert packages(found) == {}
    (row,) = rows(found, "undeclared")
    assert "acme_internal (train.py:1)" in row.value
    assert any("acme_internal, imported in train.py:1: name its package" in line for line in found.left)


@pytest.mark.parametrize(
    ("declared", "source"),
    [
        ("acme-internal", "import acme_internal"),
        ("opencv-contrib-python", "import cv2"),
        ("tensorflow-cpu", "import tensorflow"),
        ("pandas", "import numpy"),
        ("transformers[torch]", "import tokenizers, yaml"),
        ("ultralytics", "import torch, cv2"),
        ("google-cloud-storage", "from google.cloud import storage"),
        ("ruamel.yaml", "import ruamel.yaml"),
    ],
)
def test_what_is_declared_or_comes_along_is_not_missing(project: Folder, declared: str, source: str) -> None:
    found = needs(project, {"requirements.txt": declared + "\n", "train.py": source + "\n"})
    assert packages(found) == {"requirements": ["requirements.txt"]}
    assert not rows(found, "undeclared")


def test_what_a_pinned_version_needs_is_no_news_to_the_project(project: Folder) -> None:
    files = {"requirements.txt": "transformers==4.6.1\n", "train.py": "from transformers import Trainer\n"}
    assert "dependencies" not in needs(project, files).config


def test_versions_are_those_of_the_users_environment(project: Folder) -> None:
    place = ".venv/lib/python3.10/site-packages"
    found = needs(
        project,
        {
            ".venv/pyvenv.cfg": "version_info = 3.10.4.final.0\n",
            f"{place}/torch-2.1.0+cu118.dist-info/METADATA": "",
            f"{place}/acme_tools-1.0.dist-info/top_level.txt": "acme\n",
            "README.md": "`pip install torch`\n",
            "train.py": "import torch, acme\n",
        },
    )
    assert packages(found) == {"dependencies": ["torch==2.1.0"]}
    assert found.config["python"] == "3.10"
    # Who offers that name on PyPI is not known: the environment may have it from elsewhere.
    assert any(".venv has it from acme-tools" in line for line in found.left)


def test_an_active_environment_comes_first_and_condas_own_is_nobodys(project: Folder) -> None:
    files = {
        "else/pyvenv.cfg": "version = 3.9.1\n",
        "conda/conda-meta/history": "",
        "conda/lib/python3.12/site-packages/x": "",
    }
    folder = str(project.root / "else")
    assert needs(project, files, variables={"VIRTUAL_ENV": folder}).config["python"] == "3.9"
    conda = {"CONDA_PREFIX": str(project.root / "conda")}
    assert needs(project, files, variables=conda).config["python"] == "3.12"
    assert needs(project, files, variables={**conda, "CONDA_DEFAULT_ENV": "base"}).config["python"] == "3.11"
