from django.contrib import admin
from django.http import HttpRequest
from modeltranslation.admin import TabbedTranslationAdmin
from unfold.admin import ModelAdmin, TabularInline

from apps.skills.models import Category, Skill, SkillLabel


@admin.register(Category)
class CategoryAdmin(ModelAdmin, TabbedTranslationAdmin):  # type: ignore[misc, type-arg]
    list_display = ["name", "slug", "position", "is_active"]
    list_editable = ["position", "is_active"]


class SkillLabelInline(TabularInline):  # type: ignore[misc]
    model = SkillLabel
    fields = ["language", "text", "is_preferred", "source"]
    readonly_fields = ["source"]
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Skill)
class SkillAdmin(ModelAdmin):  # type: ignore[misc]
    """Labels come from files; staff can only deactivate skills and move them between categories."""

    list_display = ["__str__", "kind", "slug", "category", "is_active"]
    list_filter = ["kind", "is_active", "category"]
    search_fields = ["slug", "labels__norm"]
    readonly_fields = ["id", "kind", "esco_uri", "slug"]
    autocomplete_fields = ["parent"]
    inlines = [SkillLabelInline]
    list_select_related = ["category"]
