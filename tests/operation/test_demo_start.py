"""A second start of the demo skips what is prepared, and prepares again what is not."""

import os

import pytest

from devstack import preparation
from devstack.phases import Phases
from devstack.preparation import Preparation


@pytest.fixture
def program(tmp_path, monkeypatch):
    """A small program, its cluster and its processor's database."""
    for name in (
        "requirements/demo.txt",
        "apps/tasks/models.py",
        "apps/demo/seeding/tasks.yaml",
        "cluster",
        "processor",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(preparation, "REPO", tmp_path)
    return tmp_path


@pytest.fixture
def done(program):
    item = Preparation(program / "prepared", program / "cluster", program / "processor")
    assert not item.is_done()
    item.mark_done()
    assert item.is_done()
    return item


def test_what_is_prepared_stays_so(done):
    assert done.is_done()


@pytest.mark.parametrize("name", ["requirements/demo.txt", "apps/tasks/models.py", "apps/demo/seeding/tasks.yaml"])
def test_a_change_of_program_data_or_packages_prepares_again(done, program, name):
    (program / name).write_text("changed")
    assert not done.is_done()


def test_a_new_migration_prepares_again(done, program):
    (program / "apps" / "tasks" / "new.py").write_text("")
    assert not done.is_done()


def test_a_template_does_not(done, program):
    (program / "apps" / "tasks" / "page.html").write_text("")
    assert done.is_done()


def test_a_new_cluster_prepares_again(done, program):
    before = (program / "cluster").stat()
    (program / "newer").write_text("cluster")
    (program / "newer").rename(program / "cluster")
    os.utime(program / "cluster", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not done.is_done()


def test_a_lost_database_of_the_processor_prepares_again(done, program):
    (program / "processor").unlink()
    assert not done.is_done()


def test_a_phase_says_what_it_took(capsys):
    phases = Phases("demo")
    sum(range(20_000_000))
    phases.end("counted")
    phases.end("rested")
    counted, rested = capsys.readouterr().out.splitlines()
    assert counted.startswith("[demo] counted (")
    assert float(counted.split(", ")[1].split()[0]) > 0.0
    assert rested.endswith("0.0 s of CPU)")
