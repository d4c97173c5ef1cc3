from django.urls import path

from apps.accounts.api import views

urlpatterns = [
    path("me/", views.Me.as_view(), name="api-me"),
    path("people/", views.People.as_view(), name="api-people"),
    path("people/<slug:handle>/", views.Person.as_view(), name="api-person"),
    path("organizations/", views.Organizations.as_view(), name="api-organizations"),
    path("organizations/<uuid:organization_id>/act-for/", views.OrganizationSwitch.as_view(), name="api-act-for"),
    path("organizations/<uuid:organization_id>/profile/", views.OrganizationProfile.as_view(), name="api-profile"),
    path("organizations/<uuid:organization_id>/picture/", views.OrganizationPicture.as_view(), name="api-picture"),
    path("organizations/<uuid:organization_id>/members/", views.Members.as_view(), name="api-members"),
    path("organizations/<uuid:organization_id>/invitations/", views.Invitations.as_view(), name="api-invitations"),
    path("members/<uuid:membership_id>/", views.Member.as_view(), name="api-member"),
]
