"""One job from its tree to its exit code: lay everything out, run the user's code, say how it ended."""

from __future__ import annotations

import os
import sys

from skylift_runtime.contract import (
    BASE_DIR_VARIABLE,
    EXIT_RUNTIME_CONFIG,
    FACTS_VARIABLE,
    GRACE_VARIABLE,
    ML_ROOT,
    Tree,
)
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
from skylift_runtime.outputs import (
    Misplaced,
    collect,
    is_empty,
    lay_results,
    left_behind,
    prove_there,
    prove_writable,
    rule_for,
)
from skylift_runtime.prepare import Prepared, prepare, with_secrets
from skylift_runtime.signals import Relay
from skylift_runtime.slate import new_slate, read_and_close
from skylift_runtime.voice import say
from skylift_runtime.workdir import empty, lay_paths, lay_work_directory, remove

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Optional, Sequence

    from skylift_runtime.figures import Figures
    from skylift_runtime.launch import Measure
    from skylift_runtime.tee import Tee


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
            from skylift_runtime.shell import open_shell

            return open_shell(argv[1:], tree, environ, relay)
        _refuse_other_verbs(argv)
        return _run(tree, with_secrets(prepare(tree, environ, relay), relay), relay)
    except (Unusable, OSError) as problem:
        text = str(problem) if isinstance(problem, Unusable) else "%s: %s" % (type(problem).__name__, problem)
        text += _whose(problem, tree)
        say(text)
        return _failed(tree, text, EXIT_RUNTIME_CONFIG)


def _refuse_other_verbs(argv: Sequence[str]) -> None:
    if list(argv) not in ([], ["train"]):
        raise Unusable("this is for training, it cannot `%s`" % " ".join(argv))


def _run(tree: Tree, prepared: Prepared, relay: Relay) -> int:
    try:
        reserve_room(tree.failure)
        lay_results(_results(tree))
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

        wait_for_hosts(prepared.hosts, prepared.environ, relay.pause, say, resolves=name_resolves)
    attempt, retry = 1, prepared.job.retry
    ending, text = _attempt(tree, prepared, relay)
    while ending.code and not ending.stopped and retry.wanted(attempt, ending.code):
        say("attempt %d ended: %s" % (attempt, text.partition("\n")[0]))
        attempt += 1
        say("attempt %d of %d, from the checkpoints" % (attempt, retry.most + 1))
        prepared = _again(tree, prepared)
        ending, text = _attempt(tree, prepared, relay)
    return _finish(tree, prepared, ending, text)


def _installing(prepared: Prepared) -> Prepared:
    prepared = prepared._replace(command=list(prepared.install), bootstrapped=False, figures_s=0.0)
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
            measure=_measure(tree, prepared),
        )
    finally:
        said = read_and_close(slate) if slate is not None else ""
    return ending, _reason(tree, prepared, ending, read_facts(said)) if ending.code else ""


def _measure(tree: Tree, prepared: Prepared) -> Optional[Measure]:
    if not prepared.figures_s:
        return None
    folders = {
        "model": tree.model,
        "output": tree.output_data,
        "checkpoints": tree.checkpoints,
        "work": prepared.work.root,
    }

    def measure(tee: Tee) -> Optional[Figures]:
        # Only now: the user's code has been started, and what is imported holds it up no more.
        try:
            from skylift_runtime.figures import Figures, Wanted
        except (ImportError, OSError):
            # It has removed us.
            return None
        figures = Figures(Wanted(prepared.figures_s, folders, prepared.environ), tee)
        figures.start()
        return figures

    return measure


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
    around = Surroundings(prepared.work.root, tree.data, prepared.channels, tree.model, ending.oom)
    return blank(text_of(ending, facts, prepared.job.entry_point.target, around))


def _finish(tree: Tree, prepared: Prepared, ending: Ending, text: str) -> int:
    """Gather the results. Those of a job that was stopped are results too."""
    if prepared.blank is not str:
        blank_failure(tree.failure, prepared.blank)
    if ending.code and not ending.stopped:
        return _failed(tree, text, ending.code)
    try:
        prove_there(_results(tree), tree.root)
        folders = {"model": tree.model, "output": tree.output_data}
        collect(prepared.work, prepared.job.collect, folders, prepared.links, tree.checkpoints)
        prove_writable(folders.values())
        if is_empty(tree.model):
            _tell_without_model(prepared, has_output=not is_empty(tree.output_data))
    except (Misplaced, OSError) as problem:
        lost = (
            str(problem)
            if isinstance(problem, Misplaced)
            else "the results could not be written: %s" % problem
        )
        text = prepared.blank(lost) + _whose(problem, tree)
        say(text)
        return _failed(tree, text, ending.code or 1)
    return _failed(tree, text, ending.code) if ending.code else 0


def _results(tree: Tree) -> Mapping[str, str]:
    return {"SM_MODEL_DIR": tree.model, "SM_OUTPUT_DATA_DIR": tree.output_data}


def _tell_without_model(prepared: Prepared, *, has_output: bool) -> None:
    """A job without a model completes, as on the service; but nobody should find out only by pulling it."""
    found = left_behind(prepared.work, set(prepared.links), prepared.job.collect)
    if has_output and not found:
        # Of another kind than training, and all of its results are there.
        return
    # Of several hosts it is often only one that writes.
    say(
        "no model: nothing was written to SM_MODEL_DIR" + (" on this host" if len(prepared.hosts) > 1 else "")
    )
    if found:
        shown = ", ".join(found[:5]) + (" and %d more" % (len(found) - 5) if len(found) > 5 else "")
        say("the script left in its work directory, which is not kept: %s" % shown)
        kind, glob = rule_for(found)
        say('to keep such files: [collect] %s = ["%s"] in the config' % (kind, glob))


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
        say("%s could not be written: %s" % (tree.failure, problem))
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
