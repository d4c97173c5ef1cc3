from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("apps.accounts.api.urls")),
    path("", include("apps.assurance.api.urls")),
    path("", include("apps.bidding.api.urls")),
    path("", include("apps.contracts.api.urls")),
    path("", include("apps.dashboard.api.urls")),
    path("", include("apps.disputes.api.urls")),
    path("", include("apps.escrow.api.urls")),
    path("", include("apps.files.api.urls")),
    path("", include("apps.invoicing.api.urls")),
    path("", include("apps.matching.api.urls")),
    path("", include("apps.messaging.api.urls")),
    path("", include("apps.moderation.api.urls")),
    path("", include("apps.notifications.api.urls")),
    path("", include("apps.payments.api.urls")),
    path("", include("apps.payouts.api.urls")),
    path("", include("apps.reviews.api.urls")),
    path("", include("apps.skills.api.urls")),
    path("", include("apps.spending.api.urls")),
    path("", include("apps.tasks.api.urls")),
    path("", include("apps.treasury.api.urls")),
]
