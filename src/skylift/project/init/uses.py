"""Every place where a program reads or writes: which path, how, and in which line."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from skylift.project.init.callables import Callee, argument, callees
from skylift.project.init.evaluation import Evaluation
from skylift.project.init.model_names import may_be_model, names_model
from skylift.project.init.scope import Scope
from skylift.project.init.scopes import Scopes
from skylift.project.init.ways import Way, way
from skylift.project.parameters.reading import Reading

_MOST_CALLS = 20_000
_MOST_GIVERS = 50
GLOBALS = frozenset({"globals", "python", "notebook", "configurator"})
"""Kinds of parsers whose options are variables of the entry file."""
_WRITING = frozenset("wax")
_NO_FILE = frozenset({".", "..", "*", "-"})


@dataclass(frozen=True)
class Use:
    """One path in one call."""

    way: Way
    effect: str
    """``read list write lay make clear ask fetch hub``: see ``callables``."""
    content: str
    call: str
    """The call's name, for people."""
    where: str
    """``file:line``"""
    strict: bool = False
    """A folder is made, and it is an error when it is there already."""
    guess: bool = False
    """That it is a model is only likely: it could be one, and nothing else is."""

    @property
    def writes(self) -> bool:
        return self.effect in ("write", "lay")

    @property
    def reads(self) -> bool:
        return self.effect in ("read", "list", "fetch", "hub")

    @property
    def because(self) -> str:
        return f"{self.where} {self.call}"


def uses_of(
    scopes: Scopes,
    reading: Reading,
    settings: Mapping[str, tuple[str, ...]],
    entry: str,
    words: Sequence[str] = (),
) -> list[Use]:
    """What a program does with paths, in the order of its source; each only once.

    :param words: what its command gives it by place.
    """
    dests = {option.dest for option in reading.options} - {""}
    said = {f"sys.argv[{place}]": word for place, word in enumerate(words, 1)}
    evaluation = Evaluation(scopes, dests, settings, reading.source in GLOBALS, entry, said)
    found: dict[Use, None] = {}
    calls = ((call, scope) for scope in scopes.every() for call in scope.calls)
    for count, (call, scope) in enumerate(calls):
        if count > _MOST_CALLS:
            break
        found.update(dict.fromkeys(_uses(call, scope, evaluation)))
    return _with_a_model(_told(list(found)))


def _with_a_model(uses: list[Use]) -> list[Use]:
    """Where nothing that a program saves is a model, and one thing could be, that is taken for it, as a guess."""
    writes = [use for use in uses if use.writes]
    if any(use.content in ("model", "checkpoint") for use in writes):
        return uses
    likely = {use.way for use in writes if use.content == "output" and may_be_model(use.way.text)}
    if len(likely) != 1:
        return uses
    return [
        replace(use, content="model", guess=True) if use.writes and use.way in likely else use for use in uses
    ]


def _told(uses: list[Use]) -> list[Use]:
    """Of ``with open(p, "wb") as f: pickle.dump(x, f)`` both calls tell of p; what it is says the second."""
    known = {(use.way, use.effect) for use in uses if use.content and not _only_opens(use)}
    return [use for use in uses if not _only_opens(use) or (use.way, use.effect) not in known]


def _only_opens(use: Use) -> bool:
    return use.call.rpartition(".")[2] == "open" and use.content != "data"


def _uses(call: ast.Call, scope: Scope, evaluation: Evaluation) -> Iterator[Use]:
    name = scope.full_name(call.func)
    # One of the project's own is followed; `torch.save` is not, whatever the project calls `save`.
    is_own = bool(evaluation.scopes.called(call, scope))
    for callee in callees(name):
        by_last_part = callee.name.startswith(".") and not callee.on_self
        if (is_own and by_last_part) or _is_shadowed(callee, call, scope):
            continue
        for given, giver in _given(call, scope, evaluation.scopes):
            node = argument(given, callee)
            for text in evaluation.paths(node, giver) if node is not None else ():
                if way(text).text in _NO_FILE and callee.effect not in ("list", "lay"):
                    continue
                yield _use(given, callee, way(text), name.lstrip("."), f"{giver.file}:{given.lineno}")


