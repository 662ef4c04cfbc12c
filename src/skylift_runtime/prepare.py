"""From a job's tree and description to what is to be run: command, variables, channels, work directory."""

from __future__ import annotations

import json
import os
import sys

from skylift_runtime.arguments import command_line, keyword_arguments, needed
from skylift_runtime.channels import lay_channels
from skylift_runtime.config import Config, Machine, look_at_machine, read_config
from skylift_runtime.contract import FACTS_VARIABLE, FIGURES_VARIABLE, JOB_NAME_VARIABLE, SECRET_PREFIX, Tree
from skylift_runtime.description import EntryPoint, Job, is_described, read_job
from skylift_runtime.environment import (
    Launch,
    impossible,
    python_path,
    search_path,
    too_long,
    variables,
    without_room,
)
from skylift_runtime.failure import Unusable
from skylift_runtime.named import NamedTuple
from skylift_runtime.signals import Relay
from skylift_runtime.templates import Places
from skylift_runtime.voice import say
from skylift_runtime.workdir import WorkDirectory, in_place, lay_paths, lay_work_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Dict, List, Mapping, Sequence

_A_DAY_S = 86400.0
_PACKAGE = os.path.dirname(os.path.realpath(__file__))


class Prepared(NamedTuple):
    """Everything that was laid out for the user's code."""

    job: Job
    work: WorkDirectory
    command: List[str]
    environ: Dict[str, str]
    links: Mapping[str, str]
    channels: Mapping[str, str]
    bootstrapped: bool = False
    """Our bootstrap is around the user's code, and tells of an uncaught exception."""
    install: Sequence[str] = ()
    """What has to run first."""
    install_environ: Mapping[str, str] = {}
    """What only that has in its environment; its values are secrets."""
    hosts: Sequence[str] = ()
    figures_s: float = 0.0
    """Seconds between two lines of system figures; 0 for none."""
    blank: Callable[[str], str] = str
    """Takes the values of secrets out of a text."""


def prepare(tree: Tree, environ: Mapping[str, str], relay: Relay, *, kept: bool = False) -> Prepared:
    """Lay everything out, and say what is to be run.

    :param kept: leave what is in the work directory: a job's, which somebody looks into.
    :raises Unusable: when the tree or the description does not allow it.
    """
    if is_described(environ, tree):
        return _described(tree, environ, kept=kept)
    return _drop_in(tree, environ, relay)


def _described(tree: Tree, environ: Mapping[str, str], *, kept: bool) -> Prepared:
    job, config = read_job(environ, tree), read_config(tree)
    machine = look_at_machine(environ, config.instance_type)
    channels = lay_channels(tree, config.channels)
    places = Places(_named_places(tree, config, machine, environ), channels)
    work = in_place(tree.code) if kept else lay_work_directory(job.code, tree.code)
    for path in work.left_out:
        say("left out %s: the link leads out of the project" % path)
    links = places.expand_all(job.paths)
    lay_paths(work, links)
    command, arguments = _command(job, config, places)
    launch = Launch(job.entry_point.target, arguments, channels)
    ours = variables(tree, config, launch, machine, environ)
    environment = _with_room(_environment(environ, ours, work.root, job), command)
    if "hydra" in (job.spelling, *(parameter.spelling for parameter in job.parameters)):
        # Otherwise Hydra ends the process itself, and nobody learns where the exception came from.
        environment.setdefault("HYDRA_FULL_ERROR", "1")
    return Prepared(
        job=job,
        work=work,
        command=command,
        environ=environment,
        links=links,
        channels=channels,
        bootstrapped=job.entry_point.kind != "command",
        hosts=config.hosts,
        figures_s=_seconds(environ.get(FIGURES_VARIABLE, "")),
    )


def _drop_in(tree: Tree, environ: Mapping[str, str], relay: Relay) -> Prepared:
    from skylift_runtime.dropin import drop_in

    config = read_config(tree)
    found = drop_in(environ, config, tree, relay.pause)
    for note in found.notes:
        say(note)
    channels = lay_channels(tree, config.channels)
    command = found.command or _bootstrapped(found.job.entry_point, found.arguments)
    launch = Launch(found.name, found.arguments, channels, found.source)
    machine = look_at_machine(environ, config.instance_type)
    ours = variables(tree, config, launch, machine, environ)
    environment = _environment(environ, ours, found.work.root, found.job)
    return Prepared(
        job=found.job,
        work=found.work,
        command=command,
        environ=environment,
        links={},
        channels=channels,
        bootstrapped=not found.command,
        install=found.install,
        install_environ=found.install_environ,
        hosts=config.hosts,
        figures_s=_seconds(environ.get(FIGURES_VARIABLE, "")),
    )


