"""The commit-msg hook holds messages to CONTRIBUTING.md, and `go.py setup` installs it."""

import importlib.util
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
HOOK = ROOT / ".githooks" / "commit-msg"
GOOD = "escrow: refuse a second release\n\nTwo clicks released twice.\n"


def load(path: Path, name: str):
    loader = SourceFileLoader(name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


hook = load(HOOK, "commit_message_hook")


@pytest.mark.parametrize(
    "message",
    [
        GOOD,
        "docs, ci: describe how to join\n\nNewcomers asked.\n\nSigned-off-by: A <a@example.org>\n",
        "# a comment\nbooks: check the chain\n\nWhy.\n# ------------------------ >8 ------------------------\ndiff",
        "Merge branch 'x'\n",
        'Revert "escrow: x"\n',
        "fixup! escrow: x\n",
        f"area: {'x' * 66}\n\nWhy.\n",
    ],
)
def test_a_good_message_is_taken(message):
    assert hook.problems(message) == []


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", "empty"),
        ("# only a comment\n", "empty"),
        ("Refuse a second release\n\nWhy.\n", "area: imperative subject"),
        ("Escrow: refuse\n\nWhy.\n", "area: imperative subject"),
        ("escrow:refuse\n\nWhy.\n", "area: imperative subject"),
        (f"area: {'x' * 67}\n\nWhy.\n", "73 characters"),
        ("escrow: added a check\n\nWhy.\n", "not imperative"),
        ("escrow: fixes a race\n\nWhy.\n", "not imperative"),
        ("escrow: refuse a second release.\n\nWhy.\n", "full stop"),
        ("escrow: refuse a second release\n", "Say why"),
        ("escrow: refuse a second release\n\n# a comment\n", "Say why"),
        ("escrow: refuse a second release\n\nSigned-off-by: A <a@example.org>\n", "Say why"),
        ("escrow: refuse a second release\nbecause\n", "second line"),
    ],
)
def test_another_message_is_refused_with_its_reason(message, reason):
    assert reason in " ".join(hook.problems(message))


def git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    options = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *options, *words], cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.fixture
def checkout(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / ".githooks").mkdir()
    (tmp_path / ".githooks" / "commit-msg").write_bytes(HOOK.read_bytes())
    (tmp_path / ".githooks" / "commit-msg").chmod(0o755)
    return tmp_path


@pytest.fixture
def go(monkeypatch, checkout):
    monkeypatch.syspath_prepend(str(ROOT))
    module = load(ROOT / "go.py", "go_script")
    monkeypatch.setattr(module, "ROOT", checkout)
    return module


def test_git_refuses_and_takes_as_the_hook_says(go, checkout):
    go.install_commit_hook()
    refused = git(checkout, "commit", "-q", "--allow-empty", "-m", "Some change")
    assert refused.returncode != 0
    assert "commit-msg: The subject must be" in refused.stderr
    assert git(checkout, "commit", "-q", "--allow-empty", "-m", GOOD).returncode == 0


def test_hooks_that_somebody_chose_stay(go, checkout, capsys):
    git(checkout, "config", "core.hooksPath", "mine")
    go.install_commit_hook()
    assert not (checkout / ".git" / "hooks" / "commit-msg").exists()
    assert "not installed" in capsys.readouterr().out


def test_a_hook_that_somebody_wrote_stays(go, checkout, capsys):
    hook = checkout / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("mine")
    go.install_commit_hook()
    assert hook.read_text() == "mine"
    assert "not installed" in capsys.readouterr().out


def test_installing_twice_changes_nothing(go, checkout):
    go.install_commit_hook()
    go.install_commit_hook()
    assert (checkout / ".git" / "hooks" / "commit-msg").resolve() == checkout / ".githooks" / "commit-msg"


def test_a_folder_without_git_gets_none(go, tmp_path, monkeypatch):
    empty = tmp_path / "unpacked"
    empty.mkdir()
    monkeypatch.setattr(go, "ROOT", empty)
    go.install_commit_hook()
    assert list(empty.iterdir()) == []


def test_the_hook_runs_on_its_own(tmp_path):
    (tmp_path / "message").write_text("Some change\n")
    done = subprocess.run([sys.executable, HOOK, tmp_path / "message"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