def _given(call: ast.Call, scope: Scope, scopes: Scopes) -> Iterator[tuple[ast.Call, Scope]]:
    """A call with what it is given: for ``torch.save(*args, **kwargs)`` what the function around it is called with."""
    rest = scope.rest
    if not rest or not any(isinstance(one, ast.Starred) and _is_name(one.value, rest) for one in call.args):
        yield call, scope
        return
    at = next(
        n for n, one in enumerate(call.args) if isinstance(one, ast.Starred) and _is_name(one.value, rest)
    )
    for outer, giver in scopes.callers.get(scope, [])[:_MOST_GIVERS]:
        words = [*call.args[:at], *outer.args[scope.places :], *call.args[at + 1 :]]
        whole = ast.Call(call.func, words, [*outer.keywords, *call.keywords])
        yield ast.copy_location(whole, outer), giver


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_shadowed(callee: Callee, call: ast.Call, scope: Scope) -> bool:
    """Whether a method that tells little is one of a module, as in ``os.mkdir`` or ``webbrowser.open``."""
    base = call.func.value if isinstance(call.func, ast.Attribute) else None
    return callee.on_self and isinstance(base, ast.Name) and scope.full_name(base) != base.id


def _use(call: ast.Call, callee: Callee, path: Way, name: str, where: str) -> Use:
    effect, content, strict = callee.effect, callee.content, False
    if effect == "mode":
        effect = "write" if _mode(call, on_self=callee.on_self) & _WRITING else "read"
        content = "output" if effect == "write" and content == "data" else content
    elif effect == "put":
        effect = "write" if posixpath.splitext(path.text)[1] else "lay"
    elif effect == "fetch":
        effect = "fetch" if _is_true(call, "download") else "list"
    elif effect == "make":
        strict = not _is_true(call, "exist_ok")
    elif effect == "read" and path.text.endswith("*") and name.startswith("glob"):
        effect = "list"
    content = content or content_by_suffix(path.text, effect)
    if effect == "write" and content in ("", "output") and names_model(path.text):
        content = "model"
    return Use(path, effect, content, name, where, strict)


def _mode(call: ast.Call, *, on_self: bool) -> set[str]:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    position = 0 if on_self else 1
    node = named.get("mode") or (call.args[position] if len(call.args) > position else None)
    return set(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else set("r")


def _is_true(call: ast.Call, name: str) -> bool:
    found = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    # A value that is not known may be true.
    return found is not None and not (isinstance(found, ast.Constant) and not found.value)


_CONTENTS = {
    "model": [
        ".pt",
        ".pth",
        ".ckpt",
        ".pkl",
        ".pickle",
        ".joblib",
        ".onnx",
        ".h5",
        ".keras",
        ".hdf5",
        ".safetensors",
        ".bin",
        ".cbm",
        ".ubj",
        ".model",
        ".tflite",
        ".pb",
        ".pt2",
        ".npz",
        ".bst",
        ".mar",
    ],
    "output": [
        ".png",
        ".jpg",
        ".jpeg",
        ".svg",
        ".pdf",
        ".csv",
        ".tsv",
        ".json",
        ".jsonl",
        ".txt",
        ".log",
        ".html",
        ".md",
        ".gif",
        ".mp4",
        ".wav",
        ".npy",
        ".parquet",
    ],
}
_CONTENT_OF = {suffix: content for content, suffixes in _CONTENTS.items() for suffix in suffixes}


def content_by_suffix(text: str, effect: str) -> str:
    """What is written to a file, as far as the end of its name tells."""
    if effect not in ("write", "lay"):
        return ""
    stem, suffix = posixpath.splitext(text.lower().removesuffix(".gz").removesuffix(".tar"))
    return _CONTENT_OF.get(suffix, "") if stem else ""
