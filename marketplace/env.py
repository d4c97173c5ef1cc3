"""The environment, read once and typed; a missing secret refuses to start."""

import os
from pathlib import Path

from environs import Env

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"

env = Env()


def reads_env_file() -> bool:
    """The demo and the tests bring their own environment: an operator's file must not change them."""
    return "DEVSTACK" not in os.environ and os.environ.get("TRADEWIND_ENV") != "test"


# What is set already wins over the file.
if reads_env_file():
    env.read_env(str(ENV_FILE), recurse=False)
