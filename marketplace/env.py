"""The environment variables, read once and typed. If a secret is missing, the process does not start."""

import os
from pathlib import Path

from dotenv import load_dotenv
from environs import Env

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"


def reads_env_file() -> bool:
    """
    Whether to read .env. The demo and the tests have their own environment, which an operator's file must not change.
    """
    return "DEVSTACK" not in os.environ and os.environ.get("TRADEWIND_ENV") != "test"


if reads_env_file():
    # Loaded into the environment, so that child processes have it too; existing variables take precedence.
    load_dotenv(ENV_FILE, override=False, interpolate=False)
env = Env()
