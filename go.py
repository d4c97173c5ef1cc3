#!/usr/bin/env python3
"""
Sets up and runs Tradewind; needs only Python 3.11+ with venv and pip.

    python3 go.py demo                the marketplace with demo data, in this terminal
    python3 go.py test [pytest args]  install what the tests need, run one variant of each proof (docs/how-to/test.md)
    python3 go.py test-full           the tests with all variants of each proof, with code coverage
    python3 go.py lint                style, types, layers, templates
    python3 go.py manage COMMAND      manage.py on the demo's servers
    python3 go.py esco DIR            import skills in more languages, and occupations' needs, from ESCO's download
    python3 go.py docs                generate the reference pages in docs/reference/ from the program
    python3 go.py setup               install only, and add the git hook that checks commit messages
    python3 go.py pins                resolve the pinned requirements again
    python3 go.py clean               stop the demo's servers, delete its data and the installation
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from devstack.phases import Phases

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NEEDED_MB = 1500
# A worker without tests left takes some from the other, so that both end at the same time.
PARALLEL = ["-n", "2", "--dist", "worksteal"]
LINT = [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy", "apps", "ranking", "devstack"],
    ["lint-imports"],
    ["djlint", "templates", "--lint", "--quiet"],
]


def stop(sentence: str) -> None:
    raise SystemExit(f"\n  {sentence}\n")


def check_machine() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036
        stop(
            f"Tradewind needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make demo PYTHON=python3.12"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("This Python has no venv module. On Debian or Ubuntu: apt-get install python3-venv")
    free_mb = shutil.disk_usage(ROOT).free // 2**20
    if not PYTHON.exists() and free_mb < NEEDED_MB:
        stop(f"Only {free_mb} MB are free on this disk; the first start needs about {NEEDED_MB} MB.")


# The requirement files, with the extras of pyproject.toml that each has in addition to production's requirements.
REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "base": (),
    "demo": ("demo",),
    "observability": ("observability",),
    "s3": ("s3",),
    "dev": ("demo", "observability", "s3", "dev"),
}
DESCRIPTIONS = ROOT / "requirements" / "descriptions.txt"
INSTALLER = ROOT / "requirements" / "installer.txt"


def fingerprint(which: str) -> str:
    pins = (ROOT / "requirements" / f"{which}.txt").read_bytes()
    if which == "dev":
        pins += DESCRIPTIONS.read_bytes()
    return hashlib.sha256(pins + sys.version.encode()).hexdigest()


def installed(which: str) -> bool:
    stamp = VENV / f".stamp-{which}"
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == fingerprint(which)


def run(*command: object, quiet: bool = False) -> int:
    null = subprocess.DEVNULL if quiet else None
    return subprocess.run([str(word) for word in command], stderr=null, check=False).returncode


def setup(which: str) -> None:
    """Install the hash-pinned requirements into .venv, once; `dev` includes everything in `demo`."""
    if installed("dev") or installed(which):
        return
    check_machine()
    phases = Phases("setup")
    phases.note(f"installing requirements/{which}.txt into .venv, once")
    if not PYTHON.exists() and run(sys.executable, "-m", "venv", VENV) != 0:
        stop("The virtual environment could not be made: see the message above.")
    phases.end("the virtual environment is there")
    requirements = ROOT / "requirements" / f"{which}.txt"
    pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r"]
    uv = [PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON, "--require-hashes", "-r"]
    # uv installs several times faster; if it is not available for this machine, pip is used.
    has_uv = os.environ.get("SETUP_WITH", "uv") == "uv" and run(*pip, INSTALLER, quiet=True) == 0
    if not (has_uv and run(*uv, requirements) == 0) and run(*pip, requirements) != 0:
        free_mb = shutil.disk_usage(ROOT).free // 2**20
        stop(f"The requirements could not be installed ({free_mb} MB free on disk): see the message above.")
    if which == "dev" and run(*pip, DESCRIPTIONS, "--no-deps") != 0:
        stop("The descriptions that tests read could not be installed: see the message above.")
    (VENV / f".stamp-{which}").write_text(fingerprint(which))
    phases.end("the requirements are installed")


def install_commit_hook() -> None:
    """Add the git hook that checks commit messages, unless the checkout has its own hook or hooks folder."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return
    git = ["git", "-C", str(ROOT)]
    chosen = subprocess.run([*git, "config", "core.hooksPath"], capture_output=True, text=True, check=False)
    folder = subprocess.run([*git, "rev-parse", "--git-path", "hooks"], capture_output=True, text=True, check=True)
    hook = ROOT / folder.stdout.strip() / "commit-msg"
    if chosen.stdout.strip() or (hook.exists() and not hook.is_symlink()):
        print("[setup] git has hooks of yours; .githooks/commit-msg is not installed", flush=True)
    elif not hook.exists():
        hook.parent.mkdir(exist_ok=True)
        hook.unlink(missing_ok=True)
        hook.symlink_to(os.path.relpath(ROOT / ".githooks" / "commit-msg", hook.parent))


