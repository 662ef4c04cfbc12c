"""Paths that a program has hard-coded, and reads: channels, with links where the program looks for them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from skylift.project.init.ground import Ground
from skylift.project.init.named_channels import channel_by_name
from skylift.project.init.tables import MOST_CHANNELS, Tables
from skylift.project.init.uses import Use, content_by_suffix
from skylift.project.init.ways import SOMETHING, is_in
from skylift_runtime.contract import Tree, beside

NOT_HERE = ", which is not here"
_TREE = Tree()
_NOBODYS = ("/dev", "/proc", "/etc", "/sys", "/usr")
_SCRATCH = ("/tmp", "/var/tmp")  # noqa: S108 - paths in the user's code
_MOST_LEFT = 6
_LARGE = 20_000_000_000


@dataclass
class _Folder:
    """A folder that is read, and by what."""

    reads: list[Use] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    """Where only certain files of it are read."""
    whole: bool = False
    source: str = ""
    """Where it lies, if not there where the program looks for it in the job."""


def fixed_inputs(ground: Ground, tables: Tables, uses: Sequence[Use]) -> None:
    """Channels and links for what is read at a path that the source has written down."""
    fixed = [use for use in uses if use.way.is_fixed]
    written = {use.way.text for use in fixed if use.writes}
    # A model read back from where one is saved, by a name that is not known, is that one: it is no input.
    models = {posixpath.dirname(use.way.text) for use in fixed if use.writes and _is_some_model(use)}
    written |= {use.way.text for use in fixed if use.reads and _is_one_of(use.way.text, models)}
    # What is asked for first, or fetched, may as well not be there.
    optional = {use.way.text for use in fixed if use.effect in ("ask", "fetch")} | written
    folders: dict[str, _Folder] = {}
    for use in fixed:
        if use.reads:
            _note(ground, tables, folders, use, (written, optional))
    _shared(ground, folders)
    for folder in _outermost(folders):
        _lay(ground, tables, folder, folders, fixed)
    _contract(ground, tables, uses)


def _note(
    ground: Ground, tables: Tables, folders: dict[str, _Folder], use: Use, made: tuple[set[str], set[str]]
) -> None:
    text = use.way.text
    leads, (written, optional) = ground.leads(text), made
    if leads == "away":
        # In a folder for anything a program may have laid it itself.
        if not (text.startswith(_SCRATCH) and (text in written or _is_made(text, written))):
            _away(tables, text, use)
    elif leads in ("inside", "beside"):
        home = ground.started_in(text)
        if home or ground.matches(text):
            if text not in written or use.effect in ("list", "fetch"):
                _there(ground, tables, folders, use, home)
        elif use.effect not in ("fetch", "hub") and text not in optional and not _is_made(text, written):
            _not_there(tables, use)


def _is_some_model(use: Use) -> bool:
    return use.content in ("model", "checkpoint") and posixpath.basename(use.way.text) == SOMETHING


def _is_one_of(text: str, folders: Collection[str]) -> bool:
    return posixpath.dirname(text) in folders and content_by_suffix(text, "write") == "model"


def _is_made(text: str, written: Iterable[str]) -> bool:
    """Whether something that the program writes lies below, or is what a ``*`` stands for."""
    head = text.partition("*")[0]
    return any(one.startswith(f"{text}/") or ("*" in text and one.startswith(head)) for one in written)


def _there(ground: Ground, tables: Tables, folders: dict[str, _Folder], use: Use, home: str) -> None:
    text = use.way.text
    place = posixpath.normpath(posixpath.join(home, text))
    is_file = ground.is_file(place)
    if (
        is_file
        and (use.content == "settings" or ground.is_settings(place))
        and ground.ships(place)
        and not home
    ):
        return
    folder = (posixpath.dirname(text) if is_file else use.way.fixed_folder) or "."
    source = posixpath.normpath(posixpath.join(home, folder))
    if home and _ships_beside(ground, tables, use, home):
        return
    if folder.strip("./") == "" and (folder != "." or home):
        tables.leave(
            f"{use.because} reads {text}, which lies beside what it is called by in a job: move it into a folder"
        )
    elif ground.is_code(source):
        _among_code(ground, tables, use)
    elif ground.holds_data(source):
        one = folders.setdefault(folder, _Folder(source=source))
        one.reads.append(use)
        one.whole = one.whole or not is_file
        one.files |= {text} if is_file else set()
    elif use.effect != "fetch" and not ground.holds_something(source):
        tables.leave(
            f"{use.because} reads {source}, which is empty: put the data there, then run skylift init again"
        )


def _ships_beside(ground: Ground, tables: Tables, use: Use, home: str) -> bool:
    """A file among the code, which the program looks for from its own folder: a link leads to it from the root."""
    text = posixpath.normpath(use.way.text)
    place = posixpath.normpath(posixpath.join(home, text))
    if "*" in text or text.startswith("..") or not ground.is_file(place) or not ground.ships(place):
        return False
    small = ground.is_settings(place) or ground.is_code(posixpath.dirname(place))
    if not small or any(is_in(text, path) for path in tables.paths):
        return small
    up = "../" * text.count("/")
    tables.lay(text, f"{up}{place}", f"{use.because} reads {text} from {home}, where it is started")
    return True


def _among_code(ground: Ground, tables: Tables, use: Use) -> None:
    text = use.way.text
    if not ground.is_file(text):
        # A package that looks for its own modules reads no data.
        is_own = use.effect == "list" and posixpath.dirname(use.where.rpartition(":")[0]) == text
        if use.way.fixed_folder != "." and "*" not in text and not is_own:
            tables.leave(
                f"{use.because} reads {text}, where code lies as well: move the data into a folder of its own"
            )
    elif ground.ships(text):
        tables.say(f"file {text}", "ships with the code", use.because)
    elif ground.may_ship(text):
        tables.include(text, f"{use.because} reads it")
    else:
        tables.leave(
            f'{use.because} reads {text}, which git ignores, so it does not ship: [ship] include = ["{text}"], '
            "or move it into a folder of its own"
        )


def _not_there(tables: Tables, use: Use) -> None:
    folder = use.way.fixed_folder
    top = folder.split("/")[0] if folder != "." else use.way.text
    looks_like_one = "/" in use.way.text or posixpath.splitext(use.way.text)[1]
    if (
        not looks_like_one
        or len(tables.left) > _MOST_LEFT
        or any(f" reads {top}/" in line or f" reads {top}," in line for line in tables.left)
    ):
        return
    tables.leave(f"{use.because} reads {use.way.text}{NOT_HERE}: put it there, then run skylift init again")


def _away(tables: Tables, text: str, use: Use) -> None:
    told = any(f" reads {text}, which no job has" in line for line in tables.left)
    if told or text.startswith((*_NOBODYS, _TREE.root)):
        return
    folder = posixpath.dirname(text) if posixpath.splitext(text)[1] else text
    # What anybody may write to is no channel.
    channel = "" if folder in _SCRATCH else f', and name its folder in [channels]: NAME = "{folder}"'
    tables.leave(
        f"{use.because} reads {text}, which no job has: make it an option or a path of the project{channel}"
    )


def _shared(ground: Ground, folders: dict[str, _Folder]) -> None:
    """Where there are too many folders for channels, what they lie in, unless that is code."""
    if len(folders) <= MOST_CHANNELS // 2:
        return
    plain = [folder for folder, found in folders.items() if found.source == folder and "/" in folder]
    for top in {folder.split("/")[0] for folder in plain} - {".."}:
        if not ground.is_code(top):
            folders.setdefault(top, _Folder(source=top, whole=True))


def _outermost(folders: dict[str, _Folder]) -> list[str]:
    """Of folders in one another the outer one, which then is read as a whole."""
    found = sorted(folders)
    outer = [one for one in found if not any(one.startswith(f"{other}/") for other in found)]
    for one in found:
        holder = next((other for other in outer if one.startswith(f"{other}/")), "")
        if holder:
            folders[holder].reads += folders[one].reads
            folders[holder].files |= folders[one].files
            folders[holder].whole = folders[holder].whole or folders[one].whole
    return outer


def _lay(
    ground: Ground, tables: Tables, folder: str, folders: dict[str, _Folder], fixed: Sequence[Use]
) -> None:
    found = folders[folder]
    first = next((use for use in found.reads if use.content == "data"), found.reads[0])
    why = f"{first.because} reads {first.way.text}"
    size = ground.glance(found.source)[1]
    template = tables.channel(found.source, f"{why}; {ground.amount(found.source)}")
    if not template:
        return
    if size > _LARGE:
        tables.leave(
            f"{found.source} is {ground.amount(found.source)}: is all of it needed? else name a smaller one in [channels]"
        )
    results = [use for use in fixed if use.writes and is_in(use.way.text, folder)]
    cleared = any(use.effect == "clear" and is_in(use.way.text, folder) for use in fixed)
    if folder.startswith("..") and not beside(folder):
        _lay_files(tables, folder, found, template, why)
        return
    if found.whole or not (results or cleared):
        if cleared:
            tables.leave(f"{first.because}: the program removes {folder} as well, which can not be a link")
        tables.lay(folder, template, why, sure=not cleared)
        return
    # Beside its inputs the program leaves results: the folder stays a folder, and only the inputs are links.
    _lay_files(tables, folder, found, template, f"{why}; results are written to {folder}")


def _lay_files(tables: Tables, folder: str, found: _Folder, template: str, why: str) -> None:
    if found.whole:
        tables.leave(
            f"{why}: a job has a folder of its own by the name {folder}, so read it from another one"
        )
        return
    for file in sorted(found.files):
        tables.lay(file, f"{template}/{posixpath.relpath(file, folder)}", why)


def _contract(ground: Ground, tables: Tables, uses: Sequence[Use]) -> None:
    """Channels for what is hard-coded below ``/opt/ml``, which a job on Linux has as it is."""
    told = False
    for use in uses:
        text = use.way.text
        if use.way.option or use.way.variable or not text.startswith(_TREE.root + "/"):
            continue
        if text.startswith(_TREE.data + "/"):
            name = text.removeprefix(_TREE.data + "/").partition("/")[0]
            if "*" not in name:
                channel_by_name(ground, tables, name, "", f"{use.because} reads {_TREE.data}/{name}")
        if not told:
            told = True
            tables.say("paths", _TREE.root, f"{use.because}; where a job can not see it: --on docker")
