from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Reader(AbstractUser):
    """Who is logged in. The database has no `auth_user`: the product has users of its own."""

    class Meta:
        db_table = "plain_reader"


class Employer(models.Model):
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)

    class Meta:
        db_table = "plain_employer"


class Category(models.Model):
    name = models.CharField(max_length=120)

    class Meta:
        db_table = "plain_category"


class Skill(models.Model):
    label = models.CharField(max_length=200)

    class Meta:
        db_table = "plain_skill"


class Task(models.Model):
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    skills = models.ManyToManyField(Skill, db_table="plain_task_skills")
    title = models.CharField(max_length=140)
    goal = models.TextField()
    requirements = models.TextField()
    language = models.CharField(max_length=10)
    budget_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_open = models.BooleanField(default=True)
    published_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        db_table = "plain_task"
        ordering = ["-published_at", "-id"]
        indexes = [models.Index(fields=["-published_at", "-id"], condition=models.Q(is_open=True), name="plain_open")]

    @property
    def budget(self) -> float:
        return self.budget_minor / 100
