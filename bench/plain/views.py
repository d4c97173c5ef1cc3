from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.views.generic import DetailView, ListView
from rest_framework import generics, pagination, serializers

from bench.plain.models import Task


def open_tasks() -> QuerySet[Task]:
    return Task.objects.filter(is_open=True).select_related("employer", "category").prefetch_related("skills")


class TaskList(ListView):
    template_name = "task_list.html"

    def get_queryset(self) -> QuerySet[Task]:
        return open_tasks()[:20]


class TaskDetail(DetailView):
    template_name = "task_detail.html"

    def get_queryset(self) -> QuerySet[Task]:
        return open_tasks()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        same = open_tasks().filter(category=self.object.category).exclude(id=self.object.id)
        return super().get_context_data(**kwargs) | {"similar": same[:3]}


class TaskSerializer(serializers.ModelSerializer):
    employer = serializers.CharField(source="employer.name")
    category = serializers.CharField(source="category.name")
    skills = serializers.SlugRelatedField(slug_field="label", many=True, read_only=True)

    class Meta:
        model = Task
        fields = [
            "id", "title", "goal", "requirements", "language", "budget_minor", "currency", "published_at", "closes_at",
            "employer", "category", "skills",
        ]  # fmt: skip


class Newest(pagination.CursorPagination):
    ordering = ("-published_at", "-id")
    page_size = 20


class TaskApiList(generics.ListAPIView):
    serializer_class = TaskSerializer
    pagination_class = Newest

    def get_queryset(self) -> QuerySet[Task]:
        return open_tasks()


class TaskApiDetail(generics.RetrieveAPIView):
    serializer_class = TaskSerializer

    def get_queryset(self) -> QuerySet[Task]:
        return open_tasks()
