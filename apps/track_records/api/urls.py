from django.urls import path

from apps.track_records.api import views

urlpatterns = [path("people/<slug:handle>/record/", views.PersonRecord.as_view(), name="api-person-record")]
