"""What an ArgumentParser is made with, as far as it changes what its ``add_argument`` calls say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from skylift.project.source.symbolic.values import External, Given
from skylift.values.arguments import Parameter

_WORDS = ("argument_default", "prefix_chars", "fromfile_prefix_chars")


@dataclass(eq=False)
class ParserSettings:
    """Of one parser; they become known bit by bit."""

    words: dict[str, object] = field(default_factory=dict)
    """What it was made with, where that is no None."""
    defaults: dict[str, object] = field(default_factory=dict)
    """Of ``set_defaults``, for options that come later, too."""
    registered: dict[tuple[object, str], object] = field(default_factory=dict)
    """Types and actions by the names that ``register`` gives them."""

    def take(self, given: Given) -> None:
        """What the parser, or the class that it is of, is made with."""
        said = {name: given.keywords.get(name) for name in _WORDS}
        self.words |= {name: value for name, value in said.items() if value is not None}

    def register(self, given: Given) -> None:
        kind, name, value = (given.get(n, key) for n, key in enumerate(("registry_name", "value", "object")))
        self.registered[kind if isinstance(kind, str) else "", _name(name)] = value

    @property
    def dashes(self) -> str:
        """What flags begin with."""
        said = self.words.get("prefix_chars", "-")
        return said if isinstance(said, str) and said else "-"

    @property
    def is_known(self) -> bool:
        return isinstance(self.words.get("prefix_chars", "-"), str)

    def completed(self, given: Given, dest: str) -> Given:
        """A call of ``add_argument`` with what the parser says besides."""
        words = dict(given.keywords)
        for kind in ("type", "action"):
            known = self.registered.get((kind, _name(words[kind]))) if kind in words else None
            words[kind] = words[kind] if known is None and kind in words else known
            if words[kind] is None:
                del words[kind]
        usual = self.defaults.get(dest, self.words.get("argument_default"))
        if "default" not in words and usual is not None:
            words["default"] = usual
        return replace(given, keywords=words)

    def spelled(self, parameter: Parameter) -> Parameter:
        """With ``=`` before the value, where the parser would take more than dashes at its beginning for a sign."""
        signs = self.dashes.strip("-") or self.words.get("fromfile_prefix_chars")
        is_one = parameter.action in ("store", "append") and parameter.nargs in ("", "?")
        return replace(parameter, spelling="joined") if signs and is_one and parameter.flag else parameter


def _name(value: object) -> str:
    """What a registered thing is called: a text, or a type itself."""
    return value.name if isinstance(value, External) else value if isinstance(value, str) else ""