def compile_catalogues() -> None:
    """Compile the translations that changed since the last time."""
    catalogues = sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))
    if all(
        po.with_suffix(".mo").exists() and po.stat().st_mtime <= po.with_suffix(".mo").stat().st_mtime
        for po in catalogues
    ):
        return
    if run(VENV / "bin" / "pybabel", "--quiet", "compile", "--domain", "django", "--directory", ROOT / "locale") != 0:
        stop("The translations could not be compiled: see the message above.")


def lint() -> int:
    failed = []
    # The type checker's Django plugin reads the settings; it never connects to anything.
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL"):
        os.environ.setdefault(
            name, {"DATABASE_URL": "postgresql://lint/lint", "REDIS_URL": "redis://lint"}.get(name, "lint")
        )
    os.environ.setdefault("TRADEWIND_ENV", "test")
    for tool, *arguments in LINT:
        print(f"[lint] {tool} {' '.join(arguments)}", flush=True)
        if run(VENV / "bin" / tool, *arguments) != 0:
            failed.append(tool)
    print("[lint] " + (f"failed: {', '.join(failed)}" if failed else "all clean"), flush=True)
    return 1 if failed else 0


def pins() -> int:
    setup("demo")
    options = [
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--upgrade",
        "-q",
    ]
    compile_ = [PYTHON, "-m", "uv", "pip", "compile", "pyproject.toml", *options]
    if run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--upgrade", "uv") != 0:
        return 1
    only_uv = subprocess.run(
        [str(word) for word in [PYTHON, "-m", "uv", "pip", "compile", "-", *options, "-o", INSTALLER]],
        input="uv",
        text=True,
        check=False,
    )
    if only_uv.returncode != 0:
        return 1
    for name, extras in REQUIREMENTS.items():
        # Every file has base's resolved versions, so that the tested versions are those of production.
        same = [] if name == "base" else ["--constraint", "requirements/base.txt"]
        requested = [word for extra in extras for word in ("--extra", extra)]
        if run(*compile_, *same, *requested, "-o", f"requirements/{name}.txt") != 0:
            return 1
    return 0


def clean() -> int:
    """
    Stop the embedded servers, and delete the files created by the demo, the tests and the installation; no project
    files.
    """
    from devstack.services import Stack

    for name in ("dev", "test"):
        stack = Stack(name)
        if PYTHON.exists() and stack.dir.exists():
            run(PYTHON, "-m", "devstack.services", "stop", name)
    for folder in (Stack().dir.parent, VENV, ROOT / ".devstack", ROOT / "staticfiles", ROOT / "artifacts"):
        if folder.is_symlink():
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def test_full(rest: list[str]) -> int:
    """Run all tests with branch coverage of apps/ and ranking/; the table of files is written to artifacts/."""
    covered = ["--cov=apps", "--cov=ranking", "--cov-branch", "--cov-report="]
    failed = run(PYTHON, "-m", "pytest", *PARALLEL, *covered, *rest)
    coverage = [str(PYTHON), "-m", "coverage", "report"]
    total = subprocess.run([*coverage, "--format=total"], capture_output=True, text=True, check=False)
    if total.returncode == 0:  # otherwise the tests stopped before they wrote any data
        (ROOT / "artifacts").mkdir(exist_ok=True)
        with open(ROOT / "artifacts" / "coverage.txt", "w") as table:
            subprocess.run(coverage, stdout=table, check=False)
        print(f"[test] {total.stdout.strip()} % of apps/ and ranking/ ran, branches included: artifacts/coverage.txt")
    return failed


def esco(folder: str) -> int:
    """Import names and relations from ESCO's CSV download: for the matching (files in media/esco) and for the site."""
    tables = ROOT / "media" / "esco"
    return run(PYTHON, "scripts/build_linking.py", "--esco", folder, "--out", tables) or run(
        PYTHON, "-m", "devstack.manage", "import_skills", "--esco-csv", folder
    )


def main() -> None:
    verb, *rest = sys.argv[1:] or ["demo"]
    os.chdir(ROOT)
    programs = {
        "demo": [PYTHON, "-m", "devstack.demo", *rest],
        "manage": [PYTHON, "-m", "devstack.manage", *rest],
        "test": [PYTHON, "-m", "pytest", *(rest or [*PARALLEL, "-m", "not full"])],
    }
    if verb in ("pins", "clean"):
        raise SystemExit(pins() if verb == "pins" else clean())
    if verb not in (*programs, "setup", "lint", "docs", "esco", "test-full") or (verb == "esco" and len(rest) != 1):
        raise SystemExit(__doc__)
    setup("dev" if verb in ("test", "test-full", "lint") else "demo")
    compile_catalogues()
    if verb == "setup":
        install_commit_hook()
    if verb == "lint":
        raise SystemExit(lint())
    if verb == "docs":
        raise SystemExit(run(PYTHON, "-m", "devstack.reference"))
    if verb == "test-full":
        raise SystemExit(test_full(rest))
    if verb == "esco":
        raise SystemExit(esco(rest[0]))
    if verb in programs:
        words = [str(word) for word in programs[verb]]
        os.execv(words[0], words)


if __name__ == "__main__":
    main()
