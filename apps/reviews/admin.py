"""Published reviews. Staff cannot see sealed ones."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.common.admin import ReadOnlyAdmin
from apps.reviews.models import Review


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ("published_at", "author", "subject", "quality", "communication", "skill")
    search_fields = ("author__display_name", "subject__display_name", "text")
    list_select_related = ("author", "subject")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        reviews: QuerySet[Review] = super().get_queryset(request)
        return reviews.filter(published_at__isnull=False)
