"""The compose file, service by service: what nobody sees before it runs on somebody's machine."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = FILE["services"]
OURS = {name for name, row in SERVICES.items() if "build" in row}
RUNNING = sorted(set(SERVICES) - {"migrate"})


def needs(name: str) -> dict:
    return SERVICES[name].get("depends_on", {})


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_tables_are_ready_before_it_starts(name):
    assert needs(name)["migrate"]["condition"] == "service_completed_successfully"
    assert needs(name)["db"]["condition"] == needs(name)["cache"]["condition"] == "service_healthy"


def test_migrations_run_once_as_the_owner_and_the_rest_as_another_role():
    assert SERVICES["migrate"]["restart"] == "no"
    assert needs("migrate")["db"]["condition"] == "service_healthy"
    owner = SERVICES["migrate"]["environment"]["DATABASE_URL"]
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["environment"]["DATABASE_URL"] != owner
        assert SERVICES[name]["environment"]["DATABASE_URL"].startswith("postgresql://tradewind_app:")
        assert "POSTGRES_PASSWORD" not in str(SERVICES[name])
    assert "grant_app_role" in (ROOT / "ops" / "migrate.sh").read_text()
    assert "CREATE ROLE tradewind_app LOGIN NOSUPERUSER" in (ROOT / "ops" / "postgres" / "roles.sh").read_text()


@pytest.mark.parametrize("name", RUNNING)
def test_a_service_says_how_it_is_and_gets_time_to_end(name):
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    assert service["healthcheck"]["interval"]
    assert service["restart"] == "unless-stopped"
    grace = int(service["stop_grace_period"].removesuffix("s"))
    assert grace >= (settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT + 10 if name == "worker" else 10)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_cannot_fill_the_machine(name):
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]
    assert service["logging"]["options"]["max-file"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - OURS))
def test_an_image_of_others_has_a_full_version(name):
    assert re.search(r":\d+\.\d+(\.\d+)?-\w+$", SERVICES[name]["image"])


def test_who_can_reach_what():
    assert FILE["networks"]["inside"]["internal"] is True
    assert SERVICES["db"]["networks"] == SERVICES["cache"]["networks"] == ["inside"]
    assert [name for name, item in SERVICES.items() if item.get("ports")] == ["proxy"]
    assert "--requirepass" in SERVICES["cache"]["command"]
    assert "noeviction" in SERVICES["cache"]["command"]


def test_the_checks_ask_pages_that_need_no_name_of_the_site():
    assert "http://127.0.0.1:8000/readyz" in str(SERVICES["web"]["healthcheck"]["test"])


def test_what_must_last_lies_in_named_volumes_that_the_program_may_write():
    dockerfile = (ROOT / "Dockerfile").read_text()
    created = dockerfile[dockerfile.index("mkdir -p") : dockerfile.index("chown -R tradewind")]
    for name in OURS:
        for volume in SERVICES[name]["volumes"]:
            source, target = volume.split(":")[:2]
            assert source in FILE["volumes"]
            assert target in created, f"{target} would belong to root"
    assert {"certificates:/data", "caddy-config:/config"} <= set(SERVICES["proxy"]["volumes"])
    assert not any("media" in item for item in SERVICES["processor"]["volumes"])


def test_mounted_files_and_scripts_are_there():
    text = (ROOT / "docker-compose.yml").read_text() + (ROOT / "Dockerfile").read_text()
    paths = re.findall(r"/app/(ops/[\w./-]+)", text) + re.findall(r"- \./(ops/[\w./-]+):", text)
    assert len(paths) >= 7
    for path in paths:
        assert (ROOT / path).is_file(), path


def test_the_sandbox_processor_is_there_only_when_asked_for_and_sends_to_the_inside():
    assert SERVICES["processor"]["profiles"] == ["sandbox"]
    script = (ROOT / "ops" / "processor.sh").read_text()
    assert "${INTERNAL_URL}/webhooks/sandbox/" in script
    assert "--public-url" in script
    assert SERVICES["processor"]["environment"]["INTERNAL_URL"] == "http://web:8000"


def test_a_worker_listens_to_every_queue_and_web_processes_come_back():
    command = SERVICES["worker"]["command"]
    search = re.search(r"-Q (\S+)", command)
    assert search is None or set(search[1].split(",")) == {
        celery_task_queue.name for celery_task_queue in settings.CELERY_TASK_QUEUES
    }
    assert "--respawn-failed-workers" in (ROOT / "ops" / "web.sh").read_text()
    assert "exec sh /app/ops/web.sh" in SERVICES["web"]["command"]


def test_the_image_is_of_two_stages_without_the_demos_servers():
    text = (ROOT / "Dockerfile").read_text()
    assert text.count("\nFROM ") + text.startswith("FROM ") == 2
    for part in ("HEALTHCHECK", "STOPSIGNAL", "USER tradewind", "org.opencontainers.image.version", "WEB_CONCURRENCY"):
        assert part in text
    assert "ARG REQUIREMENTS=base\nCOPY requirements /tmp/requirements\nRUN for name in ${REQUIREMENTS}; do" in text
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {"tests", "docs", "bench", "devstack/*", ".env", "**/*.sqlite3"} <= set(ignored)


def test_the_steps_that_build_the_image_out_of_the_program_run(tmp_path):
    """Without an engine: what `RUN` does after the program was copied, in a copy of what the image gets."""
    text = (ROOT / "Dockerfile").read_text()
    [written] = re.findall(r"^COPY \. \.\nRUN (.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    # A builder leaves comments out, inside a step too.
    steps = "\n".join(line for line in written.splitlines() if not line.lstrip().startswith("#"))
    assert steps.endswith("collectstatic --noinput")
    steps += " --dry-run"  # compressing every file takes half a minute and proves nothing more
    left_out = {
        ".venv",
        ".git",
        ".devstack",
        "tests",
        "docs",
        "bench",
        "media",
        "staticfiles",
        "artifacts",
        "apps/demo",
    }
    copy = tmp_path / "app"
    assert left_out <= set((ROOT / ".dockerignore").read_text().split())
    shutil.copytree(
        ROOT,
        copy,
        ignore=lambda folder, names: [n for n in names if (Path(folder) / n).relative_to(ROOT).as_posix() in left_out],
    )
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}

    done = subprocess.run(["sh", "-ec", steps], cwd=copy, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert (copy / "locale" / "ar" / "LC_MESSAGES" / "django.mo").exists()
    assert "static files" in done.stdout


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="no docker-compose here")
@pytest.mark.parametrize("profile", [[], ["--profile", "sandbox"]])
def test_compose_itself_reads_it(tmp_path, profile):
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    filled = re.sub(r"(?m)^(\w*(?:PASSWORD|SECRET|SECRET_KEY))=$", r"\1=abc", (ROOT / ".env.example").read_text())
    (tmp_path / ".env").write_text(filled)
    done = subprocess.run(
        ["docker-compose", *profile, "config"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    read = yaml.safe_load(done.stdout)["services"]
    assert read["web"]["environment"]["ACCEL_REDIRECT_PREFIX"] in ("", None)
    assert read["web"]["environment"]["SECRET_KEY"] == "abc"
    assert read["web"]["environment"]["DATABASE_URL"] == "postgresql://tradewind_app:abc@db:5432/tradewind"
    assert read["migrate"]["environment"]["DATABASE_URL"] == "postgresql://tradewind:abc@db:5432/tradewind"


def test_the_units_of_systemd_start_what_the_compose_file_starts():
    units = {path.stem.removeprefix("tradewind-"): path.read_text() for path in (ROOT / "ops" / "systemd").iterdir()}
    assert set(units) == {"web", "worker", "beat", "migrate"}
    for name, unit in units.items():
        assert "User=tradewind" in unit
        assert "EnvironmentFile=/etc/tradewind/env\n" in unit
        if name != "migrate":
            assert re.search(r"^Restart=always$", unit, re.MULTILINE)
            assert "MemoryMax=" in unit and "TimeoutStopSec=" in unit
            assert "owner.env" not in unit
    assert units["migrate"].index("owner.env") > units["migrate"].index("/etc/tradewind/env")
    assert "ops/web.sh" in units["web"]
    assert "celery -A marketplace worker" in units["worker"]
    assert "celery -A marketplace beat" in units["beat"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_reads_the_units(tmp_path):
    for path in (ROOT / "ops" / "systemd").iterdir():
        # the programs of an installation are not on this machine
        text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", path.read_text())
        (tmp_path / path.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True, timeout=60
    )
    assert not re.search(r"tradewind-\w+\.service:\d*:? ?(Unknown|Failed|Invalid)", done.stderr), done.stderr
