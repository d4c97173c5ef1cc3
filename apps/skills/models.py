from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from apps.common.ids import uuid7
from apps.skills.states import RelationKind as RelationKind
from apps.skills.states import SkillKind as SkillKind


class Skill(models.Model):
    """
    A skill or occupation of the taxonomy, referenced everywhere by id; its label depends on the reader's language.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    esco_uri = models.URLField(max_length=120, unique=True, null=True, blank=True)
    slug = models.SlugField(max_length=80, unique=True, null=True, blank=True)
    kind = models.CharField(max_length=10, choices=SkillKind)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children")
    category = models.ForeignKey("Category", null=True, blank=True, on_delete=models.SET_NULL, related_name="skills")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.slug or self.esco_uri or str(self.id)


class SkillLabel(models.Model):
    """One name of a skill in one language; searches compare `norm`."""

    id = models.BigAutoField(primary_key=True)
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="labels")
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=300)
    norm = models.CharField(max_length=300)
    is_preferred = models.BooleanField(default=False)
    source = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["skill", "language", "norm"], name="skills_skilllabel_once"),
            models.UniqueConstraint(
                fields=["skill", "language"],
                condition=models.Q(is_preferred=True),
                name="skills_skilllabel_one_preferred",
            ),
        ]
        indexes = [
            models.Index(OpClass("norm", name="text_pattern_ops"), name="skills_skilllabel_prefix"),
            GinIndex(OpClass("norm", name="gin_trgm_ops"), name="skills_skilllabel_trigram"),
        ]


class SkillRelation(models.Model):
    """`a` is related to `b`; `weight` is the similarity in thousandths."""

    id = models.BigAutoField(primary_key=True)
    a = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="relations")
    b = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=RelationKind)
    weight = models.PositiveSmallIntegerField(default=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["a", "b", "kind"], name="skills_skillrelation_once"),
            models.CheckConstraint(condition=~models.Q(a=models.F("b")), name="skills_skillrelation_two"),
        ]


class Category(models.Model):  # type: ignore[django-manager-missing]  # modeltranslation has no types
    """A category of work; its texts are stored in every interface language."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True, default="")
    requirements_template = models.TextField(blank=True, default="")
    criteria_template = models.TextField(blank=True, default="")
    milestones_template = models.TextField(blank=True, default="")
    icon = models.CharField(max_length=40, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class CategoryLabel(models.Model):
    """A name of a category in one language, for search. The names shown are those of the category itself."""

    id = models.BigAutoField(primary_key=True)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="labels")
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "language", "text"], name="skills_categorylabel_once")
        ]


class ImportProgress(models.Model):
    """The progress of an import, so that a stopped one continues and a finished one is not repeated."""

    source = models.CharField(max_length=60, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    rows_done = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
