"""What the official ``sagemaker-training`` toolkit would run, for jobs without a project description."""

from __future__ import annotations

import os
import re

from skylift_runtime.failure import Unusable
from skylift_runtime.named import NamedTuple
from skylift_runtime.workdir import remove

TYPE_CHECKING = False
if TYPE_CHECKING:
    import tarfile
    from typing import IO, Any, Callable, List, Mapping, Optional, Sequence

    Download = Callable[[str, IO[bytes]], None]
    """Writes an object on S3 into a file."""

SCRIPT = "script"
PACKAGE = "package"
COMMAND = "command"


class ToolkitProgram(NamedTuple):
    """What the toolkit would run."""

    name: str
    """The user's entry point, such as ``sub/train.py`` or ``run.sh``."""
    source: str
    """Where the code is: the code folder, another folder, an archive, or an address on S3."""
    kind: str = ""
    """Empty until the code has been fetched: it depends on the files. See :func:`kind_of`."""


def find_program(
    environ: Mapping[str, str], service_hyperparameters: Mapping[str, Any], code: str
) -> Optional[ToolkitProgram]:
    """The program that the job names; None when it names none.

    >>> find_program({"SAGEMAKER_PROGRAM": "a.py"}, {"sagemaker_program": "b.py"}, "/opt/ml/code")
    ToolkitProgram(name='a.py', source='/opt/ml/code', kind='')
    """
    name = environ.get("SAGEMAKER_PROGRAM") or service_hyperparameters.get("sagemaker_program")
    if not name:
        return None
    # The toolkit reads SAGEMAKER_SUBMIT_DIRECTORY, too, but overwrites what it read.
    source = service_hyperparameters.get("sagemaker_submit_directory") or code
    return ToolkitProgram(str(name), str(source))


def kind_of(name: str, code: str) -> str:
    """How the toolkit would start it. The order of the questions is the toolkit's."""
    if name.endswith(".sh"):
        return COMMAND
    if os.path.lexists(os.path.join(code, "setup.py")):
        return PACKAGE
    return SCRIPT if name.endswith(".py") else COMMAND


def fetch(source: str, code: str, download: Download) -> bool:
    """Bring the code to its folder; False when there is some already, which then stays.

    :raises Unusable: when the code cannot be had, or an archive reaches out of the folder.
    """
    os.makedirs(code, exist_ok=True)
    if os.listdir(code):
        return False
    if source.startswith("s3://"):
        import tempfile

        # Where the code goes there is room for it; a file without a name is not left behind.
        with tempfile.TemporaryFile(dir=os.path.dirname(code)) as stream:
            download(source, stream)
            stream.seek(0)
            _extract(source, code, stream)
        return True
    if os.path.isdir(source):
        if os.path.realpath(source) == os.path.realpath(code):
            return False
        _copy_contents(source, code)
    elif os.path.isfile(source):
        _unpack(source, code)
    else:
        raise Unusable("no code at %s" % source)
    return True


def toolkit_arguments(hyperparameters: Mapping[str, Any]) -> List[str]:
    """The toolkit's arguments: a name and always one value for each hyperparameter, sorted.

    >>> toolkit_arguments({"x": 5, "flag": True, "l": [1, "a"], "d": {"b": 2, "a": 1}, "none": None})
    ['-d', 'a=1,b=2', '--flag', 'True', '-l', "[1, 'a']", '--none', '', '-x', '5']
    """
    return [text for key in sorted(hyperparameters) for text in (_flag(key), _text(hyperparameters[key]))]


def module_of(name: str) -> str:
    """What ``python -m`` is given for the program of a package.

    >>> module_of("train.py")
    'train'
    """
    return re.sub(r"\.py\Z", "", name)


