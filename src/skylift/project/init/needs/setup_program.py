"""``setup.py``, followed to the call of ``setup()`` and never run: what that is given."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from skylift.host.redaction import redact_text
from skylift.project.init.needs.called import last_name
from skylift.project.init.needs.listing import Listing
from skylift.project.source.program import Program
from skylift.project.source.symbolic.follow import Enough, Follower
from skylift.project.source.symbolic.values import Given, Method, Opaque, Place, Scope
from skylift.project.source.trees import walk

PROGRAM = "setup.py"
_OPENERS = frozenset({"open", "io.open", "codecs.open", "pathlib.Path.open"})
_SAME = frozenset(
    {
        "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser", "os.fspath",
        "pathlib.Path.resolve", "pathlib.Path.absolute", "pathlib.Path.as_posix", "pathlib.Path.expanduser",
    }
)  # fmt: skip
_HERE = (3, 11, 0)
"""The Python that a branch is taken for: jobs run on no 2 and on no 3.7."""
_FACTS: Mapping[str, ast.expr] = {
    "sys.version_info": ast.Tuple([ast.Constant(part) for part in _HERE], ast.Load()),
    "sys.platform": ast.Constant("linux"),
    "os.name": ast.Constant("posix"),
}


@dataclass(frozen=True)
class Setup:
    """What ``setup()`` is given."""

    given: Mapping[str, object]
    is_open: bool
    """Whether there is more that could not be read."""
    opened: tuple[str, ...]
    """The project's files that were read on the way."""
    shown: str
    """``install_requires`` as it is spelled."""
    doubtful: frozenset[str] = frozenset()
    """Texts that are only put into a list in some cases, which a run would tell."""


class _Opened(list[object]):
    """An open file: the list of its lines, which can be read as a whole."""

    def __init__(self, text: str) -> None:
        super().__init__(text.splitlines(keepends=True))
        self._text = text

    def act(self, method: str, _given: Given, _at: Place) -> object:
        if method == "read":
            return self._text
        return list(self) if method == "readlines" else self if method == "__enter__" else Opaque(method)


@dataclass
class _Ear:
    """Hears ``setup()``, and reads the project's files that are opened before it."""

    listing: Listing
    given: Given | None = None
    opened: dict[str, None] = field(default_factory=dict)

    def library_call(self, name: str, given: Given, _at: Place) -> object:
        last = name.rpartition(".")[2]
        if last == "setup" and name != "pathlib.Path.setup":
            self.given = given
            raise Enough
        path = given.get(0, "file", given.keywords.get("filename"))
        if not isinstance(path, str):
            return None
        if name in _SAME:
            return path
        if name == "os.path.dirname":
            return posixpath.dirname(path)
        if name in _OPENERS:
            text = self._text(path)
            return _Opened(text) if text is not None else Opaque(name)
        if name == "pathlib.Path.read_text":
            return self._text(path)
        return self._requirements(name, path) if last == "parse_requirements" else None

    def opaque_call(self, _owner: Opaque, _method: str, _given: Given, _at: Place) -> object:
        return None

    def _text(self, path: str) -> str | None:
        name = posixpath.normpath(path).lstrip("/")
        if not self.listing.has(name):
            return None
        self.opened.setdefault(name)
        return self.listing.text(name)

    def _requirements(self, name: str, path: str) -> object:
        """pip's own reader, and setuptools' of a text."""
        lines = (path if name.startswith("pkg_resources") else self._text(path) or "").splitlines()
        kept = [line.strip() for line in lines if line.strip() and not line.startswith(("#", "-"))]
        if name.startswith("pkg_resources"):
            return kept
        return [Opaque("a requirement", attributes={"req": line, "requirement": line}) for line in kept]


class _Following(Follower):
    """Remembers what is only put into a list where a condition holds that is not known."""

    def __init__(self, program: Program, ear: _Ear) -> None:
        super().__init__(program, ear)
        self.doubtful: set[str] = set()

    def call(self, function: object, given: Given, at: Place) -> object:
        if isinstance(function, Method) and isinstance(function.value, list) and not at.certain:
            self.doubtful |= _texts([*given.args, *_inside(given.args)])
        return super().call(function, given, at)

    def assign(self, target: ast.expr, value: object, scope: Scope) -> None:
        if self.uncertain and isinstance(target, ast.Name) and isinstance(value, list):
            known = scope.names.get(target.id)
            self.doubtful |= _texts(value) - _texts(known if isinstance(known, list) else [])
        super().assign(target, value, scope)


def _inside(values: Iterable[object]) -> list[object]:
    return [item for value in values if isinstance(value, list | tuple) for item in value]


def _texts(values: Iterable[object]) -> set[str]:
    return {value for value in values if isinstance(value, str)}


def heard_setup(listing: Listing) -> Setup | None:
    """What the project's ``setup.py`` gives to ``setup()``; None when there is none that can be followed."""
    tree = _tree(listing)
    call = next(
        (node for node in walk(tree) if isinstance(node, ast.Call) and last_name(node.func) == "setup"), None
    )
    if call is None:
        return None
    ear = _Ear(listing)
    follower = _Following(Program(listing.root, listing.root / PROGRAM, tree), ear)
    follower.run()
    if ear.given is None:
        follower.call_the_rest()
    asked = next((one.value for one in call.keywords if one.arg == "install_requires"), None)
    if ear.given is None:
        # It is too large, or too deep, to be followed: what stands there is not known.
        names = [one.arg for one in call.keywords]
        given: dict[str, object] = {name: Opaque(name) for name in names if name is not None}
        return Setup(given, None in names, tuple(ear.opened), _shown(asked))
    doubtful = frozenset(follower.doubtful)
    return Setup(ear.given.keywords, ear.given.open, tuple(ear.opened), _shown(asked), doubtful)


def _tree(listing: Listing) -> ast.Module:
    """A tree of our own: what every job's machine answers in the same way stands in it."""
    try:
        tree = ast.parse(listing.text(PROGRAM))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
    for node in walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
                known = _FACTS.get(f"{value.value.id}.{value.attr}")
                if (
                    known is not None
                    and isinstance(value.ctx, ast.Load)
                    and not isinstance(node, ast.Attribute)
                ):
                    setattr(node, name, known)
    return tree


def _shown(node: ast.expr | None) -> str:
    try:
        return redact_text(ast.unparse(node)[:60]) if node is not None else "install_requires"
    except RecursionError:
        return "an expression"
