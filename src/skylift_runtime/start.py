"""One job from its tree to its exit code: lay everything out, run the user's code, say how it ended."""

from __future__ import annotations

import json
import os
import sys

from skylift_runtime.arguments import command_line, keyword_arguments, needed
from skylift_runtime.channels import lay_channels
from skylift_runtime.config import Config, Machine, look_at_machine, read_config
from skylift_runtime.contract import (
    BASE_DIR_VARIABLE,
    EXIT_RUNTIME_CONFIG,
    FACTS_VARIABLE,
    GRACE_VARIABLE,
    JOB_NAME_VARIABLE,
    ML_ROOT,
    SECRET_PREFIX,
    Tree,
)
from skylift_runtime.description import EntryPoint, Job, is_described, read_job
from skylift_runtime.environment import Launch, impossible, python_path, search_path, too_long, variables
from skylift_runtime.failure import (
    Ending,
    Unusable,
    blank_failure,
    give_room_back,
    read_facts,
    reserve_room,
    write_failure,
)
from skylift_runtime.launch import run
from skylift_runtime.named import NamedTuple
from skylift_runtime.outputs import collect, is_empty, left_behind, prove_writable
from skylift_runtime.signals import Relay
from skylift_runtime.slate import new_slate, read_and_close
from skylift_runtime.templates import Places
from skylift_runtime.workdir import WorkDirectory, empty, in_place, lay_paths, lay_work_directory, remove

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

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
    blank: Callable[[str], str] = str
    """Takes the values of secrets out of a text."""


def main(argv: Optional[Sequence[str]] = None, environ: Optional[Mapping[str, str]] = None) -> int:
    """Run the job that this container was started for, and return its exit code."""
    _open_missing_streams()
    argv = sys.argv[1:] if argv is None else argv
    environ = dict(os.environ if environ is None else environ)
    tree = Tree(os.path.abspath(environ.get(BASE_DIR_VARIABLE) or ML_ROOT))
    relay = Relay(_grace(environ))
    relay.install()
    try:
        if list(argv[:1]) == ["shell"]:
            return _shell(argv[1:], tree, environ, relay)
        return _run(tree, _with_secrets(_prepare(argv, tree, environ, relay), relay), relay)
    except (Unusable, OSError) as problem:
        text = str(problem) if isinstance(problem, Unusable) else "%s: %s" % (type(problem).__name__, problem)
        text += _whose(problem, tree)
        _say(text)
        return _failed(tree, text, EXIT_RUNTIME_CONFIG)


def _prepare(argv: Sequence[str], tree: Tree, environ: Mapping[str, str], relay: Relay) -> Prepared:
    if list(argv) not in ([], ["train"]):
        raise Unusable("this is for training, it cannot `%s`" % " ".join(argv))
    if not is_described(environ):
        return _prepare_drop_in(tree, environ, relay)
    return _prepare_described(tree, environ)


def _shell(command: Sequence[str], tree: Tree, environ: Mapping[str, str], relay: Relay) -> int:
    from skylift_runtime.shell import as_typed, become

    # What a job has left there is what somebody wants to look into.
    kept = os.path.isdir(tree.code) and bool(os.listdir(tree.code))
    if is_described(environ):
        found = _prepare_described(tree, environ, kept=kept)
    else:
        found = _prepare_drop_in(tree, environ, relay)
    arguments = json.loads(found.environ["SM_USER_ARGS"])
    become(command, found.work.root, found.environ, as_typed(found.job.entry_point, found.command, arguments))
    return 0


def _prepare_described(tree: Tree, environ: Mapping[str, str], *, kept: bool = False) -> Prepared:
    job, config = read_job(environ), read_config(tree)
    machine = look_at_machine(environ, config.instance_type)
    channels = lay_channels(tree, config.channels)
    places = Places(_named_places(tree, config, machine, environ), channels)
    work = in_place(tree.code) if kept else lay_work_directory(job.code, tree.code)
    for path in work.left_out:
        _say("left out %s: the link leads out of the project" % path)
    links = places.expand_all(job.paths)
    lay_paths(work, links)
    command, arguments = _command(job, config, places)
    launch = Launch(job.entry_point.target, arguments, channels)
    ours = variables(tree, config, launch, machine, environ)
    environment = _environment(environ, ours, work.root, job)
    bootstrapped = job.entry_point.kind != "command"
    return Prepared(
        job, work, command, environment, links, channels, bootstrapped=bootstrapped, hosts=config.hosts
    )


