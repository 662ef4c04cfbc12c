"""Storage on S3, or what behaves like it: downloads channels, uploads artifacts and checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from skylift.emulator.artifacts import is_compressed
from skylift.emulator.job_fault import JobFault
from skylift.emulator.objects import Found, in_key_order, is_manifest, layout, parse_manifest, source_of
from skylift.emulator.pack import Member, files_of
from skylift.emulator.snapshot import Facts, changed_files, regular_files
from skylift.emulator.storage import ARTIFACT_FOLDERS, ArtifactName, Mount, Share
from skylift.emulator.transfers import for_each
from skylift.errors import RemoteError, UsageError
from skylift.host.files import is_text, remove_tree
from skylift.values.ports import StreamingStore
from skylift.values.references import S3Url, parse_s3


class S3Storage:
    """Keeps no state of its own: one may serve many jobs at once."""

    def __init__(self, store: StreamingStore) -> None:
        self._store = store

    def materialize(self, channel: Mapping[str, Any], into: Path, share: Share) -> Mount | None:
        with _as_client_error("Data download failed"):
            found = self.objects(channel)
            if channel.get("InputMode") != "FastFile":
                self._download(share.of(channel, found), into)
                return None
            _refuse_half_folders(channel, found)
            # Outside of the tree, so that the job can be kept from writing to it.
            root = into.parents[2]
            lent = root.with_name(f".{root.name}.lent") / into.name
            remove_tree(lent)
            self._download(share.of(channel, found), lent)
            return Mount(lent, into, read_only=True)

    def objects(self, channel: Mapping[str, Any]) -> Sequence[Found[S3Url]]:
        with _as_client_error("Data download failed"):
            url = parse_s3(source_of(channel)["S3Uri"])
            found = in_key_order(self._listed(url)) if is_manifest(channel) else list(self._below(url))
        if not found:
            raise JobFault(
                f'ClientError: Data download failed: no S3 objects found under S3 URL "{url}" given in '
                "input data source. Please ensure that the bucket exists in the selected region, and "
                "that objects exist under that S3 prefix"
            )
        return found

    @contextmanager
    def open(self, found: Found[S3Url]) -> Iterator[BinaryIO]:
        with _as_client_error("Data download failed"), self._store.open(found.where) as stream:
            yield stream

    def restore(self, request: Mapping[str, Any], into: Path) -> None:
        config = request.get("CheckpointConfig")
        if config:
            with _as_client_error("Checkpoint download failed"):
                self._download(list(self._below(parse_s3(config["S3Uri"]).folder)), into)

    def save(self, request: Mapping[str, Any], folder: Path, saved: dict[str, Facts]) -> None:
        config = request.get("CheckpointConfig")
        # A job that takes the whole folder away has not asked for what is stored to go as well.
        if not config or folder.is_symlink() or not folder.is_dir():
            return
        target = parse_s3(config["S3Uri"])
        found = regular_files(folder)
        for path in changed_files(saved, found):
            # A job renames what it has written to the end: then its old name is gone, and that is well.
            with suppress(FileNotFoundError):
                self._store.upload(folder / path, target.join(path))
                saved[path] = found[path]
        # Last: whenever we die, one of two names of a file that was renamed is stored.
        for path in sorted(saved.keys() - found.keys()):
            self._store.delete(target.join(path))
            del saved[path]

    def location(self, request: Mapping[str, Any], name: ArtifactName) -> str:
        if is_compressed(request):
            return str(_output(request).join(f"{name}.tar.gz"))
        return str(_output(request).join(ARTIFACT_FOLDERS[name]).folder)

    def store(self, request: Mapping[str, Any], name: ArtifactName, archive: Path) -> None:
        self._store.upload(archive, _output(request).join(f"{name}.tar.gz"))

    def store_files(
        self, request: Mapping[str, Any], name: ArtifactName, members: Sequence[Member]
    ) -> tuple[str, ...]:
        prefix, files = parse_s3(self.location(request, name)), files_of(members)
        fit = [name for name in files if is_text(name)]

        def upload(name: str) -> None:
            self._store.upload(files[name], S3Url(prefix.bucket, prefix.key + name))

        with _as_client_error("Artifact upload failed"):
            for_each(fit, upload)
        return tuple(name for name in files if not is_text(name))

    def changes(self, mounts: Sequence[Mount]) -> tuple[str, ...]:  # noqa: ARG002 - nothing is lent
        return ()

    def _below(self, prefix: S3Url) -> Iterator[Found[S3Url]]:
        for one in self._store.iterate(prefix):
            # Consoles make an empty object for a folder; it is no file.
            if one.size or not one.url.key.endswith("/"):
                relative = one.url.key[len(prefix.key) :]
                yield Found(relative or PurePosixPath(one.url.key).name, one.url, one.size)

    def _listed(self, manifest: S3Url) -> Iterator[Found[S3Url]]:
        content = self._store.read(manifest)
        if content is None:
            raise JobFault(f"ClientError: Data download failed: no manifest at {manifest}")
        said, paths = parse_manifest(content, str(manifest))
        prefix = parse_s3(said)
        for path in paths:
            yield Found(path, S3Url(prefix.bucket, prefix.key + path))

    def _download(self, found: Sequence[Found[S3Url]], into: Path) -> None:
        places = layout(found)
        into.mkdir(parents=True, exist_ok=True)

        def fetch(path: PurePosixPath) -> None:
            (into / path).parent.mkdir(parents=True, exist_ok=True)
            self._store.download(places[path].where, into / path)

        for_each(places, fetch)


def _output(request: Mapping[str, Any]) -> S3Url:
    output = parse_s3(request["OutputDataConfig"]["S3OutputPath"])
    return output.join(request["TrainingJobName"], "output")


def _refuse_half_folders(channel: Mapping[str, Any], found: Sequence[Found[S3Url]]) -> None:
    url = parse_s3(source_of(channel)["S3Uri"])
    half = next((one for one in found if not _is_whole(url.key, one.where.key)), None)
    if half is not None:
        raise JobFault(
            f"ClientError: Data download failed: {url} is a part of a folder's name, as of {half.where.key!r}, "
            "and FastFile mode takes whole folders only. Please end the prefix with a slash"
        )


def _is_whole(prefix: str, key: str) -> bool:
    return key == prefix or key.startswith(prefix if not prefix or prefix.endswith("/") else f"{prefix}/")


@contextmanager
def _as_client_error(what: str) -> Iterator[None]:
    """The service lays what S3 refuses at the door of the request; what may pass is not the job's fault."""
    try:
        yield
    except RemoteError as error:
        if error.temporary:
            raise
        raise JobFault(f"ClientError: {what}: {error}") from error
    except UsageError as error:
        raise JobFault(f"ClientError: {what}: {error}") from error
