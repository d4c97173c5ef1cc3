from django.urls import path

from apps.escrow.api import views

urlpatterns = [
    path("escrows/", views.Escrows.as_view(), name="api-escrows"),
    path("escrows/<uuid:escrow_id>/", views.OneEscrow.as_view(), name="api-escrow"),
]
