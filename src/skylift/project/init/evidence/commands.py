"""Command lines as people write them down: which program of the project they start, by what, with what."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

_PYTHON = re.compile(
    r"(?:\S*/)?(?:python|pypy)(?:\d(?:\.\d+)?)?(?:\.exe)?|\$[({]?PYTHON[)}]?|\{envpython\}", re.IGNORECASE
)
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
_PREFIXES = frozenset({"exec", "time", "nohup", "sudo", "env", "command", "poetry", "uv", "pdm", "pipenv", "hatch", "rye", "pixi", "conda", "mamba", "micromamba", "srun", "run", "stdbuf", "nice", "xvfb-run", "cross-env", "@"})  # fmt: skip
_PREFIX_VALUES = frozenset({"-n", "--name", "-p", "--prefix", "--with", "--python", "--extra", "--group", "--package", "-e", "--env", "-u"})  # fmt: skip
_SHELLS = frozenset({"bash", "sh", "zsh", "source", "."})
_MODULE_LAUNCHERS = {
    "torch.distributed.launch": "torchrun",
    "torch.distributed.run": "torchrun",
    "accelerate.commands.launch": "accelerate",
    "deepspeed.launcher.runner": "deepspeed",
}
_LAUNCHERS = frozenset({"torchrun", "accelerate", "deepspeed", "mpirun", "mpiexec", "horovodrun"})
_FLAGS_ALONE = frozenset({"--standalone", "--no-python", "--no_python", "--use_env", "--use-env", "--multi_gpu", "--multi-gpu", "--cpu", "--mixed_precision", "--use_fsdp", "--use_deepspeed", "--tpu", "--quiet", "--debug", "--allow-run-as-root", "--oversubscribe", "--force_multi"})  # fmt: skip
_SEPARATORS = frozenset({"&&", "||", ";", "|", "&", "|&"})
LONGEST = 4000
"""Nobody types longer lines than this; what is longer is data."""
_REDIRECTED = re.compile(r"(?<=\s)[\d&]?>>?\s*(&\d|[^\s;|]+)")
_INTERPRETER_VALUES = frozenset({"-W", "-X"})
_NEVER = frozenset({"pip", "venv", "pytest", "http.server", "unittest", "build", "ipykernel", "black", "ruff", "isort", "flake8", "mypy", "tox", "nox", "tensorboard.main", "spacy", "nltk.downloader", "jupyter", "compileall", "coverage", "pre_commit", "virtualenv", "ensurepip", "pdb", "twine", "json.tool", "cProfile"})  # fmt: skip
_DOUBT = re.compile(r"[{}<>$`*]|\.\.\.|\[")


@dataclass(frozen=True)
class Started:
    """One program that a command line starts."""

    target: str
    """A path, a module, or a bare name."""
    kind: str
    """``script``, ``module``, ``shell`` or ``name``."""
    launcher: str = ""
    """``torchrun``, ``accelerate``, ``deepspeed``, ``mpirun``: what starts it in several processes."""
    options: tuple[str, ...] = ()
    """The launcher's own."""
    arguments: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    """Of the environment, set on the same line or exported before it."""

    @property
    def is_literal(self) -> bool:
        """Whether its arguments are what they say, and no placeholders."""
        return not any(has_placeholder(word) for word in self.arguments)


def has_placeholder(word: str) -> bool:
    """Whether something is put in its place before it is used: ``{lr}``, ``$LR``, ``<path>``, ``[options]``."""
    return _DOUBT.search(word) is not None


def started(line: str) -> Iterator[Started]:
    """The programs that a line of shell starts, in their order; nothing for what is no such line.

    >>> [found.target for found in started("FOO=1 uv run python -u a/train.py --lr 1 && python -m pkg.eval")]
    ['a/train.py', 'pkg.eval']
    """
    exported: dict[str, str] = {}
    for words in _simple(line) if len(line) < LONGEST else ():
        exported |= _exported(words)
        found = _one(words)
        if found is not None:
            yield replace(found, variables=tuple((exported | _assigned(words)).items()))


def exports(line: str) -> dict[str, str]:
    """The variables that a line of shell gives to those after it.

    >>> exports("$ export A=1 B='x y'"), exports("A=1 python a.py"), exports("echo export A=1")
    ({'A': '1', 'B': 'x y'}, {}, {})
    """
    found: dict[str, str] = {}
    for words in _simple(line) if "export" in line and len(line) < LONGEST else ():
        found |= _exported(words)
    return found


def _exported(words: list[str]) -> dict[str, str]:
    plain = words[1:] if words[:1] == ["$"] else words
    return _pairs(plain[1:]) if plain[:1] == ["export"] else {}


