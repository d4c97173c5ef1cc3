"""An S3 server as a process of its own (moto), with a bucket per test."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from botocore.config import Config

from marketplace.file_storage import file_storage

KEY, SECRET, REGION = "test-key", "test-secret", "eu-central-1"


@contextmanager
def server() -> Iterator[str]:
    """The URL of a running server that is empty."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if search := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield search[0]
                return
        raise AssertionError("the S3 server did not start")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def client(url: str):
    options = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client(
        "s3", endpoint_url=url, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET, config=options
    )


def storage(bucket: str, url: str, **changes: str) -> dict:
    """The settings' entry for this bucket."""
    options = {"bucket": bucket, "endpoint": url, "region": REGION, "key_id": KEY, "secret": SECRET, "accel_prefix": ""}
    return file_storage(**(options | changes))
