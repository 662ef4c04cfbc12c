"""What the client wrote down about the project: ``project.json``, beside the code that ships."""

from __future__ import annotations

import json
import os
import re

from skylift_runtime.arguments import Parameter
from skylift_runtime.contract import (
    DEFAULT_JOB,
    JOB_VARIABLE,
    PROJECT_FILE,
    PROJECT_VARIABLE,
    RESERVED_CHANNEL,
    SKYLIFT_ROOT,
    Tree,
)
from skylift_runtime.failure import Unusable
from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Tuple

_SCHEMA = 1
_FUNCTION = r"[\w.]+:[\w.]+"


class EntryPoint(NamedTuple):
    """What starts training. ``kind`` is script, notebook, module, function or command."""

    kind: str
    target: str
    command: Tuple[str, ...] = ()
    """For a command: its words, places not yet expanded. None for a file that is one by itself."""


class Retry(NamedTuple):
    """Whether the user's process is started again when it failed."""

    most: int = 0
    codes: Tuple[int, ...] = ()
    """Only after these; any when there are none."""

    def wanted(self, attempt: int, code: int) -> bool:
        """
        :param attempt: how many there were.

        >>> Retry(1).wanted(1, 7), Retry(1).wanted(2, 7), Retry(9, (75,)).wanted(1, 7)
        (True, False, False)
        """
        return attempt <= self.most and (not self.codes or code in self.codes)


class Job(NamedTuple):
    """One job of a project, and where its code lies."""

    code: str
    entry_point: EntryPoint
    python_path: List[str]
    parameters: List[Parameter]
    arguments: Dict[str, str]
    paths: Dict[str, str]
    collect: Dict[str, List[str]]
    retry: Retry = Retry()
    is_console: bool = False
    """Whether a function that is the entry point reads the command line itself, as a console script's does."""
    has_commands: bool = False
    """One of its parameters, ``command``, names a sub-command."""
    spelling: str = "separate"
    """Of values whose parameter could not be read."""


def is_described(environ: Mapping[str, str], tree: Tree) -> bool:
    """Whether the client left a description; one that was named and is not there is an error, not a no."""
    return bool(environ.get(PROJECT_VARIABLE)) or any(map(_holds_one, _usual_folders(tree)))


def _usual_folders(tree: Tree) -> List[str]:
    """The reserved channel, for images that are used as they are, and the image itself."""
    return [tree.channel(RESERVED_CHANNEL), SKYLIFT_ROOT]


def _holds_one(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, PROJECT_FILE))


def read_job(environ: Mapping[str, str], tree: Tree) -> Job:
    """The job that we are asked to run.

    :raises Unusable: when there is no description, or no such job in it.
    """
    folder = _project_folder(environ, tree)
    project = read_json(os.path.join(folder, PROJECT_FILE))
    if project.get("schema") != _SCHEMA:
        raise Unusable(
            "%s has schema %r, this runtime reads %d"
            % (os.path.join(folder, PROJECT_FILE), project.get("schema"), _SCHEMA)
        )
    name = environ.get(JOB_VARIABLE) or DEFAULT_JOB
    jobs = project.get("jobs", {})
    if name not in jobs:
        raise Unusable("the project has no job `%s`, only %s" % (name, ", ".join(sorted(jobs)) or "none"))
    return _job(os.path.join(folder, "code"), project, jobs[name])


def _project_folder(environ: Mapping[str, str], tree: Tree) -> str:
    named = environ.get(PROJECT_VARIABLE)
    # One that is named is the only one: another would be another project, and nobody would notice.
    folders = [named] if named else _usual_folders(tree)
    for folder in folders:
        if _holds_one(folder):
            return os.path.abspath(folder)
    why = ", which $%s names" % PROJECT_VARIABLE if named else ""
    raise Unusable("no %s in %s%s" % (PROJECT_FILE, " or ".join(folders), why))


def _job(code: str, project: Mapping[str, Any], job: Mapping[str, Any]) -> Job:
    return Job(
        code=code,
        entry_point=entry_point(job.get("entry_point") or "", job.get("command") or ()),
        python_path=list(project.get("python_path") or ()),
        parameters=[_parameter(fields) for fields in job.get("parameters") or ()],
        arguments=dict(job.get("arguments") or {}),
        paths=dict(job.get("paths") or {}),
        collect={kind: list(patterns) for kind, patterns in (job.get("collect") or {}).items()},
        retry=_retry(job.get("retry") or {}),
        is_console=bool(job.get("console")),
        has_commands=bool(job.get("has_commands")),
        spelling=str(job.get("spelling") or "separate"),
    )


def _retry(fields: Mapping[str, Any]) -> Retry:
    return Retry(int(fields.get("max", 0)), tuple(int(code) for code in fields.get("exit_codes") or ()))


def _parameter(fields: Mapping[str, Any]) -> Parameter:
    # A newer client may say more about a parameter than this runtime asks for.
    return Parameter(**{name: str(fields[name]) for name in Parameter._fields if name in fields})


def entry_point(text: str, command: Any = ()) -> EntryPoint:
    """Tell the kinds of entry points apart.

    >>> [entry_point(text).kind for text in ("a/train.py", "-m a.train", "a.train:main", "train.sh", "a.ipynb")]
    ['script', 'module', 'function', 'command', 'notebook']
    """
    if command:
        return EntryPoint("command", str(command[0]), tuple(str(word) for word in command))
    if text.startswith("-m "):
        return EntryPoint("module", text[3:].strip())
    if text.endswith(".py"):
        return EntryPoint("script", text)
    if text.endswith(".ipynb"):
        return EntryPoint("notebook", text)
    if re.fullmatch(_FUNCTION, text):
        return EntryPoint("function", text)
    if text:
        # What is to run it stands in its first line.
        return EntryPoint("command", text)
    raise Unusable("the project's description names neither an entry point nor a command")


def read_json(path: str) -> Dict[str, Any]:
    """The object in a JSON file.

    :raises Unusable: when it is not one.
    """
    try:
        with open(path, encoding="utf-8") as stream:
            found = json.load(stream)
    except ValueError as error:
        raise Unusable("%s is not JSON: %s" % (path, error)) from error
    if not isinstance(found, dict):
        raise Unusable("%s does not hold an object" % path)
    return found
