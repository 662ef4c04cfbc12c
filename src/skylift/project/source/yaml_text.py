"""YAML, bounded: a text can not make it grow."""

from __future__ import annotations

import re
from typing import Any, Literal

import yaml

Scalars = Literal["yaml", "omegaconf", "texts"]
"""As YAML 1.1 has them, as OmegaConf has them, or as the texts that they are: ``3.10`` is a version, and no number."""
_MOST_PAIRS = 5000
_DEEPEST = 100
"""libyaml's reader recurses in C, without an end: what is deeper ends the process."""
_FLOAT = re.compile(
    r"""^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?(?:[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)
    |\.[0-9_]+(?:[eE][-+]?[0-9]+)?
    |[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$""",
    re.VERBOSE,
)


_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXTS: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml's where PyYAML has it: ten times as fast."""


class _Loader(_SAFE):  # type: ignore[misc]
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


def load_yaml(text: str, scalars: Scalars = "yaml") -> Any:
    """The values of a text; None for what is broken.

    :param scalars: how those without quotes are read.
    """
    loader = {"yaml": _Loader, "omegaconf": _WithFloats, "texts": _TEXTS}[scalars]
    try:
        return None if _is_too_deep(text) else yaml.load(text, loader)  # noqa: S506 all are safe loaders
    except (yaml.YAMLError, ValueError, RecursionError, AttributeError, TypeError):
        return None


def _is_too_deep(text: str) -> bool:
    depth = 0
    for event in yaml.parse(text, _SAFE):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return True
    return False
