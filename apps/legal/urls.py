from django.urls import path

from apps.legal import views

app_name = "legal"
urlpatterns = [
    path("legal/accept/", views.accept, name="accept"),
    path("legal/<slug:kind>/", views.current, name="current"),
    path("legal/<slug:kind>/<int:number>/", views.version, name="version"),
    path("staff/legal/", views.publications, name="publications"),
    path("staff/legal/<slug:kind>/", views.publish, name="publish"),
]
