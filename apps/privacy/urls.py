from django.urls import path

from apps.privacy import views

app_name = "privacy"
urlpatterns = [
    path("account-data/", views.overview, name="overview"),
    path("account-data/copy/", views.request_export, name="request_export"),
    path("account-data/copy/<uuid:export_id>/", views.download, name="download"),
    path("account-data/copy/<uuid:export_id>/files/<int:number>/", views.download_files, name="download_files"),
    path("account-data/close/", views.close, name="close"),
    path("account-data/keep/", views.keep, name="keep"),
]
