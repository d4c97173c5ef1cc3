from django.urls import path

from apps.reviews.api import views

urlpatterns = [
    path("organizations/<uuid:organization_id>/reviews/", views.OfOrganization.as_view(), name="api-reviews"),
    path("organizations/<uuid:organization_id>/rating/", views.RatingOf.as_view(), name="api-rating"),
    path("contracts/<uuid:contract_id>/reviews/", views.OfContract.as_view(), name="api-contract-reviews"),
    path("reviews/<uuid:review_id>/reply/", views.Reply.as_view(), name="api-review-reply"),
]
