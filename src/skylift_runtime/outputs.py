"""What a job leaves: files its script wrote into the work directory, and proof that writing worked."""

from __future__ import annotations

import contextlib
import os
import re
import stat

from skylift_runtime.workdir import WorkDirectory, copy_bytes, stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Iterator, Mapping, Sequence, Set

_PART = r"\*\*/|\*\*|\*|\?|\[[^\]/]+\]|."
_MODELS = re.compile(
    r"\.(?:pt|pth|pkl|pickle|joblib|h5|hdf5|keras|onnx|safetensors|ckpt|cbm|pb|tflite|gguf)\Z", re.IGNORECASE
)
_MAYBE_MODELS = re.compile(
    r"(?:\.npz\Z|(?:model|weights).*\.(?:bin|json|txt|ubj|npy|gz|zip)\Z)", re.IGNORECASE
)
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def pattern(glob: str) -> str:
    """The regular expression of a glob. A folder that matches is meant with all it holds.

    >>> bool(re.match(pattern("logs/**"), "logs/a/b.txt")), bool(re.match(pattern("*.pkl"), "a/b.pkl"))
    (True, False)
    """
    return (
        "".join(_meaning(part) for part in re.findall(_PART, os.path.normpath(glob), re.DOTALL))
        + r"(?:/.*)?\Z"
    )


def _meaning(part: str) -> str:
    if len(part) > 2 and part[0] == "[":
        inside = part[1:-1].replace("\\", "\\\\")
        return "[%s]" % ("^" + inside[1:] if inside[0] == "!" else inside)
    return _MEANING.get(part, re.escape(part))


def collect(
    work: WorkDirectory,
    rules: Mapping[str, Sequence[str]],
    folders: Mapping[str, str],
    links: Mapping[str, str],
    checkpoints: str,
) -> None:
    """Copy what the rules name to the folders that are packed, keeping relative paths.

    :param rules: globs, by kind.
    :param folders: where each kind goes; a file goes to the first that has a rule for it.
    :param links: our own links, by path. Most show inputs, which are nobody's result.
    :param checkpoints: what is reached by a link that leads there is a result too: often the best of them is the
        model.
    """
    compiled = {kind: _compile(rules[kind]) for kind in folders if rules.get(kind)}
    if not compiled:
        return
    for path in [*_written(work, set(links)), *_kept(work, links, checkpoints)]:
        # What is the model is not kept a second time.
        kind = next((kind for kind, expression in compiled.items() if expression.match(path)), None)
        if kind is not None:
            _copy(os.path.join(work.root, path), os.path.join(folders[kind], path))


def left_behind(work: WorkDirectory, links: Set[str], rules: Mapping[str, Sequence[str]]) -> "list[str]":
    """Files that the user's code wrote into the work directory, which goes away with the job; sorted.

    :param rules: globs by kind, as ``collect`` has them: what they name was kept.
    """
    kept = [_compile(globs) for globs in rules.values() if globs]
    return sorted(path for path in _written(work, links) if not any(one.match(path) for one in kept))


def rule_for(paths: Sequence[str]) -> "tuple[str, str]":
    """The rule that would keep what a job has left: of the likeliest model, else of the other results.

    >>> rule_for([".hydra/config.yaml", "loss.png", "out/2026-01-02/best.pt"]), rule_for(["plots/a.png", "plots/b.png"])
    (('model', '**/best.pt'), ('output', 'plots/**'))
    """
    for expression in (_MODELS, _MAYBE_MODELS):
        models = [path for path in paths if expression.search(os.path.basename(path))]
        if models:
            # The last of several that have the same ending, as `step_2.pt` is of `step_1.pt`.
            folder, name = os.path.split(models[-1])
            # Folders that are named by the hour are other ones the next time.
            return "model", ("**/" + name if re.search(r"\d", folder) else models[-1])
    shown = [path for path in paths if not path.startswith(".") and "/." not in path] or list(paths)
    first, _, rest = shown[0].partition("/")
    return "output", (first + "/**" if rest else first)


def is_empty(folder: str) -> bool:
    return not any(names for _, _, names in os.walk(folder))


def _compile(globs: Sequence[str]) -> "re.Pattern[str]":
    return re.compile("|".join(pattern(glob) for glob in globs), re.DOTALL)


def _written(work: WorkDirectory, links: Set[str]) -> Iterator[str]:
    """Files that the user's code made or changed. Links to folders are not followed."""
    for folder, below, names in os.walk(work.root):
        below[:] = [name for name in below if name != "__pycache__"]
        for name in names:
            full = os.path.join(folder, name)
            path = os.path.relpath(full, work.root)
            if path in links or not os.path.isfile(full):
                continue
            if work.shipped.get(path) != stamp(full):
                yield path


def _kept(work: WorkDirectory, links: Mapping[str, str], checkpoints: str) -> Iterator[str]:
    """Files below the links that lead to the checkpoints, as the user's code names them."""
    inside = os.path.join(os.path.realpath(checkpoints), "")
    for link in links:
        place = os.path.join(work.root, link)
        if not os.path.islink(place) or not os.path.join(os.path.realpath(place), "").startswith(inside):
            continue
        for folder, _, names in os.walk(place):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), work.root)
                if os.path.isfile(os.path.join(folder, name)) and not path.startswith(".."):
                    yield path


def _copy(source: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    copy_bytes(source, target)
    os.chmod(target, stat.S_IMODE(os.stat(source).st_mode))


class Misplaced(Exception):
    """What lies where results were to lie is no folder of the job's: nothing would be kept of them."""


def lay_results(folders: Mapping[str, str]) -> None:
    """Make the folders that results go to, where the platform has not."""
    for folder in folders.values():
        os.makedirs(folder, exist_ok=True)


def prove_there(folders: Mapping[str, str], root: str) -> None:
    """See that the folders are still those that the platform packs.

    :param folders: by the variable that names them.
    :param root: what they lie below.
    :raises Misplaced: when one is gone, or leads elsewhere.
    """
    for variable, folder in folders.items():
        expected = os.path.join(os.path.realpath(root), os.path.relpath(folder, root))
        if not os.path.lexists(folder):
            fault = "is gone: the job has removed it\nremove what is in it, but leave the folder"
        elif os.path.realpath(folder) != expected:
            fault = (
                "leads to %s, and what is there is not kept\nwrite to the folder itself: a link in its place is not followed"
                % os.path.realpath(folder)
            )
        elif not os.path.isdir(folder):
            fault = "is a file\nit is a folder, and results are files in it"
        else:
            continue
        raise Misplaced("%s (%s) %s" % (variable, folder, fault))


def prove_writable(folders: Iterable[str]) -> None:
    """Write to each folder, through to the disk; raise OSError where that fails."""
    for folder in folders:
        probe = os.path.join(folder, ".skylift-%d" % os.getpid())
        with contextlib.suppress(FileNotFoundError):
            os.unlink(probe)
        # The folder is the user's to write to: what lies there under our name is not written through.
        descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with open(descriptor, "wb") as stream:
                stream.write(b"\0" * 4096)
                stream.flush()
                os.fsync(stream.fileno())
        finally:
            with contextlib.suppress(OSError):
                os.unlink(probe)
