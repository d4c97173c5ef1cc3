from django.urls import path

from apps.quality import views

app_name = "quality"
urlpatterns = [
    path("staff/quality/", views.queue, name="queue"),
    path("staff/quality/<uuid:sample_id>/", views.sample, name="sample"),
    path("transparency/quality/", views.draws, name="draws"),
]