def _named_places(tree: Tree, config: Config, machine: Machine, environ: Mapping[str, str]) -> Dict[str, str]:
    return {
        "model": tree.model,
        "output": tree.output_data,
        "checkpoints": tree.checkpoints,
        # Processes to start on this host: one for each accelerator, and one where there is none.
        "gpus": str(machine.gpus or machine.neurons or 1),
        "hosts": str(len(config.hosts)),
        "rank": str(config.rank),
        "run": environ.get(JOB_NAME_VARIABLE, ""),
    }


def _command(job: Job, config: Config, places: Places) -> "tuple[List[str], List[str]]":
    """What to execute, and the user's part of it."""
    given, raw, entry = config.hyperparameters.user, config.hyperparameters.raw, job.entry_point
    # Only the project's own templates are expanded; braces in the user's values are braces.
    values = {**given, **places.expand_all(needed(given, job.arguments))}
    if entry.kind == "function" and job.is_console:
        entry = EntryPoint("console", entry.target)
    if entry.kind == "function":
        arguments = [json.dumps(keyword_arguments(values)), *raw]
    elif entry.kind == "notebook":
        from skylift_runtime.notebook_file import parameters

        arguments = [json.dumps(parameters(values, raw))]
    else:
        arguments = command_line(
            job.parameters, values, raw, has_commands=job.has_commands, spelling=job.spelling
        )
    if entry.command:
        return [*(places.expand(word) for word in entry.command), *arguments], arguments
    if entry.kind in ("script", "notebook", "command"):
        file = os.path.join(job.code, entry.target)
        if not os.path.isfile(file):
            raise Unusable("the entry point %s is not among the files that ship" % entry.target)
        if entry.kind == "command":
            return [*_interpreter(file), entry.target, *arguments], arguments
    return _bootstrapped(entry, arguments), arguments


def _interpreter(file: str) -> List[str]:
    """What the first line of a script names, as execve(2) reads it; ``/bin/sh`` where it names nothing.

    The file itself need not be executable, nor lie where programs may be executed.
    """
    with open(file, "rb") as stream:
        line = stream.readline(256).decode("utf-8", "replace")
    words = line[2:].split(None, 1) if line.startswith("#!") else []
    return [word.strip() for word in words] or ["/bin/sh"]


def _bootstrapped(entry: EntryPoint, arguments: List[str]) -> List[str]:
    archive = os.path.dirname(_PACKAGE)
    inside = os.path.isfile(archive)
    start = [archive, "--bootstrap"] if inside else [os.path.join(_PACKAGE, "bootstrap.py")]
    return [sys.executable, *start, entry.kind, entry.target, *arguments]


def _environment(environ: Mapping[str, str], ours: Mapping[str, str], root: str, job: Job) -> Dict[str, str]:
    folders = [os.path.normpath(os.path.join(root, path)) for path in job.python_path]
    result = {**environ, **ours}
    for name in too_long(result):
        say("left out %s: it is longer than a variable can be" % name)
        del result[name]
    for name in impossible(result):
        say("left out %r: no variable can have that name or value" % name)
        del result[name]
    result["PYTHONPATH"] = python_path(
        environ, list(dict.fromkeys([*folders, root])), os.path.dirname(_PACKAGE)
    )
    result["PATH"] = search_path(environ)
    # That of a runtime around us, if anything; and a runtime in the job would tell the same figures again.
    result.pop(FACTS_VARIABLE, None)
    result.pop(FIGURES_VARIABLE, None)
    result.setdefault("PYTHONUNBUFFERED", "1")
    return result


def _seconds(text: str) -> float:
    """
    >>> _seconds("30"), _seconds(""), _seconds("often"), _seconds("-1"), _seconds("nan")
    (30.0, 0.0, 0.0, 0.0, 0.0)
    """
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if 0 < found < _A_DAY_S else 0.0


def _with_room(environ: Dict[str, str], command: Sequence[str]) -> Dict[str, str]:
    names = without_room(environ, command)
    if names:
        say(
            "left out %s and %d other variables: there is no room for them beside the arguments; "
            "the values are in hyperparameters.json" % (names[0], len(names) - 1)
        )
    return {name: value for name, value in environ.items() if name not in names}


def with_secrets(prepared: Prepared, relay: Relay) -> Prepared:
    """The same with the values of its secrets instead of their references.

    :raises Unusable: when one can not be had.
    """
    if not any(name.startswith(SECRET_PREFIX) for name in prepared.environ):
        return prepared
    from skylift_runtime.secret_values import blanking, resolve

    environ, secrets = resolve(prepared.environ, relay.pause)
    return prepared._replace(environ={**environ, **secrets}, blank=blanking(secrets))
