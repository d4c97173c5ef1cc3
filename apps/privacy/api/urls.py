from django.urls import path

from apps.privacy.api import views

urlpatterns = [path("account-data/", views.AccountData.as_view(), name="api-account-data")]
