from django.urls import path

from apps.accounts.rules import Side
from apps.frameworks import views

app_name = "frameworks"
urlpatterns = [
    path("frameworks/", views.framework_list, name="list"),
    path("frameworks/hire/<slug:handle>/", views.propose, {"side": Side.EMPLOYER}, name="propose-to-freelancer"),
    path("frameworks/work-for/<slug:handle>/", views.propose, {"side": Side.FREELANCER}, name="propose-to-employer"),
    path("frameworks/<uuid:framework_id>/", views.detail, name="detail"),
    path("frameworks/<uuid:framework_id>/framework.pdf", views.document, name="document"),
    path("frameworks/<uuid:framework_id>/counter/", views.counter, name="counter"),
    path("frameworks/<uuid:framework_id>/<slug:verb>/", views.answer, name="answer"),
]
