"""
Reading what strangers upload, in a process of its own with little memory, little time and no files to write.

`run` is for the site; `limit` is the first thing that the program which is run calls. That program may import the
standard library, parsers and our own pure modules, never Django.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class ChildTooSlow(Exception):
    """The program was stopped by the clock."""


@dataclass(frozen=True, slots=True)
class Result:
    code: int
    output: bytes


def run(program: Path, *arguments: str, content: bytes, seconds: float) -> Result:
    """
    Run one of our own programs with `content` on its input. It inherits no environment: no key, no address.

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
    """Bound this process before it reads its first byte; it also gives up whatever priority it had."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
