from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"apps.{area}.api.urls"))
    for area in settings.AREAS
    if apps.is_installed(f"apps.{area}") and find_spec(f"apps.{area}.api") and find_spec(f"apps.{area}.api.urls")
]
