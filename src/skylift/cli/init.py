"""``skylift init``"""

from __future__ import annotations

import dataclasses
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from skylift.cli.options import FOLDER, dry_run_option, json_option
from skylift.cli.paint import columns, paint_for
from skylift.cli.questions import file_name, minor_python, one_of, yes_no_or_show, yes_or_no
from skylift.cli.talk import emit, say
from skylift.errors import UsageError
from skylift.flow.initialise import (
    decided,
    first_run,
    guesses,
    has_config,
    initialise,
    is_unclear,
    plan_undo,
    propose,
    understand,
    undo_now,
    with_python,
    without_candidates,
)
from skylift.host.redaction import redact_text
from skylift.report.text import safe, safe_lines
from skylift.report.understood import changes, detection, difference, doubted, left, problems, question
from skylift.values.project import Choice, Detection, Proposal, Undoing


@click.command("init")
@click.option("-C", "folder", default=".", type=FOLDER, help="The project's folder.")
@click.option(
    "--entry-point", metavar="FILE", help="The script or notebook that trains, where it is not clear."
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask. What can not be told apart is an error.")
@click.option("--undo", is_flag=True, help="Take back what init wrote. Runs and lock stay.")
@dry_run_option
@json_option
def command(
    *, folder: str, entry_point: str | None, yes: bool, undo: bool, dry_run: bool, as_json: bool
) -> None:
    """Read the project, tell what was understood, write [tool.skylift].

    Nothing of the project is imported or run. In a project that has a config, only what has changed since is
    proposed: what you edited, and what you took out, stays as it is.

    On a terminal it asks before it writes. Without one nobody can be asked: a first config is written at once, and a
    config that is there is changed with --yes only.
    """
    asking = not (yes or as_json or dry_run) and _is_terminal()
    if undo:
        if entry_point:
            raise click.UsageError("--undo takes no --entry-point")
        _undo(plan_undo(folder), yes=yes, asking=asking, dry_run=dry_run, as_json=as_json)
        return
    root, found = understand(folder, entry_point=entry_point, guess=yes)
    unclear = is_unclear(root, found)
    if asking and _tied(found) and unclear:
        entry_point = _asked(_tied(found))
        root, found = understand(folder, entry_point=entry_point)
    if not as_json and not has_config(root):
        # The error has the candidates, and all that there is to say of them.
        _tell(without_candidates(found) if unclear and not asking else found)
    proposal = propose(root, found, named=entry_point is not None)
    if asking and proposal.changes and not proposal.again:
        found, proposal = _confirmed(root, found, proposal)
    # What is there already is changed by nobody who was not told to.
    agreed = yes or not proposal.again
    how = _How(writes=agreed and not dry_run, asks=asking, dry_run=dry_run, named=entry_point or "")
    if as_json:
        _emit(found, proposal, how)
    else:
        _answer(found, proposal, how)


def _look() -> dict[str, Any]:
    return {"columns": columns(sys.stderr), "paint": paint_for(sys.stderr)}


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _tied(found: Detection) -> list[Choice]:
    return [choice for choice in found.choices if choice.tied]


def _tell(found: Detection) -> None:
    say(detection(found, guessed=guesses(found), **_look()) + "\n")


def _asked(choices: Sequence[Choice]) -> str:
    say(question(choices, **_look()))
    return one_of([choice.path for choice in choices])


def _confirmed(root: Path, found: Detection, proposal: Proposal) -> tuple[Detection, Proposal]:
    """One by one, what was guessed, where the user wants that."""
    guessed = guesses(found)
    if not guessed or not yes_or_no(f"go through what is a guess ({len(guessed)})?", default=False):
        return found, proposal
    refused, agreed = set(), set()
    for row in guessed:
        if yes_or_no(doubted(row), default=True):
            agreed.add((row.job, row.topic))
        elif row.topic == "entry point" and not row.job:
            # All else was read from that program: begin again with the right one.
            found = _of_another(root, found)
            _tell(found)
            return _confirmed(root, found, propose(root, found))
        elif row.topic == "python" and not row.job:
            # A job has one in any case.
            found = with_python(found, minor_python())
            agreed.add((row.job, row.topic))
        else:
            refused.add((row.job, row.topic))
    found = decided(found, agreed=frozenset(agreed), refused=frozenset(refused))
    return found, propose(root, found)


def _of_another(root: Path, found: Detection) -> Detection:
    """What is understood of the project when another program trains."""
    others = [one for one in found.choices if one.path != found.config.get("entry-point")]
    name = _asked(others) if others else file_name("which file trains, then")
    try:
        return understand(root, entry_point=name)[1]
    except UsageError as problem:
        say("\n".join([str(problem), *problem.hints]))
        return _of_another(root, dataclasses.replace(found, choices=()))


@dataclasses.dataclass(frozen=True)
class _How:
    writes: bool
    """Without being asked."""
    asks: bool
    dry_run: bool
    named: str = ""
    """The entry point that the user named for this command."""


def _emit(found: Detection, proposal: Proposal, how: _How) -> None:
    if how.writes:
        initialise(proposal)
    emit(_facts(found, proposal, written=how.writes and bool(proposal.changes)))


def _answer(found: Detection, proposal: Proposal, how: _How) -> None:
    if proposal.again:
        told = [changes(proposal, **_look()), left(found, **_look())]
        nothing = "" if proposal.changes else f"{proposal.file.name} says all that was found: nothing to "
        nothing += "" if proposal.changes else "write" if found.left_to_you else "do"
        say("\n\n".join(filter(None, [*told, nothing])) + ("\n" if proposal.changes else ""))
    if proposal.problems:
        say(problems(proposal, **_look()) + "\n")
    if not proposal.changes:
        return
    if how.dry_run:
        shown = difference(proposal.file.name, proposal.before, proposal.after, paint=paint_for(sys.stdout))
        new = safe_lines(redact_text(proposal.after))
        click.echo(shown if proposal.before is not None else new, nl=proposal.before is not None)
        return
    if not how.asks and not how.writes:
        named = f" --entry-point {shlex.quote(how.named)}" if how.named else ""
        say(f"nothing was written; this writes it: skylift init{named} --yes")
        return
    question_ = f"write this to {proposal.file.name}?"
    if how.asks and not yes_no_or_show(question_, lambda: _show(proposal)):
        say("nothing was written")
        return
    initialise(proposal)
    following = "skylift check" if proposal.problems else first_run(proposal.root, found)
    say(f"wrote the config to {safe(proposal.file)}\n\nnext  {safe(following)}\nback  skylift init --undo")


def _show(proposal: Proposal) -> None:
    if proposal.before is None:
        say(safe_lines(proposal.after))
    else:
        say(
            difference(proposal.file.name, proposal.before, proposal.after, paint=paint_for(sys.stderr))
            + "\n"
        )


def _facts(found: Detection, proposal: Proposal, *, written: bool) -> dict[str, Any]:
    """What ``--json`` prints; docs/init.md has its shape."""
    return {
        "root": str(proposal.root),
        "file": str(proposal.file),
        "written": written,
        "again": proposal.again,
        "config": found.config,
        "understood": [dataclasses.asdict(row) for row in found.understood],
        "candidates": [dataclasses.asdict(choice) for choice in found.choices],
        "left": list(found.left_to_you),
        "changes": [{**dataclasses.asdict(change), "key": list(change.key)} for change in proposal.changes],
        "kept": list(proposal.kept),
        "problems": [dataclasses.asdict(issue) for issue in proposal.problems],
        "diff": difference(proposal.file.name, proposal.before, proposal.after),
    }


def _ways_out(undoing: Undoing) -> tuple[str, ...]:
    whole = "remove all of the config, with what is yours: skylift init --undo --yes"
    if undoing.unknown:
        return (whole,)
    back = "put back what is named above, and skylift init --undo takes out what it wrote and nothing else"
    return (back, whole, "see it first: skylift init --undo --dry-run")


def _undo(undoing: Undoing, *, yes: bool, asking: bool, dry_run: bool, as_json: bool) -> None:
    name = undoing.file.name
    shown = difference(name, undoing.before, undoing.after, paint=paint_for(sys.stdout))
    if undoing.differs and not dry_run and not yes:
        why = "has a config, and" if undoing.unknown else "was changed since skylift init wrote it:"
        what = "\n".join([f"{name} {why}", *map(safe, undoing.differs)])
        if not asking:
            raise UsageError(what, hints=_ways_out(undoing))
        say("\n".join([what, *(() if undoing.unknown else _ways_out(undoing)[:1])]))
        if not yes_or_no("remove all of the config all the same?", default=False):
            say("nothing was removed")
            return
    if not dry_run:
        undo_now(undoing)
    if as_json:
        facts = {
            "file": str(undoing.file),
            "removed": undoing.after is None,
            "differs": list(undoing.differs),
        }
        emit({**facts, "written": not dry_run, "diff": difference(name, undoing.before, undoing.after)})
    elif dry_run:
        click.echo(shown)
    else:
        where = safe(undoing.file)
        done = f"removed {where}" if undoing.after is None else f"took out of {where} "
        whole = "all of the config" if undoing.differs else "what skylift init wrote"
        say(done + (whole if undoing.after is not None else ""))
        if undoing.stays:
            say(f"left as they are: {', '.join(undoing.stays)}")