def _assigned(words: list[str]) -> dict[str, str]:
    """What stands before the program: ``A=1 env B=2 python``."""
    before = itertools.takewhile(lambda word: not _PYTHON.fullmatch(word) and word not in _LAUNCHERS, words)
    return _pairs(itertools.takewhile(lambda word: not word.endswith((".py", ".sh")), before))


def _pairs(words: Iterable[str]) -> dict[str, str]:
    pairs = (word.partition("=") for word in words if _ASSIGNMENT.fullmatch(word))
    return {name: value for name, _, value in pairs}


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with those that they are continued on, each with the number it begins at."""
    number, kept, begun = 0, "", 0
    for number, line in enumerate(text.splitlines(), 1):
        begun = begun or number
        if line.rstrip().endswith("\\"):
            kept += line.rstrip()[:-1] + " "
            continue
        yield begun, kept + line
        kept, begun = "", 0
    if kept:
        yield begun or number, kept


def _simple(line: str) -> Iterator[list[str]]:
    """The simple commands of a line."""
    lexer = shlex.shlex(_REDIRECTED.sub("", line.strip()), posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        # A quote that does not end: prose.
        return
    command: list[str] = []
    for word in [*words, ";"]:
        if word in _SEPARATORS or set(word) <= set(";&|"):
            if command:
                yield command
            command = []
        else:
            command.append(word)


def _one(words: list[str]) -> Started | None:
    words = _without_prefixes(words)
    if not words:
        return None
    first, rest = words[0], words[1:]
    if first in _LAUNCHERS or first == "lightning":
        return _launched(first, rest)
    if _PYTHON.fullmatch(first):
        return _interpreted(rest)
    if first in _SHELLS:
        script = next((word for word in rest if not word.startswith("-")), "")
        return Started(script, "shell") if script.endswith(".sh") else None
    kind = _kind(first)
    return Started(first, kind, arguments=tuple(rest)) if kind else None


def _kind(word: str) -> str:
    if word.endswith(".py"):
        return "script"
    if word.endswith(".sh") or re.fullmatch(r"\./[\w./-]+", word):
        return "shell"
    return "name" if re.fullmatch(r"[A-Za-z][\w.-]*", word) else ""


def _without_prefixes(words: list[str]) -> list[str]:
    """Without what only says in which environment: variables, ``uv run``, ``$`` of a prompt."""
    left = [word for word in words if word]
    while left:
        word = left[0].lstrip("@-") if left[0][:1] in "@-" and len(left[0]) > 1 else left[0]
        if word in ("$", "%", ">", "!", ">>>") or _ASSIGNMENT.fullmatch(word):
            left.pop(0)
        elif word in _PREFIXES:
            left.pop(0)
            while left and left[0].startswith("-") and not _PYTHON.fullmatch(left[0]):
                option = left.pop(0)
                if option in _PREFIX_VALUES and left:
                    left.pop(0)
        else:
            return [word, *left[1:]]
    return []


def _interpreted(words: list[str]) -> Started | None:
    """What stands after ``python``."""
    left = list(words)
    while left and left[0].startswith("-") and left[0] != "-m":
        option = left.pop(0)
        if option == "-c":
            return None
        if option in _INTERPRETER_VALUES and left:
            left.pop(0)
    if not left:
        return None
    if left[0] != "-m":
        kind = "script" if left[0].endswith((".py", ".ipynb")) else ""
        return Started(left[0], kind, arguments=tuple(left[1:])) if kind else None
    module, rest = (left[1], left[2:]) if len(left) > 1 else ("", [])
    if module in _MODULE_LAUNCHERS:
        return _launched(_MODULE_LAUNCHERS[module], ["launch", *rest] if "accel" in module else rest)
    if module in _NEVER or not all(part.isidentifier() for part in module.split(".")):
        return None
    return Started(module, "module", arguments=tuple(rest))


def _launched(launcher: str, words: list[str]) -> Started | None:
    """``torchrun --nproc-per-node 4 train.py --lr 1``: the launcher's options end at the program."""
    left = list(words)
    by_verb = launcher in ("accelerate", "lightning")
    if by_verb and (not left or left.pop(0) not in ("launch", "run")):
        return None
    options: list[str] = []
    while left:
        word = left[0]
        if word in ("-m", "--module") and len(left) > 1:
            return Started(left[1], "module", launcher, tuple(options), tuple(left[2:]))
        if word.endswith(".py"):
            return Started(word, "script", launcher, tuple(options), tuple(left[1:]))
        if _PYTHON.fullmatch(word):
            inner = _interpreted(left[1:])
            return replace(inner, launcher=launcher, options=tuple(options)) if inner else None
        options.append(left.pop(0))
    return None
