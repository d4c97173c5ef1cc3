from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView

from apps.accounts.views import staff
from apps.common.api.views import SchemaView
from marketplace import health

Patterns = list[URLPattern | URLResolver]


def _rooms(room: str, prefix: str = "") -> Patterns:
    """Each area brings its own `room` of addresses; an area without one brings none."""
    return [
        path(prefix, include(f"apps.{area}.{room}"))
        for area in settings.AREAS
        if apps.is_installed(f"apps.{area}") and find_spec(f"apps.{area}.{room}")
    ]


def _hooks() -> Patterns:
    """Addresses that machines call: outside the languages' prefixes."""
    if apps.is_installed("apps.payments") and find_spec("apps.payments.hooks"):
        return list(import_module("apps.payments.hooks").urlpatterns)
    return []


# One login for site and administration: no second door without its limits and its second factor.
admin.site.login = staff.admin_login  # type: ignore[method-assign]
admin.site.has_permission = staff.may_administer  # type: ignore[method-assign]

urlpatterns: Patterns = [
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("robots.txt", health.robots),
    # answered by marketplace.health.HealthMiddleware before they come here; named, so that lists of addresses have them
    *(path(address.lstrip("/"), page) for address, page in health.PAGES.items()),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("marketplace.api_urls")),
    path("api/schema/", SchemaView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    *_hooks(),
    *i18n_patterns(path("accounts/", include("allauth.urls")), *_rooms("urls"), prefix_default_language=True),
]
handler400 = "apps.common.views.bad_request"
handler403 = "apps.common.views.permission_denied"
handler404 = "apps.common.views.page_not_found"
handler429 = "apps.accounts.views.own_settings.too_many_requests"
handler500 = "apps.common.views.server_error"
