from django.urls import path

from apps.reviews import views

app_name = "reviews"
urlpatterns = [
    path("reviews/", views.mine, name="list"),
    path("reviews/of/<uuid:organization_id>/", views.of_organization, name="of_organization"),
    path("contracts/<uuid:contract_id>/review/", views.review, name="new"),
    path("reviews/<uuid:review_id>/reply/", views.reply, name="reply"),
]
