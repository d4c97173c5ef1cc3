"""
Tasks in the staff admin. Drafts are visible only to their author, and a take-down goes through the moderation queue.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.common.admin import ReadOnlyAdmin
from apps.tasks.models import Task
from apps.tasks.states import TaskStatus


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ("title", "employer", "status", "category", "source_language", "published_at", "hidden_at")
    list_filter = ("status", "category", "source_language", "visibility", "bid_window")
    search_fields = ("title", "employer__display_name")
    list_select_related = ("employer", "category")
    exclude = ("search_vector",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        tasks: QuerySet[Task] = super().get_queryset(request)
        return tasks.exclude(status=TaskStatus.DRAFT)
