from django.urls import path

from apps.quality.api import views

urlpatterns = [
    path("quality/draws/", views.Draws.as_view(), name="api-quality-draws"),
    path("quality/draws/<uuid:draw_id>/", views.OneDraw.as_view(), name="api-quality-draw"),
    path("quality/samples/", views.Samples.as_view(), name="api-quality-samples"),
    path("quality/samples/<uuid:sample_id>/judge/", views.Judge.as_view(), name="api-quality-judge"),
]
