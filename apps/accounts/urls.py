from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("welcome/", views.welcome, name="welcome"),
    path("people/", views.people, name="people"),
    path("people/<slug:handle>/", views.profile, name="profile"),
    path("portfolio/<uuid:item_id>/picture/", views.portfolio_picture, name="portfolio_picture"),
    path("settings/", views.settings, name="settings"),
    path("settings/profile/", views.edit_profile, name="edit_profile"),
    path("settings/profile/skills/", views.edit_skills, name="edit_skills"),
    path("settings/profile/languages/", views.edit_languages, name="edit_languages"),
    path("settings/profile/portfolio/", views.add_portfolio_item, name="add_portfolio_item"),
    path("portfolio/<uuid:item_id>/remove/", views.remove_portfolio_item, name="remove_portfolio_item"),
    path("settings/keys/", views.tokens, name="tokens"),
    path("settings/keys/<uuid:token_id>/revoke/", views.revoke_token, name="revoke_token"),
    path("organizations/", views.organizations, name="organizations"),
    path("organizations/new/", views.create_organization, name="create_organization"),
    path("organizations/switch/", views.switch, name="switch"),
    path("organizations/<uuid:organization_id>/", views.organization, name="organization"),
    path("organizations/<uuid:organization_id>/edit/", views.edit_organization, name="edit_organization"),
    path("organizations/<uuid:organization_id>/invite/", views.invite, name="invite"),
    path("staff/countries/", views.country_checks, name="country_checks"),
    path("staff/countries/<uuid:organization_id>/", views.clear_country, name="clear_country"),
    path("members/<uuid:membership_id>/role/", views.change_role, name="change_role"),
    path("members/<uuid:membership_id>/remove/", views.remove_member, name="remove_member"),
    path("invitations/<uuid:invitation_id>/revoke/", views.revoke_invitation, name="revoke_invitation"),
    path("invitations/accept/<str:token>/", views.accept_invitation, name="accept_invitation"),
]
