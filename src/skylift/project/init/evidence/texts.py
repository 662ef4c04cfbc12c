"""Files in which people write down how their programs are started, line by line."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from skylift.project.init.evidence.clues import Clue, resolve
from skylift.project.init.evidence.commands import LONGEST, Started, exports, logical_lines, started
from skylift.project.init.evidence.roles import Role, role_of_name
from skylift.project.init.evidence.survey import Survey

_MOST = 40
"""Files of one kind that are read."""
_MOST_MORE = 10
"""Lines of a file that start the same program, beside the first."""
_MOST_LINES = 2000
"""Lines of a file that may start something."""
_TELLING = ("py", ".sh", "torchrun", "accelerate", "deepspeed", "mpi", "horovod", "lightning", "./")
_TARGET = re.compile(r"([A-Za-z][\w./-]*)(?:[ \t]+[^\s:]+)*[ \t]*:(?!=)")
_VARIABLE = re.compile(
    r"^(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*[:?]?:?=[ \t]*([^\n#]*?)[ \t]*(?:#.*)?$", re.MULTILINE
)
_USED = re.compile(r"\$[({]([A-Za-z_]\w*)[)}]")
_PLAIN = re.compile(r"\$([A-Za-z_]\w*)")
_NEAR = 4
"""Lines between commands that are typed one after the other: a sentence, and the ends of their blocks."""
_DEEPEST = 3
"""Variables in variables."""
_LEAD = re.compile(
    r"""^\s*(?:-\s+)?(?:(?:run|cmd|command|script|entrypoint|before_script|CMD|ENTRYPOINT|RUN|web|worker|release|[a-z_-]+)\s*:\s*)?[|>]?\s*["']?|["',]*\s*$"""
)
_INSTRUCTION = re.compile(r"^\s*(?:CMD|ENTRYPOINT)\s+(.+)$", re.IGNORECASE)
_LAST_IN_FENCE = re.compile(r"\\[ \t]*(?=\n[ \t]*(```|~~~))")
_FENCE = re.compile(r"^\s*(```|~~~|\.\. code)")
_INLINE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class _Kind:
    shown: str
    weight: int
    named: int = 0
    """More where a target, a step or the file itself is named after training."""


_MAKE, _README, _SHELL = _Kind("target", 12, 28), _Kind("README", 20), _Kind("script", 12, 10)
_IMAGE, _CI, _EDITOR = _Kind("image", 25), _Kind("CI", 8), _Kind("editor", 6)


def text_clues(survey: Survey, console: dict[str, str]) -> Iterator[Clue]:
    """Clues from Makefiles, READMEs, shell scripts, Dockerfiles, CI and editors.

    :param console: the project's console scripts: name to file.
    """
    for path in _some(survey.named("makefile", "gnumakefile", "justfile", ".justfile", deep=True)):
        yield from _targets(survey, console, path)
    for path in _some(path for path in survey.files if PurePosixPath(path).name.lower().startswith("readme")):
        yield from _clues(survey, console, path, _blocks(survey.text(path)), _README)
    for path in _some(survey.with_suffix(".sh")):
        role = role_of_name(PurePosixPath(path).stem)
        yield from _clues(survey, console, path, _shell_lines(survey.text(path)), _SHELL, role)
    for path in _some(path for path in survey.files if "dockerfile" in PurePosixPath(path).name.lower()):
        yield from _clues(survey, console, path, _instructions(survey.text(path)), _IMAGE)
    for path in _some(path for path in survey.files if _is_ci(path)):
        yield from _clues(survey, console, path, _stripped(survey.text(path)), _CI)
    for path in _some(survey.with_suffix(".ipynb")):
        yield from _clues(survey, console, path, _magics(survey.text(path)), _CI)
    for path in survey.named("launch.json", deep=True):
        yield from _clues(survey, console, path, _launches(survey.text(path)), _EDITOR)


def _some(paths: Iterator[str] | list[str]) -> list[str]:
    """The files nearest to the root."""
    return sorted(paths, key=lambda path: (path.count("/"), path))[:_MOST]


def _clues(
    survey: Survey,
    console: dict[str, str],
    path: str,
    lines: Iterator[tuple[int, str]],
    kind: _Kind,
    role: Role = "",
) -> Iterator[Clue]:
    folder = PurePosixPath(path).parent.as_posix().removeprefix(".")
    seen: dict[tuple[str, str], Clue] = {}
    exported: dict[int, dict[str, str]] = {}
    for number, line in _that_may_start(_noted(lines, exported), console):
        for bare in started(line):
            variables = {**exported.get(number, {}), **dict(bare.variables)}
            found = replace(bare, variables=tuple(variables.items()))
            program = program_of(survey, console, found, folder)
            known = seen.get((program, found.launcher))
            if known is not None and len(known.more) < _MOST_MORE:
                seen[program, found.launcher] = replace(
                    known, more=(*known.more, (f"{path}:{number}", found))
                )
            elif program and known is None:
                weight = kind.weight + (kind.named if role == "train" else 0)
                seen[program, found.launcher] = Clue(
                    program, f"{path}:{number} starts it", weight, started=found
                )
    yield from seen.values()


