"""What a run has left: where it lies, and how to have it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from skylift.errors import NotReady
from skylift.flow.world import Cloud
from skylift.host.files import path_of
from skylift.runs.unpack import copy, download, files_in, unpack
from skylift.values.record import Artifact, Left, Record
from skylift.values.references import S3Url, parse_s3
from skylift.values.run_folder import RunFolder


@dataclass(frozen=True)
class Artifacts:
    """A run's model and its output: where they lie. Nothing is fetched before ``pull``."""

    record: Record
    left: Left
    folder: RunFolder
    here: bool
    """The run was on this machine, where can be seen what it left."""
    cloud: Cloud
    refuse_elsewhere: Callable[[], None]
    """Raises NotReady for a run that lives in another AWS than the one we talk to."""
    newest_with: Callable[[Artifact], str]
    """Names the newest other run that has left something of that kind; empty for none."""

    def __repr__(self) -> str:
        return f"<Artifacts of {self.record.name}: model={self.model!r} output={self.output!r}>"

    @property
    def model(self) -> str:
        """Where the model lies, ``file://…`` or ``s3://…``; empty where there is none, or none yet."""
        return self.left.model

    @property
    def output(self) -> str:
        """The same for what the script left in ``SM_OUTPUT_DATA_DIR``. In the cloud it is not looked for."""
        return self.left.output

    def pull(self, what: Artifact = "model", into: Path | str | None = None) -> Path:
        """Put the model, or the output, into a new folder, unpacked; the folder.

        :param into: the new folder; left out, it is the run's own, and what was pulled before is not fetched again.
        :raises NotReady: when there is none, or none yet.
        :raises UsageError: when the folder is there and not empty.
        """
        target = Path(into) if into is not None else self.folder.artifacts / what
        if into is None and target.is_dir() and any(target.iterdir()):
            return target
        uri = self.record.artifact(what)
        if not self.record.terminal or (not uri and self.record.status != "Failed"):
            raise NotReady(f"run {self.record.name} has no {what} yet: it is {self.record.secondary}")
        # A success has a model, be it an empty one: where that is missing somebody has taken it away.
        optional = self.here and (what == "output" or self.record.status == "Failed")
        is_missing = not uri or (optional and not getattr(self.left, what))
        files = [] if is_missing else self._bring(uri, target)
        if not files:
            if target.is_dir() and uri != f"{target.absolute().as_uri()}/":
                target.rmdir()
            raise _nothing(self.record, what, self.left, self.newest_with(what))
        return target

    def _bring(self, uri: str, into: Path) -> list[str]:
        """An archive, or with OutputDataConfig.CompressionType NONE a folder or a prefix."""
        if not uri.endswith("/"):
            return unpack(self._archive(uri), into)
        if uri.startswith("file://"):
            source = self._existing(uri)
            return copy(source, into) if source != into.absolute() else files_in(source)
        self.refuse_elsewhere()
        store, prefix = self.cloud.store, parse_s3(uri)
        names = [found.url.key.removeprefix(prefix.key) for found in store.iterate(prefix)]
        return download(
            names, lambda name, path: store.download(S3Url(prefix.bucket, prefix.key + name), path), into
        )

    def _archive(self, uri: str) -> Path:
        if uri.startswith("file://"):
            return self._existing(uri)
        path = self.folder.artifacts / uri.rpartition("/")[2]
        if not path.exists():
            self.refuse_elsewhere()
            path.parent.mkdir(exist_ok=True)
            self.cloud.store.download(parse_s3(uri), path)
        return path

    def _existing(self, uri: str) -> Path:
        path = path_of(uri)
        if not path.exists():
            raise NotReady(f"run {self.record.name} has left nothing there, or it is gone: {path}")
        return path


def _nothing(record: Record, what: Artifact, left: Left, other: str) -> NotReady:
    found = _why_nothing(record, what, left)
    verb = f"skylift pull {other[-4:]}" + ("" if what == "model" else f" {what}")
    hints = (f"the newest run with one is {other}: {verb}",) if other else ()
    return NotReady(found.message, hints=(*found.hints, *hints))


def _why_nothing(record: Record, what: Artifact, left: Left) -> NotReady:
    tag, variable = record.name[-4:], {"model": "SM_MODEL_DIR", "output": "SM_OUTPUT_DATA_DIR"}[what]
    if record.status == "Failed":
        return NotReady(f"run {record.name} has no {what}: it failed", hints=(f"skylift show {tag}",))
    if what == "model" and left.output:
        hints = [f"it has an output: skylift pull {tag} output"]
    elif what == "output" and left.model:
        hints = [f"it has a model: skylift pull {tag}"]
    else:
        hints = [
            f"whether it left files beside itself, and how to keep them, is in its log: skylift logs {tag}"
        ]
    return NotReady(f"run {record.name} has no {what}: nothing was written to {variable}", hints=tuple(hints))
