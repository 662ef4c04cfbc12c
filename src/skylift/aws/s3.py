"""S3 as an object store: conditional writes, and uploads that are what they are said to be."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from skylift.aws.translate import translated
from skylift.errors import AwsError, NotReady
from skylift.values.ports import StoredObject
from skylift.values.references import S3Url

_PART = 16 << 20
_PARTS_LIMIT = 10_000
"""S3 takes no more parts of one object."""


class S3Store:
    """ObjectStore over a boto3 client of S3. Safe to use from several threads."""

    def __init__(self, client: Any, *, part: int = _PART) -> None:
        self._client, self._part = client, part

    def iterate(self, prefix: S3Url) -> Iterator[StoredObject]:
        with translated("s3", "ListBucket"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=prefix.bucket, Prefix=prefix.key
            )
            for page in pages:
                for found in page.get("Contents", ()):
                    yield StoredObject(S3Url(prefix.bucket, found["Key"]), found["Size"])

    def read(self, url: S3Url) -> bytes | None:
        try:
            with translated("s3", "GetObject"):
                return bytes(self._client.get_object(Bucket=url.bucket, Key=url.key)["Body"].read())
        except AwsError as error:
            if error.code == "NoSuchKey":
                return None
            raise

    @contextmanager
    def open(self, url: S3Url) -> Iterator[BinaryIO]:
        # Around the reading, too: the connection may break at any byte.
        with translated("s3", "GetObject"):
            body = self._client.get_object(Bucket=url.bucket, Key=url.key)["Body"]
            with closing(body):
                yield body

    def write(self, url: S3Url, data: bytes, *, only_if_absent: bool = False) -> bool:
        condition = {"IfNoneMatch": "*"} if only_if_absent else {}
        try:
            with translated("s3", "PutObject"):
                self._client.put_object(Bucket=url.bucket, Key=url.key, Body=data, **condition)
        except AwsError as error:
            if error.code == "PreconditionFailed":
                return False
            if error.code == "ConditionalRequestConflict":
                # Another write of this key was under way; S3 asks to try again, and knows by then who won.
                return self.write(url, data, only_if_absent=only_if_absent)
            raise
        return True

    def download(self, url: S3Url, path: Path) -> None:
        """The file appears under its name when it is complete: s3transfer writes beside it and renames."""
        from boto3.s3.transfer import TransferConfig

        path.parent.mkdir(parents=True, exist_ok=True)
        # The other client, "crt", ignores endpoint_url (boto3 issue 4839).
        config = TransferConfig(preferred_transfer_client="classic")
        with translated("s3", "GetObject"):
            self._client.download_file(url.bucket, url.key, str(path), Config=config)

    def upload(self, path: Path, url: S3Url, *, sha256: str = "") -> None:
        """Send a file. With ``sha256`` an object appears only if its bytes have that digest.

        :raises NotReady: when the file is not, or no longer, what ``sha256`` says.
        """
        size = path.stat().st_size
        with path.open("rb") as stream:
            if size <= self._part:
                self._put(stream.read(), url, sha256, path)
            else:
                self._put_parts(stream, url, sha256, max(self._part, -(-size // _PARTS_LIMIT)))

    def delete(self, url: S3Url) -> None:
        with translated("s3", "DeleteObject"):
            self._client.delete_object(Bucket=url.bucket, Key=url.key)

    def _put(self, data: bytes, url: S3Url, sha256: str, path: Path) -> None:
        checksum = {}
        if sha256:
            _same(hashlib.sha256(data).hexdigest(), sha256, path)
            checksum = {"ChecksumSHA256": base64.b64encode(bytes.fromhex(sha256)).decode()}
        with translated("s3", "PutObject"):
            self._client.put_object(Bucket=url.bucket, Key=url.key, Body=data, **checksum)

    def _put_parts(self, stream: BinaryIO, url: S3Url, sha256: str, part: int) -> None:
        """S3 knows no SHA-256 of a whole object sent in parts: it is counted on the way, before completion."""
        where = {"Bucket": url.bucket, "Key": url.key}
        with translated("s3", "PutObject"):
            upload = {**where, "UploadId": self._client.create_multipart_upload(**where)["UploadId"]}
            try:
                parts, digest = self._send_parts(stream, upload, part)
                if sha256:
                    _same(digest, sha256, Path(stream.name))
                self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
            except BaseException:
                # Parts that nobody completes are invisible, but cost money.
                with suppress(AwsError), translated("s3", "AbortMultipartUpload"):
                    self._client.abort_multipart_upload(**upload)
                raise

    def _send_parts(
        self, stream: BinaryIO, upload: dict[str, str], size: int
    ) -> tuple[list[dict[str, Any]], str]:
        hasher = hashlib.sha256()
        parts: list[dict[str, Any]] = []
        while data := stream.read(size):
            hasher.update(data)
            number = len(parts) + 1
            sent = self._client.upload_part(**upload, PartNumber=number, Body=data)
            sums = {
                key: value
                for key, value in sent.items()
                if key.startswith("Checksum") and key != "ChecksumType"
            }
            parts.append({"PartNumber": number, "ETag": sent["ETag"], **sums})
        return parts, hasher.hexdigest()


def _same(found: str, wanted: str, path: Path) -> None:
    if found != wanted:
        raise NotReady(
            f"the file changed while it was being uploaded: {path}",
            hints=("run the command again when nobody writes there",),
            path=str(path),
        )
