"""What SageMaker's own containers brought along: the framework that a submitting script asked for by version."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from skylift.project.init.needs.called import last_name
from skylift.project.init.needs.listing import Listing
from skylift.project.source.literals import literal, module_constants
from skylift.project.source.modules import parsed
from skylift.project.source.notebooks import Unreadable, notebook_of
from skylift.project.source.trees import walk
from skylift_runtime.notebook_file import SUFFIX

_FRAMEWORKS = {
    "PyTorch": {"framework_version": "torch"},
    "TensorFlow": {"framework_version": "tensorflow"},
    "SKLearn": {"framework_version": "scikit-learn"},
    "XGBoost": {"framework_version": "xgboost"},
    "HuggingFace": {
        "transformers_version": "transformers",
        "pytorch_version": "torch",
        "tensorflow_version": "tensorflow",
    },
}
_VERSION = re.compile(r"(\d+\.\d+)(\.\d+)?")
_LIKELY = re.compile(
    r"train|sagemaker|submit|launch|run|deploy|pipeline|estimator|job|aws|cloud|main|start", re.IGNORECASE
)
_WORDS = ("framework_version", "pytorch_version", "transformers_version")
_MOST_SCRIPTS, _MOST_NOTEBOOKS = 150, 30


@dataclass(frozen=True)
class Framework:
    """One call of an estimator."""

    where: str
    lines: tuple[str, ...]
    """``torch==1.13.*``: a container of 1.13 had some 1.13."""
    python: str
    """Minor version; empty where it is not said."""


def frameworks(listing: Listing) -> Iterator[Framework]:
    """What estimators are asked for, in scripts and notebooks that submit jobs."""
    scripts = [name for name in listing.files if name.endswith(".py") and _LIKELY.search(name)]
    notebooks = [name for name in listing.files if name.endswith(SUFFIX)]
    for name in [*scripts[:_MOST_SCRIPTS], *notebooks[:_MOST_NOTEBOOKS]]:
        # Most files are not parsed for this: a look at the text tells.
        text = listing.text(name)
        tree = _tree(listing, name) if any(word in text for word in _WORDS) else None
        if tree is not None:
            yield from _calls(name, tree)


def _tree(listing: Listing, name: str) -> ast.Module | None:
    if not name.endswith(SUFFIX):
        return parsed(listing.root / name)
    try:
        return notebook_of(listing.root / name).tree
    except Unreadable:
        return None


def _calls(name: str, tree: ast.Module) -> Iterator[Framework]:
    constants = module_constants(tree)
    for node in walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = last_name(node.func)
        keys = _FRAMEWORKS.get(called)
        if keys is None:
            continue
        said = {one.arg: _text(one.value, constants) for one in node.keywords if one.arg}
        lines = [_pinned(package, said[key]) for key, package in keys.items() if said.get(key)]
        kept = tuple(line for line in lines if line)
        if kept:
            yield Framework(f"{name}, {called}(…)", kept, _python(said.get("py_version", "")))


def _text(node: ast.expr, constants: dict[str, Any]) -> str:
    found = literal(node, constants)
    return found.value if found is not None and isinstance(found.value, str) else ""


def _pinned(package: str, version: str) -> str:
    match = _VERSION.match(version)
    if match is None:
        return ""
    return f"{package}=={match[0]}" if match[2] else f"{package}=={match[1]}.*"


def _python(text: str) -> str:
    """
    >>> _python("py310"), _python("py39"), _python("py3")
    ('3.10', '3.9', '')
    """
    match = re.fullmatch(r"py3(\d+)", text)
    return f"3.{match[1]}" if match else ""
