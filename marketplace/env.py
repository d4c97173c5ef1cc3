"""The environment, read once and typed; a missing secret refuses to start."""

import os
from pathlib import Path

from dotenv import load_dotenv
from environs import Env

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"


def reads_env_file() -> bool:
    """The demo and the tests bring their own environment: an operator's file must not change them."""
    return "DEVSTACK" not in os.environ and os.environ.get("TRADEWIND_ENV") != "test"


if reads_env_file():
    # Into the environment itself, for the programs that we start; what is set already wins over the file.
    load_dotenv(ENV_FILE, override=False, interpolate=False)
env = Env()
