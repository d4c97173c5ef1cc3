from modeltranslation.translator import TranslationOptions, register

from apps.skills.models import Category


@register(Category)
class CategoryTranslation(TranslationOptions):
    fields = ("name", "description", "requirements_template", "criteria_template", "milestones_template")
    required_languages = ("en",)
