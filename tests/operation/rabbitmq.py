"""A real RabbitMQ as a process of this user, with the project's own configuration. Debian's package has the program."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kombu import Connection

CONFIGURATION = Path(__file__).resolve().parents[2] / "ops" / "rabbitmq" / "rabbitmq.conf"
# Debian's program in the PATH only lets root and the user rabbitmq start it; this is the one that it starts.
PROGRAMS = Path("/usr/lib/rabbitmq/bin")
SECONDS_MAX = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """:param folder: its data and logs; they outlive a restart."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = _free_port(), folder
        text = re.sub(r"^listeners\..*$", f"listeners.tcp.local = 127.0.0.1:{self.port}", CONFIGURATION.read_text(),
                      flags=re.MULTILINE)  # fmt: skip
        (folder / "rabbitmq.conf").write_text(text)
        (folder / "enabled_plugins").write_text("[].")
        self.environment = {
            **os.environ, "HOME": str(folder), "RABBITMQ_NODENAME": f"tests-{secrets.token_hex(4)}@localhost",
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"), "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"), "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"), "RABBITMQ_DIST_PORT": str(_free_port()),
            "ERL_EPMD_PORT": str(_free_port()), "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_RELAXED_COMMAND_CHECK": "true",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [str(PROGRAMS / "rabbitmq-server")], env=self.environment, cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        self._wait(self._answers, "start")

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"RabbitMQ did not start:\n{(self.folder / 'output').read_text()[-2000:]}")
        try:
            with Connection(self.url, connect_timeout=5) as broker:
                broker.connect()
        except OSError:
            return False
        return True

    def _is_down(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0

    def _wait(self, is_done: Callable[[], bool], what: str) -> None:
        ends = time.monotonic() + SECONDS_MAX
        while not is_done():
            if time.monotonic() > ends:
                raise RuntimeError(f"RabbitMQ did not {what}:\n{(self.folder / 'output').read_text()[-2000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """As a crash does: nothing is said to anybody."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            self._wait(self._is_down, "end")

    def end(self) -> None:
        self.kill()
        subprocess.run(["epmd", "-kill"], env=self.environment, capture_output=True, check=False)


@contextmanager
def running() -> Iterator[Server]:
    """A server without queues. The test is skipped on a machine without RabbitMQ, never in CI."""
    if not (PROGRAMS / "rabbitmq-server").exists() or shutil.which("epmd") is None:
        if os.environ.get("CI"):
            raise RuntimeError("CI needs RabbitMQ: apt-get install rabbitmq-server")
        pytest.skip("RabbitMQ is not installed: apt-get install rabbitmq-server")
    with tempfile.TemporaryDirectory(prefix="rabbit-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.end()
