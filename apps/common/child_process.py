"""
Read uploads from untrusted users in a separate process with limited memory and time, and no file access for writing.

`run` is for the site; `limit` is the first call of the program that is run. That program may import the standard
library, parsers and our own pure modules, never Django.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class ChildTooSlow(Exception):
    """The program was stopped after its time limit."""


@dataclass(frozen=True, slots=True)
class Result:
    code: int
    output: bytes


def run(program: Path, *arguments: str, content: bytes, seconds: float) -> Result:
    """
    Run one of our own programs with `content` as its input. It inherits no environment variables: no keys, no URLs.

    :raises ChildTooSlow: after `seconds`.
    """
    command = [sys.executable, "-I", str(program), str(ROOT), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and program, the upload only on its input
            command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds, env={},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ChildTooSlow from error
    return Result(done.returncode, done.stdout)


def limit(*, memory_bytes: int, seconds: int) -> None:
    """Limit this process's memory, CPU time and file size before it reads its first byte."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
