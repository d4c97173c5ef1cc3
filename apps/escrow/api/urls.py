from django.urls import path

from apps.escrow.api import views

urlpatterns = [
    path("escrows/", views.Escrows.as_view(), name="api-escrows"),
    path("escrows/<uuid:escrow_id>/", views.OneEscrow.as_view(), name="api-escrow"),
    path("releases/<uuid:release_id>/goodwill/", views.Goodwills.as_view(), name="api-goodwill"),
]