def shell_command(name: str, arguments: Sequence[str]) -> List[str]:
    """How a program is started that is neither a script nor a package. It is to run in the code folder.

    >>> shell_command("run.sh", ["--a", "b c"])
    ['/bin/sh', '-c', "./run.sh --a 'b c'"]
    """
    import shlex

    words = ["./" + shlex.quote(name), *(shlex.quote(text) for text in arguments)]
    return ["/bin/sh", "-c", " ".join(words)]


def requirements_command(program: ToolkitProgram, code: str, python: str) -> Optional[List[str]]:
    """What has to be installed first, in the code folder. The toolkit installs nothing for commands."""
    listed = os.path.exists(os.path.join(code, "requirements.txt"))
    requirements = ["-r", "requirements.txt"] if listed else []
    install = [python, "-m", "pip", "install"]
    if program.kind == PACKAGE:
        return [*install, ".", *requirements]
    if program.kind == SCRIPT and requirements:
        return [*install, *requirements]
    return None


def _flag(key: str) -> str:
    if not key:
        return ""
    return ("-" if len(key) == 1 else "--") + key


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ",".join("%s=%s" % (key, value[key]) for key in sorted(value))
    return str(value)


def _copy_contents(source: str, code: str) -> None:
    import shutil

    # The folder itself stays: it may be where something is mounted.
    for name in sorted(os.listdir(source)):
        path, target = os.path.join(source, name), os.path.join(code, name)
        if os.path.isdir(path):
            shutil.copytree(path, target)
        else:
            shutil.copy2(path, target)


def _unpack(source: str, code: str) -> None:
    """An archive's files, or the one file that it is."""
    import shutil
    import tarfile

    if tarfile.is_tarfile(source):
        _extract(source, code)
    else:
        shutil.copy2(source, code)


def _extract(source: str, code: str, stream: Optional[IO[bytes]] = None) -> None:
    import tarfile

    root = os.path.realpath(code)
    try:
        with tarfile.open(None if stream else source, fileobj=stream) as archive:
            for member in archive:
                _extract_member(archive, member, root)
    except (tarfile.TarError, OSError, EOFError, KeyError) as error:
        raise Unusable("cannot extract the code from %s: %s" % (source, error)) from error


def _extract_member(archive: tarfile.TarFile, member: tarfile.TarInfo, root: str) -> None:
    import shutil

    # By hand: older Pythons have no filters, newer ones warn when none is given.
    target = os.path.normpath(os.path.join(root, member.name))
    if member.isdir() and target == root:
        return
    parent = os.path.dirname(target)
    # What lies below a link would be written to wherever the link leads.
    if not _is_clean(member.name) or target == root or os.path.realpath(parent) != parent:
        raise Unusable("the archive of the code has `%s`, which leads out of it" % member.name)
    if member.isdir():
        os.makedirs(target, exist_ok=True)
        return
    os.makedirs(parent, exist_ok=True)
    remove(target)
    if member.issym():
        _lay_link(member, target, root)
        return
    # The content of a hard link is the content of the member that it names, never of a file outside.
    content = archive.extractfile(member) if member.isfile() or member.islnk() else None
    if content is None:
        raise Unusable("the archive of the code has `%s`, which is no file" % member.name)
    with content, open(target, "wb") as stream:
        shutil.copyfileobj(content, stream)
    os.chmod(target, member.mode & 0o777 | 0o600)


def _lay_link(member: tarfile.TarInfo, target: str, root: str) -> None:
    way = member.linkname
    reached = os.path.normpath(os.path.join(os.path.dirname(target), way))
    # `..` behind a name could go up from where another link leads; in front it cannot.
    climbs = way.split("/")
    while climbs and climbs[0] in ("..", "."):
        climbs.pop(0)
    inside = reached == root or reached.startswith(os.path.join(root, ""))
    if os.path.isabs(way) or ".." in climbs or not inside:
        raise Unusable("the archive of the code has a link `%s` that leads out of it" % member.name)
    os.symlink(way, target)


def _is_clean(name: str) -> bool:
    return not os.path.isabs(name) and ".." not in name.split("/")