def _prepare_drop_in(tree: Tree, environ: Mapping[str, str], relay: Relay) -> Prepared:
    from skylift_runtime.dropin import drop_in

    config = read_config(tree)
    found = drop_in(environ, config, tree, relay.pause)
    for note in found.notes:
        _say(note)
    channels = lay_channels(tree, config.channels)
    command = found.command or _bootstrapped(found.job.entry_point, found.arguments)
    launch = Launch(found.name, found.arguments, channels, found.source)
    machine = look_at_machine(environ, config.instance_type)
    ours = variables(tree, config, launch, machine, environ)
    environment = _environment(environ, ours, found.work.root, found.job)
    return Prepared(
        *(found.job, found.work, command, environment, {}, channels, not found.command),
        *(found.install, found.install_environ, config.hosts),
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
    if entry.kind == "function":
        arguments = [json.dumps(keyword_arguments(values)), *raw]
    elif entry.kind == "notebook":
        from skylift_runtime.notebook_file import parameters

        arguments = [json.dumps(parameters(values, raw))]
    else:
        arguments = command_line(job.parameters, values, raw)
    if entry.kind == "command":
        return [*(places.expand(word) for word in entry.command), *arguments], arguments
    if entry.kind in ("script", "notebook") and not os.path.isfile(os.path.join(job.code, entry.target)):
        raise Unusable("the entry point %s is not among the files that ship" % entry.target)
    return _bootstrapped(entry, arguments), arguments


def _bootstrapped(entry: EntryPoint, arguments: List[str]) -> List[str]:
    archive = os.path.dirname(_PACKAGE)
    inside = os.path.isfile(archive)
    start = [archive, "--bootstrap"] if inside else [os.path.join(_PACKAGE, "bootstrap.py")]
    return [sys.executable, *start, entry.kind, entry.target, *arguments]


def _environment(environ: Mapping[str, str], ours: Mapping[str, str], root: str, job: Job) -> Dict[str, str]:
    folders = [os.path.normpath(os.path.join(root, path)) for path in job.python_path]
    result = {**environ, **ours}
    for name in too_long(result):
        _say("left out %s: it is longer than a variable can be" % name)
        del result[name]
    for name in impossible(result):
        _say("left out %r: no variable can have that name or value" % name)
        del result[name]
    result["PYTHONPATH"] = python_path(
        environ, list(dict.fromkeys([*folders, root])), os.path.dirname(_PACKAGE)
    )
    result["PATH"] = search_path(environ)
    # That of a runtime around us, if anything.
    result.pop(FACTS_VARIABLE, None)
    result.setdefault("PYTHONUNBUFFERED", "1")
    return result


def _with_secrets(prepared: Prepared, relay: Relay) -> Prepared:
    if not any(name.startswith(SECRET_PREFIX) for name in prepared.environ):
        return prepared
    from skylift_runtime.secret_values import blanking, resolve

    environ, secrets = resolve(prepared.environ, relay.pause)
    return prepared._replace(environ={**environ, **secrets}, blank=blanking(secrets))


def _run(tree: Tree, prepared: Prepared, relay: Relay) -> int:
    try:
        reserve_room(tree.failure)
        return _run_reserved(tree, prepared, relay)
    finally:
        give_room_back(tree.failure)


def _run_reserved(tree: Tree, prepared: Prepared, relay: Relay) -> int:
    if prepared.install:
        ending, text = _attempt(tree, _installing(prepared), relay)
        if ending.code:
            return _failed(tree, "installing the requirements failed: " + text, ending.code)
    if len(prepared.hosts) > 1:
        from skylift_runtime.peers import name_resolves, wait_for_hosts

        wait_for_hosts(prepared.hosts, prepared.environ, relay.pause, _say, resolves=name_resolves)
    attempt, retry = 1, prepared.job.retry
    ending, text = _attempt(tree, prepared, relay)
    while ending.code and not ending.stopped and retry.wanted(attempt, ending.code):
        _say("attempt %d ended: %s" % (attempt, text.partition("\n")[0]))
        attempt += 1
        _say("attempt %d of %d, from the checkpoints" % (attempt, retry.most + 1))
        prepared = _again(tree, prepared)
        ending, text = _attempt(tree, prepared, relay)
    return _finish(tree, prepared, ending, text)


def _installing(prepared: Prepared) -> Prepared:
    prepared = prepared._replace(command=list(prepared.install), bootstrapped=False)
    more = prepared.install_environ
    if not more:
        return prepared
    from skylift_runtime.secret_values import blanking

    blank, known = blanking(more), prepared.blank
    return prepared._replace(environ={**prepared.environ, **more}, blank=lambda text: known(blank(text)))


def _attempt(tree: Tree, prepared: Prepared, relay: Relay) -> "tuple[Ending, str]":
    slate = new_slate(prepared.environ) if prepared.bootstrapped else None
    try:
        ending = run(
            prepared.command,
            folder=prepared.work.root,
            environ=prepared.environ if slate is None else {**prepared.environ, FACTS_VARIABLE: str(slate)},
            relay=relay,
            hand_over=() if slate is None else (slate,),
        )
    finally:
        said = read_and_close(slate) if slate is not None else ""
    return ending, _reason(tree, prepared, ending, read_facts(said)) if ending.code else ""


def _again(tree: Tree, prepared: Prepared) -> Prepared:
    """Everything as at the first start, but for the checkpoints: as after an interruption of the service's."""
    for folder in (tree.model, tree.output_data):
        empty(folder)
    remove(tree.failure)
    work = lay_work_directory(prepared.job.code, tree.code)
    lay_paths(work, prepared.links)
    return prepared._replace(work=work)


def _reason(tree: Tree, prepared: Prepared, ending: Ending, facts: Optional[Mapping[str, Any]]) -> str:
    # Every job waits for what is imported at the start, and most end well.
    try:
        from skylift_runtime.hints import Surroundings
        from skylift_runtime.reason import text_of
    except (ImportError, OSError):
        # The user's code has removed us.
        return "exit code %d" % ending.code
    blank = prepared.blank
    # Before anything is cut off: half a secret would no longer be known as one.
    ending = ending._replace(said=blank(ending.said))
    facts = facts and {name: blank(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    around = Surroundings(prepared.work.root, tree.data, prepared.channels, tree.model)
    return blank(text_of(ending, facts, prepared.job.entry_point.target, around))


def _finish(tree: Tree, prepared: Prepared, ending: Ending, text: str) -> int:
    """Gather the results. Those of a job that was stopped are results too."""
    if prepared.blank is not str:
        blank_failure(tree.failure, prepared.blank)
    if ending.code and not ending.stopped:
        return _failed(tree, text, ending.code)
    try:
        folders = {"model": tree.model, "output": tree.output_data}
        collect(prepared.work, prepared.job.collect, folders, set(prepared.links))
        prove_writable(list(folders.values()))
        if is_empty(tree.model):
            _tell_without_model(prepared)
    except OSError as problem:
        text = prepared.blank("the results could not be written: %s" % problem) + _whose(problem, tree)
        _say(text)
        return _failed(tree, text, ending.code or 1)
    return _failed(tree, text, ending.code) if ending.code else 0


def _tell_without_model(prepared: Prepared) -> None:
    """A job without a model completes, as on the service; but nobody should find out only by pulling it."""
    found = left_behind(prepared.work, set(prepared.links))
    if found:
        shown = ", ".join(found[:5]) + (" and %d more" % (len(found) - 5) if len(found) > 5 else "")
        _say("no model: nothing was written to SM_MODEL_DIR")
        _say("the script left in its work directory, which is not kept: %s" % shown)
        _say('to keep such files: [collect] model = ["%s"] in the config' % found[0])


def _whose(problem: Exception, tree: Tree) -> str:
    """A line about the user that we are, where that is why something could not be done."""
    if not isinstance(problem, PermissionError) or os.geteuid() == 0:
        return ""
    return (
        "\nthe job runs as user %d, who may not write below %s: SageMaker gives it to root, "
        "so leave the image's USER at that" % (os.geteuid(), tree.root)
    )


def _grace(environ: Mapping[str, str]) -> Optional[float]:
    try:
        return float(environ[GRACE_VARIABLE])
    except (KeyError, ValueError):
        return None


def _failed(tree: Tree, text: str, code: int) -> int:
    try:
        write_failure(tree.failure, text)
    except OSError as problem:
        _say("%s could not be written: %s" % (tree.failure, problem))
    return code


def _open_missing_streams() -> None:
    """What we open must not take the place of a stream that we were started without."""
    for descriptor in (0, 1, 2):
        if not _is_open(descriptor):
            # The lowest free number is the one that is missing.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _say(text: str) -> None:
    if sys.stderr is not None:
        print("skylift: " + text, file=sys.stderr, flush=True)
