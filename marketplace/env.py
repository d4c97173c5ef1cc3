"""The environment, read once and typed; a missing secret refuses to start."""

from environs import Env

env = Env()
env.read_env(recurse=False)
