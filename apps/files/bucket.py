"""Files in a bucket that speaks the S3 protocol. Imported only if FILES_S3_BUCKET is set."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from apps.files.errors import FilesUnavailable

logger = logging.getLogger(__name__)

MEMORY_BYTES = 2**20


class BucketStorage(S3Storage):  # type: ignore[misc]
    """A private bucket. A server that does not answer, or refuses us, is `FilesUnavailable` for the visitor."""

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """
        A copy of the content in a temporary file, read with one request: a failure is an error page and not half a
        download, and a slow visitor holds no connection.
        """
        copy = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 - closed with the response
        with _answers(), self.bucket.Object(name).get()["Body"] as body:
            shutil.copyfileobj(body, copy)
        copy.seek(0)
        return File(copy, name)  # type: ignore[type-var]

    def _save(self, name: str, content: File[bytes]) -> str:
        with _answers():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _answers():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _answers():
            return bool(super().exists(name))

    def is_public(self, name: str) -> bool:
        """Whether everybody may read it: asked without our key, as a stranger would."""
        with _answers():
            try:
                self.unsigned_connection.meta.client.head_object(Bucket=self.bucket_name, Key=name)
            except ClientError as error:
                if _status(error) in (401, 403, 404):
                    return False
                raise
            return True


@contextmanager
def _answers() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if _status(error) == 404:
            raise FileNotFoundError(str(error)) from error
        logger.exception("the bucket refuses a request")
        raise FilesUnavailable from error
    except (BotoCoreError, Boto3Error) as error:
        logger.exception("the bucket does not answer")
        raise FilesUnavailable from error


def _status(error: Any) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
