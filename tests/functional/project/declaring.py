"""Projects in all the forms that dependencies are declared in, and the keys that come of them."""

from __future__ import annotations

from typing import Any

PROJECT = '[project]\nname = "p"\nversion = "0"\n'
SHAPES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "PEP 621": ({"pyproject.toml": PROJECT + 'dependencies = ["torch>=2"]\n'}, {}),
    "PEP 621, dynamic from a file": (
        {
            "pyproject.toml": PROJECT
            + 'dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = { file = ["needs/r.txt"] }\n',
            "needs/r.txt": "torch\n",
        },
        {"requirements": ["needs/r.txt"]},
    ),
    "PEP 621, dynamic by hatch": (
        {
            "pyproject.toml": PROJECT
            + 'dynamic = ["dependencies"]\n[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ["r.txt"]\n',
            "r.txt": "torch\n",
        },
        {"requirements": ["r.txt"]},
    ),
    "PEP 621, dynamic otherwise": (
        {
            "pyproject.toml": PROJECT + 'dynamic = ["dependencies"]\n',
            "setup.py": "import setuptools\nsetuptools.setup(install_requires=['torch'])\n",
        },
        {},
    ),
    "PEP 621 that says too little": (
        {"pyproject.toml": PROJECT + 'dependencies = ["numpy"]\n', "requirements.txt": "torch\n"},
        {"requirements": ["pyproject.toml", "requirements.txt"]},
    ),
    "an extra that trains": (
        {"pyproject.toml": PROJECT + 'dependencies = ["torch"]\noptional-dependencies.training = ["tqdm"]\n'},
        {"extras": ["training"]},
    ),
    "an extra that brings what is imported": (
        {
            "pyproject.toml": PROJECT
            + 'dependencies = ["numpy"]\noptional-dependencies = { nn = ["torch"], dev = ["x"] }\n'
        },
        {"extras": ["nn"]},
    ),
    "a group, by another that includes it": (
        {
            "pyproject.toml": PROJECT
            + '[dependency-groups]\nbase = ["torch"]\nall-of-it = [{ include-group = "base" }]\n'
        },
        {"groups": ["base"]},
    ),
    "uv": (
        {
            "pyproject.toml": PROJECT
            + 'dependencies = ["torch"]\n[tool.uv]\ndev-dependencies = ["pytest"]\n',
            "uv.lock": "version = 1\n",
        },
        {},
    ),
    "Poetry": (
        {
            "pyproject.toml": """
                [tool.poetry.dependencies]
                python = "^3.9"
                torch = "^2.1"
                own = { path = "libs/own", develop = true }
                [tool.poetry.group.train.dependencies]
                lightning = { version = "~2.1", extras = ["extra"] }
                [tool.poetry.group.dev.dependencies]
                pytest = "*"
            """
        },
        {"dependencies": ["torch>=2.1,<3", "own @ ./libs/own", "lightning[extra]>=2.1,<2.2"]},
    ),
    "Pipenv": (
        {"Pipfile": '[packages]\ntorch = "~=2.1"\nx = {version = "*", markers = "os_name == \'posix\'"}\n'},
        {"dependencies": ["torch~=2.1", "x; os_name == 'posix'"]},
    ),
    "requirements": ({"requirements.txt": "torch\n"}, {"requirements": ["requirements.txt"]}),
    "requirements for training": (
        {
            "requirements.txt": "flask\n",
            "requirements-train.txt": "torch\n",
            "requirements-dev.txt": "torch\n",
        },
        {"requirements": ["requirements-train.txt"]},
    ),
    "requirements in a folder": (
        {
            "requirements/base.txt": "torch\n",
            "requirements/dev.txt": "-r base.txt\nx\n",
            "requirements/docs.txt": "",
        },
        {"requirements": ["requirements/base.txt"]},
    ),
    "requirements of two files": (
        {
            "requirements/train.txt": "lightning\n",
            "requirements.txt": "tqdm\n",
            "train.py": "import tqdm, lightning\n",
        },
        {"requirements": ["requirements/train.txt"]},
    ),
    "pip-tools": (
        {"requirements.in": "torch\n", "requirements.txt": "torch==2.1.0 --hash=sha256:00\n"},
        {"requirements": ["requirements.txt"]},
    ),
    "pip-tools, not compiled": ({"requirements.in": "torch\n"}, {"requirements": ["requirements.in"]}),
    "pip freeze under Windows": (
        {"requirements.txt": ""},  # written below
        {"dependencies": ["torch==2.1.0"]},
    ),
    "pip freeze under conda": (
        {"requirements.txt": "torch @ file:///croot/torch\nacme @ file:///home/me/acme\nnumpy==1.26.0\n"},
        {"dependencies": ["torch", "numpy==1.26.0"]},
    ),
    "conda list --export": (
        {
            "requirements.txt": "# platform\n_libgcc_mutex=0.1=main\npytorch=2.1.0=py3.10_cuda\nopenssl=3.0=h0\n"
        },
        {"dependencies": ["torch==2.1.0"]},
    ),
    "setup.py": (
        {
            "setup.py": "from setuptools import setup\nX = ['tqdm']\nsetup(install_requires=['torch>=1'] + X)\n"
        },
        {"dependencies": ["torch>=1", "tqdm"]},
    ),
    "setup.py that reads a file": (
        {
            "deps/require.txt": "torch\n",
            "setup.py": """
                import os
                import setuptools

                def read():
                    with open(os.path.join(os.path.dirname(__file__), "deps/require.txt")) as file:
                        return [line.strip() for line in file]

                setuptools.setup(install_requires=read() + ["tqdm"])
            """,
        },
        {"requirements": ["deps/require.txt"], "dependencies": ["tqdm"]},
    ),
    "setup.cfg": (
        {
            "setup.cfg": "[options]\ninstall_requires =\n    torch>=1\n    tqdm\n",
            "setup.py": "import setuptools\nsetuptools.setup()\n",
        },
        {"dependencies": ["torch>=1", "tqdm"]},
    ),
    "conda": (
        {
            "environment.yml": """
                name: x
                channels: [pytorch, conda-forge]
                dependencies:
                - python=3.10
                - pytorch::pytorch=2.1
                - opencv >=4.5,<5
                - scikit-learn=1.5.0=py310h_0
                - pip:
                  - wandb==0.16.*  # logs
            """
        },
        {
            "dependencies": [
                "torch==2.1.*",
                "opencv-python-headless>=4.5,<5",
                "scikit-learn==1.5.0",
                "wandb==0.16.*",
                "numpy<2",
            ]
        },
    ),
    "conda with a file for pip": (
        {
            "env/environment.yaml": "dependencies:\n  - pip\n  - numpy\n  - pip:\n    - -r requirements.txt\n",
            "env/requirements.txt": "torch\n",
            "train.py": "import torch, numpy\n",
        },
        {"requirements": ["env/requirements.txt"], "dependencies": ["numpy"]},
    ),
    "MLproject with conda": (
        {
            "MLproject": "name: x\n\nconda_env: my/deps.yaml\n",
            "my/deps.yaml": "dependencies:\n- pytorch\n- pip:\n  - mlflow>=1.0\n",
        },
        {"dependencies": ["torch", "mlflow>=1.0"]},
    ),
    "MLproject with Python": (
        {
            "MLproject": "python_env: python_env.yaml\n",
            "python_env.yaml": 'python: "3.9"\ndependencies:\n  - torch==2.0\n',
        },
        {"dependencies": ["torch==2.0"]},
    ),
    "PEP 723": (
        {
            "train.py": '# /// script\n# requires-python = ">=3.10"\n# dependencies = [\n#   "torch<3",\n# ]\n# ///\nimport torch\n'
        },
        {"dependencies": ["torch<3"]},
    ),
    "a Dockerfile": (
        {
            "Dockerfile": "FROM python:3.10\nRUN pip install --no-cache-dir 'torch==2.1' pandas -r x.txt && echo done\n"
        },
        {"dependencies": ["torch==2.1"]},
    ),
    "a README": (
        {"README.md": "# x\nThe torch.\n```sh\n$ pip install -U torch>=2 numpy\n```\n"},
        {"dependencies": ["torch>=2"]},
    ),
    "a SageMaker estimator": (
        {
            "go.ipynb": "",
            "launch.py": "V = '1.13'\nest = sagemaker.pytorch.PyTorch('t.py', framework_version=V, py_version='py39')\n",
        },
        {"dependencies": ["torch==1.13.*"]},
    ),
    "nothing": ({}, {"dependencies": ["torch"]}),
}
