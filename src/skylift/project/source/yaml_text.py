"""YAML, bounded: a text can not make it grow."""

from __future__ import annotations

import re
from typing import Any

import yaml

_MOST_PAIRS = 5000
_FLOAT = re.compile(
    r"""^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?(?:[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)
    |\.[0-9_]+(?:[eE][-+]?[0-9]+)?
    |[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$""",
    re.VERBOSE,
)


class _Loader(yaml.SafeLoader):
    """Plain YAML 1.1, which can not be made to grow."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        # Merges of merges double at each step.
        if len(node.value) > _MOST_PAIRS:
            raise yaml.constructor.ConstructorError(None, None, "too large", node.start_mark)


class _WithFloats(_Loader):
    """YAML as OmegaConf reads it: ``1e-3`` is a number, and a date a text."""


_WithFloats.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if not tag.endswith((":float", ":timestamp"))]
    for first, rules in _Loader.yaml_implicit_resolvers.items()
}
_WithFloats.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


def load_yaml(text: str, *, floats: bool) -> Any:
    """The values of a text; None for what is broken.

    :param floats: as OmegaConf reads it.
    """
    try:
        return yaml.load(text, _WithFloats if floats else _Loader)  # noqa: S506 both are safe loaders
    except (yaml.YAMLError, ValueError, RecursionError, AttributeError, TypeError):
        return None
