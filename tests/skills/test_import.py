import csv
import gzip
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.skills import gateways, operations, queries
from apps.skills.models import Category, ImportProgress, Skill, SkillKind, SkillLabel, SkillRelation
from ranking import skill_files
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
ESCO_COPY = Path(__file__).resolve().parents[3] / "shared" / "data" / "esco"


def test_core_is_there_in_every_interface_language():
    core = Skill.objects.filter(kind=SkillKind.CORE)
    assert core.count() >= 300
    for language in ("en", "zh-hans", "ar"):
        preferred = SkillLabel.objects.filter(skill__in=core, language=language, is_preferred=True)
        assert preferred.count() == core.count()


def test_core_file_is_sound():
    rows = skill_files.core_skills()
    slugs = [row.slug for row in rows]
    categories = {row.slug for row in gateways.categories()}
    assert len(slugs) == len(set(slugs))
    assert {row.category for row in rows} == categories
    assert {other for row in rows for other in row.related} <= {row.id for row in rows}
    esco = skill_files.esco_ids_by_label()
    assert [row.slug for row in rows if row.esco_label and row.esco_label.lower() not in esco] == []


def test_categories_have_every_text_in_every_interface_language():
    for language in ("en", "zh-hans", "ar"):
        views = queries.categories(language)
        assert len(views) == 10
        assert all(view.name and view.description and len(view.requirements) >= 3 for view in views)
        assert all(len(view.criteria) >= 3 for view in views)
    assert queries.category("translation", "ar").name == "الترجمة"


def test_ids_are_the_same_on_every_installation():
    assert str(skill_files.skill_id("react")) == str(Skill.objects.get(slug="react").id)
    assert skill_files.skill_id("react") == skill_files.skill_id("react") != skill_files.skill_id("redux")


def test_repeating_the_core_changes_nothing():
    before = (Skill.objects.count(), SkillLabel.objects.order_by("id").last().id, SkillRelation.objects.count())
    operations.import_core(now=NOON)  # the fingerprint says that it is there
    assert SkillLabel.objects.order_by("id").last().id == before[1]
    operations.import_core(now=NOON, again=True)
    assert (Skill.objects.count(), SkillLabel.objects.order_by("id").last().id) == before[:2]
    assert SkillRelation.objects.count() == before[2]
    assert Category.objects.count() == 10


def test_a_changed_label_replaces_the_old_one():
    label = SkillLabel.objects.get(skill__slug="react", language="en", is_preferred=True)
    SkillLabel.objects.filter(id=label.id).update(text="Reakt", norm="reakt")
    operations.import_core(now=NOON, again=True)
    labels = SkillLabel.objects.filter(skill__slug="react", language="en").values_list("text", flat=True)
    assert "Reakt" not in labels
    assert "React" in labels


@pytest.fixture
def small_esco(monkeypatch, tmp_path):
    """The shipped files, cut to 5,000 rows each."""
    for path in gateways.esco_paths():
        with gzip.open(path, "rt") as lines, gzip.open(tmp_path / path.name, "wt") as short:
            short.writelines(line for number, line in enumerate(lines) if number < 5_000)
    for name in ("core.yaml", "categories.yaml"):
        (tmp_path / name).write_bytes((skill_files.DATA / name).read_bytes())
    for files in (gateways, skill_files):
        monkeypatch.setattr(files, "DATA", tmp_path)


