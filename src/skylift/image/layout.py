"""Where everything lies in an image of ours, and what its labels are called."""

from __future__ import annotations

from skylift_runtime.contract import PROJECT_FILE, RUNTIME_START, SKYLIFT_ROOT, VENV_ROOT

LAYOUT_VERSION = 1
"""Part of every layer key: raise it whenever equal inputs would give other bytes in a layer."""

VENV = VENV_ROOT.lstrip("/")
"""Paths of entries have no leading slash, as in every layer."""
VENV_PYTHON = f"{VENV_ROOT}/bin/python"
RUNTIME = f"{SKYLIFT_ROOT}/runtime".lstrip("/")
CODE = f"{SKYLIFT_ROOT}/code".lstrip("/")
DESCRIPTION = f"{SKYLIFT_ROOT}/{PROJECT_FILE}".lstrip("/")
ENTRYPOINT = (VENV_PYTHON, *RUNTIME_START[:-1], f"/{RUNTIME}/{RUNTIME_START[-1]}")

LAYERS_LABEL = "org.skylift.layers"
"""``{key: {"digest", "diff_id", "size"}}``: which layer came of which inputs."""
BASE_LABEL = "org.skylift.base"
"""``{"digest", "interpreter"}``: spares the next machine the search for Python in the base."""
BASE_NAME_LABEL = "org.opencontainers.image.base.name"
BASE_DIGEST_LABEL = "org.opencontainers.image.base.digest"


def site_packages(python: str) -> str:
    """
    >>> site_packages("3.11")
    'opt/venv/lib/python3.11/site-packages'
    """
    return f"{VENV}/lib/python{python}/site-packages"
