"""Where uploads are stored: in MEDIA_ROOT, or in a bucket that speaks the S3 protocol."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

CONNECT_SECONDS, ANSWER_SECONDS, ATTEMPTS_MAX = 3, 15, 3


def file_storage(
    *, bucket: str, endpoint: str, region: str, key_id: str, secret: str, accel_prefix: str
) -> dict[str, Any]:
    """
    The entry of `STORAGES`.

    :param bucket: empty for files on this machine's disk.
    :param endpoint: empty for Amazon; the URL of any other server.
    :param key_id: empty if boto3 finds the key itself: the role of the machine, or ~/.aws.

    :raises RuntimeError: if the settings contradict each other, or the packages are not installed.
    """
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if accel_prefix:
        raise RuntimeError(
            "ACCEL_REDIRECT_PREFIX lets the proxy send files from the disk: leave it empty with FILES_S3_BUCKET."
        )
    if bool(key_id) != bool(secret):
        raise RuntimeError("Set both FILES_S3_KEY_ID and FILES_S3_SECRET_KEY, or neither.")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise RuntimeError("FILES_S3_BUCKET needs packages: pip install --require-hashes -r requirements/s3.txt")
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    config = Config(
        signature_version="s3v4",
        # Other servers rarely have a host name per bucket.
        s3={"addressing_style": "path" if endpoint else "virtual"},
        retries={"max_attempts": ATTEMPTS_MAX, "mode": "standard"},
        # Many servers do not know Amazon's newer checksums; the hash of each file is in our table.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
    )
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        "access_key": key_id or None,
        "secret_key": secret or None,
        "default_acl": None,  # the bucket's own rules decide, and they are private
        "file_overwrite": True,  # keys are random: without this, each upload would first ask whether its key exists
        "client_config": config,
        "transfer_config": TransferConfig(use_threads=False),
    }
    return {"BACKEND": "apps.files.bucket.BucketStorage", "OPTIONS": options}