def test_esco_comes_in_with_its_hierarchy_and_a_stopped_import_goes_on(small_esco):
    class PowerCut(Exception):
        pass

    def cut(source, rows_done):
        if rows_done >= 4_000:
            raise PowerCut

    with pytest.raises(PowerCut):
        operations.import_esco(now=NOON, report=cut)
    assert ImportProgress.objects.get(source="esco").rows_done == 4_000

    reports = []
    operations.import_esco(now=NOON, report=lambda source, rows_done: reports.append(rows_done))

    assert reports[0] == 6_000
    total = 682 + 5_000 + 3_039
    assert Skill.objects.exclude(kind=SkillKind.CORE).count() == total == reports[-1]
    haskell = Skill.objects.get(esco_uri=f"{skill_files.SKILL_URI}000f1d3d-220f-4789-9c0a-cc742521fb02")
    assert haskell.kind == SkillKind.KNOWLEDGE
    assert queries.label(haskell.parent_id, "en") == "software and applications development and analysis"
    assert haskell.parent.kind == SkillKind.GROUP

    operations.import_esco(now=NOON, report=lambda *_: pytest.fail("nothing was left to do"))


def test_core_skills_hang_below_their_esco_counterpart(small_esco):
    operations.import_esco(now=NOON)
    linked = Skill.objects.filter(kind=SkillKind.CORE, parent__isnull=False)
    assert linked.count() > 10
    operations.import_core(now=NOON, again=True)
    assert linked.count() > 10, "loading the core again must not cut the links"


def test_shipped_files_hold_the_whole_classification():
    rows = list(skill_files.esco_rows())
    kinds = [row.kind for row in rows]
    assert kinds.count(SkillKind.SKILL) + kinds.count(SkillKind.KNOWLEDGE) == 14_163
    assert kinds.count(SkillKind.OCCUPATION) == 3_039
    assert len({row.id for row in rows}) == len(rows)
    assert all(row.labels[0].text.strip() for row in rows)


@pytest.mark.skipif(not ESCO_COPY.exists(), reason="no copy of ESCO beside the project")
def test_shipped_labels_agree_with_esco():
    def reference(name):
        with gzip.open(ESCO_COPY / name, "rt") as lines:
            return {row["id"]: " ".join(row["label"].split()).lower() for row in map(json.loads, lines)}

    shipped = {row.esco_uri.rsplit("/", 1)[1]: row for row in skill_files.esco_rows() if row.kind != SkillKind.GROUP}
    for name, floor, missing in (("skills_en.jsonl.gz", 0.96, 1), ("occupations_en.jsonl.gz", 0.98, 3)):
        existing = reference(name)
        assert len(existing.keys() - shipped.keys()) <= missing
        same = sum(shipped[key].labels[0].text.lower() == label for key, label in existing.items() if key in shipped)
        assert same / len(existing) >= floor


def test_official_download_adds_languages_and_relations(tmp_path):
    def write(name, header, *rows):
        with (tmp_path / name).open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([header, *rows])

    header = ["conceptType", "conceptUri", "skillType", "reuseLevel", "preferredLabel", "altLabels", "status"]
    item, two = f"{skill_files.SKILL_URI}aaaa", f"{skill_files.SKILL_URI}bbbb"
    write("skills_de.csv", header,
          ["KnowledgeSkillCompetence", item, "knowledge", "x", "Lackierung", "Anstrich\nLackieren", "released"],
          ["KnowledgeSkillCompetence", two, "skill/competence", "x", "Wände streichen", "", "released"])  # fmt: skip
    write("skillSkillRelations_en.csv",
          ["originalSkillUri", "originalSkillType", "relationType", "targetSkillType", "targetSkillUri"],
          [two, "skill", "essential", "knowledge", item],
          [two, "skill", "optional", "knowledge", "http://gone"])  # fmt: skip

    operations.import_official(folder=tmp_path, now=NOON)
    operations.import_official(folder=tmp_path, now=NOON, again=True)

    assert [skill.label for skill in queries.find_skills("lackieren", "de", 1)] == ["Lackierung"]
    assert queries.labels([skill_files.skill_id(item)], "zh-hans") == {skill_files.skill_id(item): "Lackierung"}
    assert SkillRelation.objects.get(a=skill_files.skill_id(two)).weight == 800


def test_command_names_what_is_missing(tmp_path):
    with pytest.raises(CommandError, match=r"skills_xx\.csv"):
        call_command("import_skills", core_only=True, esco_csv=tmp_path, verbosity=0)
