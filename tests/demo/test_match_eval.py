import gzip
import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.demo import make_tracks
from tests.demo.measures import measured

TRACKS = Path(__file__).resolve().parent / "tracks"


def run(source, runs, *tracks):
    string_io = StringIO()
    call_command("match_eval", "--in", source, "--out", runs, *[f"--track={track}" for track in tracks],
                 stdout=string_io, verbosity=0)  # fmt: skip
    return json.loads(string_io.getvalue().splitlines()[-1])


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return folder, run(TRACKS, folder)


# What a random order reaches is below .05 on both; the floors lie a little under what the code reaches today.
@pytest.mark.parametrize(("track", "floor", "how"), [("history", 0.50, "history"), ("skills", 0.70, "skills")])
def test_the_synthetic_tracks_are_ranked_well(runs, track, floor, how):
    folder, summary = runs

    gained, recalled = measured(folder / f"{track}.jsonl", json.loads((TRACKS / track / "answers.json").read_text()))

    assert summary["tracks"][track]["how"] == how
    assert gained >= floor, f"nDCG@10 is {gained:.4f}"
    assert recalled >= 0.75, f"recall@50 is {recalled:.4f}"


def test_every_task_has_a_line_and_nobody_stands_in_it_twice(runs):
    folder, summary = runs
    for track in ("history", "skills"):
        people = gzip.decompress((TRACKS / track / "freelancers.jsonl.gz").read_bytes()).decode()
        ids = {json.loads(line)["id"] for line in people.splitlines()}
        written = lines(folder / f"{track}.jsonl")
        assert len(written) == summary["tracks"][track]["tasks"]
        for row in written:
            assert len(set(row["ranking"])) == len(row["ranking"]) <= 1000
            assert set(row["ranking"]) <= ids


def test_the_shipped_tracks_are_what_the_script_makes():
    for name, (files, answers) in {"history": make_tracks.history(), "skills": make_tracks.skills()}.items():
        for file, rows in files.items():
            kept = gzip.decompress((TRACKS / name / f"{file}.jsonl.gz").read_bytes())
            assert kept == gzip.decompress(make_tracks.packed(rows)), f"{name}/{file}"
        assert json.loads((TRACKS / name / "answers.json").read_text()) == answers


def test_what_happens_after_the_tasks_changes_nothing(tmp_path, runs):
    """Work and past tasks later than every task are added: the rankings stay the same."""
    shutil.copytree(TRACKS / "history", tmp_path / "in" / "later")
    files, _ = make_tracks.history()
    late = 10_000
    files["past_tasks"].append(
        {"id": "late", "t": late, "skills": ["tag0-0"], "title": "w0x0", "text": "", "lang": "en"}
    )
    for person in files["freelancers"][:40]:
        person["history"].append({"task": "late", "score": 9, "accepted": 1, "t": late})
    for name, rows in files.items():
        make_tracks.write(tmp_path / "in" / "later" / f"{name}.jsonl.gz", rows)
    before_all = {row["t"] for row in files["tasks"]}
    assert max(before_all) < late

    run(tmp_path / "in", tmp_path / "out")

    # Tasks and history now overlap in time, so that the index is made at four moments: the first is the old one.
    old = {row["task"]: row["ranking"] for row in lines(runs[0] / "history.jsonl")}
    new = {row["task"]: row["ranking"] for row in lines(tmp_path / "out" / "later.jsonl")}
    first = sorted(old, key=lambda task: int(task[1:]))[:25]
    assert [new[task] for task in first] == [old[task] for task in first]


def test_own_language_is_left_out_where_the_track_says_so(tmp_path):
    files, _ = make_tracks.skills()
    for name, rows in files.items():
        make_tracks.write(tmp_path / "in" / "across" / f"{name}.jsonl.gz", rows)
    (tmp_path / "in" / "across" / "meta.json").write_text('{"exclude_same_language": true}')

    run(tmp_path / "in", tmp_path / "out")

    spoken = {row["id"]: row["lang"] for row in files["freelancers"]}
    query = {row["id"]: row["lang"] for row in files["tasks"]}
    for row in lines(tmp_path / "out" / "across.jsonl"):
        assert row["ranking"]
        assert query[row["task"]] not in {spoken[item] for item in row["ranking"]}


def test_titles_in_other_languages_find_the_same_trade(tmp_path):
    people = {"nurse": ("en", "registered nurse"), "pflege": ("de", "Krankenpfleger"), "cook": ("en", "cook"),
              "lawyer": ("fr", "avocat"), "smith": ("sv", "smed")}  # fmt: skip
    make_tracks.write(
        tmp_path / "in" / "any name" / "freelancers.jsonl.gz",
        [{"id": key, "lang": lang, "title": title, "skills": {}} for key, (lang, title) in people.items()],
    )
    make_tracks.write(
        tmp_path / "in" / "any name" / "tasks.jsonl.gz", [{"id": "1", "lang": "es", "title": "enfermera", "skills": []}]
    )

    summary = run(tmp_path / "in", tmp_path / "out")

    assert summary["tracks"]["any name"]["how"] == "titles"
    [row] = lines(tmp_path / "out" / "any name.jsonl")
    assert set(row["ranking"][:2]) == {"nurse", "pflege"}


def damaged(folder, name, content):
    shutil.copytree(TRACKS / "skills", folder / "bad")
    path = folder / "bad" / name
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("freelancers.jsonl.gz", None, "freelancers.jsonl.gz is missing"),
        ("freelancers.jsonl.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("freelancers.jsonl.gz", b"no gzip at all", "cannot be read"),
        ("tasks.jsonl.gz", gzip.compress(b'{"id": "1"}\n{"id": ', mtime=0), "line 2"),
        ("tasks.jsonl.gz", gzip.compress(b'["id"]\n', mtime=0), "line 1: not an object with an id"),
        ("tasks.jsonl.gz", gzip.compress(b'{"id": "1"}\n{"id": "1"}\n', mtime=0), "an id occurs twice"),
        ("tasks.jsonl.gz", gzip.compress(b'{"id": "1", "t": "soon"}\n', mtime=0), "is not as described"),
        ("tasks.jsonl.gz", gzip.compress(b'{"id": "1", "title": 7}\n', mtime=0), "is not as described"),
        ("meta.json", b"[]", "meta.json is not an object"),
        ("meta.json", b"{", "meta.json cannot be read"),
    ],
)  # fmt: skip
def test_a_damaged_track_is_refused_with_a_sentence(tmp_path, name, content, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(damaged(tmp_path, name, content), tmp_path / "out")


def test_a_folder_without_tracks_is_refused(tmp_path):
    with pytest.raises(CommandError, match="holds no folder with a tasks"):
        run(tmp_path, tmp_path / "out")
    with pytest.raises(CommandError, match="is not a folder"):
        run(tmp_path / "nowhere", tmp_path / "out")
    with pytest.raises(CommandError, match="there is no track other"):
        run(TRACKS, tmp_path / "out", "other")