def _noted(
    lines: Iterator[tuple[int, str]], exported: dict[int, dict[str, str]]
) -> Iterator[tuple[int, str]]:
    """The same lines; what the lines above each export, without a gap between them, is noted by its number."""
    last, known = 0, dict[str, str]()
    for number, line in lines:
        if number > last + _NEAR:
            known = {}
        if "export" in line:
            known = {**known, **exports(line)}
        if known:
            exported[number] = known
        last = number + line.count("\n")
        yield number, line


def _that_may_start(lines: Iterator[tuple[int, str]], console: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Taking a line apart is slow, and most are prose."""
    telling = (*_TELLING, *console)
    able = ((number, line) for number, line in lines if any(word in line for word in telling))
    return itertools.islice(able, _MOST_LINES)


def program_of(survey: Survey, console: dict[str, str], found: Started, folder: str = "") -> str:
    """The project's file behind a command: by its path, its module, or the name of a console script."""
    if found.kind == "name":
        return console.get(found.target, "")
    return resolve(survey, found, folder)


def _targets(survey: Survey, console: dict[str, str], path: str) -> Iterator[Clue]:
    """Recipes below their targets, of make and just alike."""
    folder = PurePosixPath(path).parent.as_posix().removeprefix(".")
    target = ""
    text = survey.text(path)
    variables = {match[1]: match[2] for match in _VARIABLE.finditer(text)}
    for number, line in itertools.islice(logical_lines(text), _MOST_LINES):
        head = _TARGET.match(line) if len(line) < LONGEST else None
        if head and not line[:1].isspace():
            target = head[1]
            continue
        if not line[:1].isspace() or not target:
            continue
        for found in started(_filled(line, variables).lstrip()):
            program = program_of(survey, console, found, folder)
            if program:
                trains = role_of_name(target) == "train"
                weight = _MAKE.weight + (_MAKE.named if trains else 0)
                why = f"{path}:{number}, the target `{target}`, starts it"
                yield Clue(program, why, weight, job=target, started=found)


def _filled(line: str, variables: Mapping[str, str]) -> str:
    """A recipe with the variables of its Makefile, as far as they are texts; an unknown one named after Python is one."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return variables.get(name, "python" if name.upper().startswith("PY") else match[0])

    for _ in range(_DEEPEST if len(line) < LONGEST else 0):
        line = _USED.sub(value, line)[:LONGEST]
    return line


def _shell_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with the variables that the script itself sets to a text."""
    variables = {match[1]: match[2] for match in _VARIABLE.finditer(text)}
    for number, line in logical_lines(text):
        plain = _PLAIN.sub(r"${\1}", line) if variables else line
        yield number, _filled(plain, variables) if "$" in plain else line


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """What a README shows as code: fenced, indented, or between backticks."""
    inside = False
    # What goes on behind a backslash does not go on behind the fence: else all that follows is prose.
    for number, line in logical_lines(_LAST_IN_FENCE.sub("", text)):
        if _FENCE.match(line):
            inside = not inside
        elif inside or line.startswith(("    ", "\t")) or line.lstrip().startswith("$ "):
            yield number, line.strip().lstrip("%!")
        else:
            yield from ((number, code.lstrip("$%! ")) for code in _INLINE.findall(line) if " " in code)


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """What an image starts: ``CMD ["python", "train.py"]``, as a line of shell."""
    parts: list[str] = []
    last = 0
    for number, line in logical_lines(text):
        found = _INSTRUCTION.match(line)
        if found:
            parts.append(_exec_form(found[1]))
            last = number
    # An ENTRYPOINT of `python` has its script in the CMD.
    yield from ((last, line) for line in (*parts, " ".join(parts)) if line)


def _exec_form(text: str) -> str:
    try:
        words = json.loads(text) if text.lstrip().startswith("[") else None
    except ValueError:
        words = None
    return " ".join(str(word) for word in words) if isinstance(words, list) else text


def _is_ci(path: str) -> bool:
    name = PurePosixPath(path).name
    if name in ("Procfile", ".gitlab-ci.yml", "Taskfile.yml", "Taskfile.yaml", "azure-pipelines.yml"):
        return True
    if name.startswith(("docker-compose", "compose.y")):
        return True
    return path.startswith((".github/workflows/", ".circleci/")) and name.endswith((".yml", ".yaml"))


def _stripped(text: str) -> Iterator[tuple[int, str]]:
    """Lines of YAML without what stands around a command."""
    for number, line in logical_lines(text):
        if "python" in line or ".sh" in line or "run" in line:
            bare = _LEAD.sub("", line)
            yield number, _exec_form(bare) if bare.startswith("[") else bare


def _launches(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        found = re.search(r'"(program|module)"\s*:\s*"([^"]+)"', line)
        if found:
            yield number, f"python {'-m ' if found[1] == 'module' else ''}{found[2]}"


def _magics(text: str) -> Iterator[tuple[int, str]]:
    """``!python train.py`` and ``%run train.py`` in a notebook's source, as JSON has it."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST:
            continue
        found = re.search(r'"\s*(!|%run )\s*([^"\\]+)', line)
        if found:
            yield number, f"python {found[2]}" if found[1] != "!" else found[2]
