from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView

from apps.accounts.views import staff
from apps.common.api.views import SchemaView
from apps.common.views import set_language
from marketplace import health

Patterns = list[URLPattern | URLResolver]


PAGES: Patterns = [
    path("", include("apps.accounts.urls")),
    path("", include("apps.assurance.urls")),
    path("money/", include("apps.banking.urls")),
    path("", include("apps.bidding.urls")),
    path("", include("apps.contracts.urls")),
    path("", include("apps.dashboard.urls")),
    path("", include("apps.disputes.urls")),
    path("money/", include("apps.escrow.urls")),
    path("money/", include("apps.invoicing.urls")),
    path("", include("apps.choosing.urls")),
    path("", include("apps.frameworks.urls")),
    path("", include("apps.legal.urls")),
    path("", include("apps.matching.urls")),
    path("", include("apps.messaging.urls")),
    path("", include("apps.moderation.urls")),
    path("", include("apps.notifications.urls")),
    path("money/", include("apps.payments.urls")),
    path("money/", include("apps.payouts.urls")),
    path("", include("apps.privacy.urls")),
    path("", include("apps.quality.urls")),
    path("", include("apps.reviews.urls")),
    path("", include("apps.saved.urls")),
    path("skills/", include("apps.skills.urls")),
    path("spending/", include("apps.spending.urls")),
    path("tasks/", include("apps.tasks.urls")),
    path("money/", include("apps.treasury.urls")),
]
"""Each app has its own URLs; those about money share a prefix."""
if "demo" in settings.AREAS:
    PAGES.append(path("", include("apps.demo.urls")))

# One login for the site and the Django admin: the admin has no second login page without rate limits and second factor.
admin.site.login = staff.admin_login  # type: ignore[method-assign]
admin.site.has_permission = staff.may_administer  # type: ignore[method-assign]

urlpatterns: Patterns = [
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("robots.txt", health.robots),
    # answered by marketplace.health.HealthMiddleware first; listed here so that URL lists include them
    *(path(address.lstrip("/"), page) for address, page in health.PAGES.items()),
    path("i18n/setlang/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("marketplace.api_urls")),
    path("api/schema/", SchemaView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("webhooks/", include("apps.gateways.urls")),
    *i18n_patterns(path("accounts/", include("allauth.urls")), *PAGES, prefix_default_language=True),
]
handler400 = "apps.common.views.bad_request"
handler403 = "apps.common.views.permission_denied"
handler404 = "apps.common.views.page_not_found"
handler429 = "apps.accounts.views.own_settings.too_many_requests"
handler500 = "apps.common.views.server_error"
