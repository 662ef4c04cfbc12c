"""A small Debian image with Python, made and pushed without a Docker Engine.

The stand-in for ``python:3.11-slim`` on machines that can reach Debian's archive but not a public registry.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SUITE = "bookworm"
RECIPE = (
    "--variant=minbase",
    "--include=python3,ca-certificates",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--skip=output/dev",
)
NAME, TAG = "python", "3.11-slim"

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_EPOCH = "1700000000"
_CHUNK = 1 << 20


class Unavailable(Exception):
    """Something that this machine does not have; the text says what, and how to get it."""


@dataclass(frozen=True)
class BaseImage:
    """The image in a cache folder: one compressed layer and its config."""

    cache: Path

    @property
    def folder(self) -> Path:
        key = hashlib.sha256("\n".join([SUITE, _EPOCH, *RECIPE]).encode()).hexdigest()[:12]
        return self.cache / f"base-{key}"

    @property
    def layer(self) -> Path:
        return self.folder / "layer.tar.gz"

    @property
    def config(self) -> Path:
        return self.folder / "config.json"

    @property
    def ready(self) -> bool:
        return self.config.exists()

    def make(self, mmdebstrap: str, environment: Mapping[str, str]) -> None:
        """Install Debian into a tar, compress it, and move both files into the cache at once.

        :raises Unavailable: with what mmdebstrap said, when it fails.
        """
        self.cache.mkdir(parents=True, exist_ok=True)
        # In the system's own temporary folder: mmdebstrap refuses one that its unprivileged user cannot enter.
        with tempfile.TemporaryDirectory() as scratch:
            tar = Path(scratch) / "root.tar"
            done = subprocess.run(
                [mmdebstrap, *RECIPE, SUITE, str(tar)],
                env={**environment, "SOURCE_DATE_EPOCH": _EPOCH},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise Unavailable(f"mmdebstrap cannot make the base image: {done.stderr.strip()[-800:]}")
            self._store(tar)

    def _store(self, tar: Path) -> None:
        fresh = Path(tempfile.mkdtemp(dir=self.cache))
        diff_id = _compress(tar, fresh / self.layer.name)
        (fresh / self.config.name).write_text(json.dumps(_config(diff_id)))
        try:
            fresh.rename(self.folder)
        except OSError:
            # Somebody else was quicker, and has made the same image.
            shutil.rmtree(fresh)
            if not self.ready:
                raise

    def push(self, registry: str) -> str:
        """Put the image into a registry that speaks plain HTTP and asks for no password. Its reference."""
        config = self.config.read_bytes()
        layer = self.layer.read_bytes()
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": _put_blob(registry, config, _CONFIG),
            "layers": [_put_blob(registry, layer, _LAYER)],
        }
        body = json.dumps(manifest).encode()
        _request("PUT", f"http://{registry}/v2/{NAME}/manifests/{TAG}", body, _MANIFEST)
        return f"{registry}/{NAME}:{TAG}"


def _compress(tar: Path, to: Path) -> str:
    """Gzip a tar without a time stamp; the diff ID."""
    digest, deflate = hashlib.sha256(), zlib.compressobj(6, wbits=31)
    with tar.open("rb") as source, to.open("wb") as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            target.write(deflate.compress(chunk))
        target.write(deflate.flush())
    return f"sha256:{digest.hexdigest()}"


def _config(diff_id: str) -> dict[str, object]:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {
        "architecture": machine,
        "os": "linux",
        "created": "2023-11-14T22:13:20Z",
        "config": {"Env": [f"PATH={path}", "LANG=C.UTF-8"], "Cmd": ["python3"]},
        "rootfs": {"type": "layers", "diff_ids": [diff_id]},
        "history": [{"created": "2023-11-14T22:13:20Z", "created_by": f"mmdebstrap {SUITE}"}],
    }


def _put_blob(registry: str, body: bytes, media_type: str) -> dict[str, object]:
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    started = _request("POST", f"http://{registry}/v2/{NAME}/blobs/uploads/", b"", "application/octet-stream")
    join = "&" if "?" in started else "?"
    _request("PUT", f"{started}{join}digest={digest}", body, "application/octet-stream")
    return {"mediaType": media_type, "digest": digest, "size": len(body)}


def _request(method: str, url: str, body: bytes, content_type: str) -> str:
    """Send one request; the Location of the answer."""
    request = urllib.request.Request(url, body, {"Content-Type": content_type}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.headers.get("Location", ""))
    except urllib.error.HTTPError as error:
        said = error.read(1000).decode(errors="replace")
        raise RuntimeError(f"{method} {url}: {error.code} {said}") from error
