from django.urls import path

from apps.accounts.views import organizations, own_profile, own_settings, people, people_search, pictures, staff

app_name = "accounts"
urlpatterns = [
    path("welcome/", own_settings.welcome, name="welcome"),
    path("people/", people_search.people, name="people"),
    path("people/<slug:handle>/", people.profile, name="profile"),
    path("portfolio/<uuid:item_id>/picture/", people.portfolio_picture, name="portfolio_picture"),
    path("settings/", own_settings.settings, name="settings"),
    path("settings/profile/", own_profile.edit_profile, name="edit_profile"),
    path("settings/profile/skills/", own_profile.edit_skills, name="edit_skills"),
    path("settings/profile/languages/", own_profile.edit_languages, name="edit_languages"),
    path("settings/profile/portfolio/", own_profile.add_portfolio_item, name="add_portfolio_item"),
    path("portfolio/<uuid:item_id>/remove/", own_profile.remove_portfolio_item, name="remove_portfolio_item"),
    path("settings/picture/", pictures.own_picture, name="picture"),
    path("settings/picture/remove/", pictures.remove_picture, name="remove_picture"),
    path("pictures/<str:digest>/", pictures.hidden_picture, name="hidden_picture"),
    path("pictures/<str:digest>/report/", pictures.report_picture, name="report_picture"),
    path("settings/keys/", own_settings.tokens, name="tokens"),
    path("settings/keys/<uuid:token_id>/revoke/", own_settings.revoke_token, name="revoke_token"),
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations/new/", organizations.create_organization, name="create_organization"),
    path("organizations/switch/", organizations.switch, name="switch"),
    path("organizations/<uuid:organization_id>/", organizations.organization, name="organization"),
    path("organizations/<uuid:organization_id>/edit/", organizations.edit_organization, name="edit_organization"),
    path("organizations/<uuid:organization_id>/invite/", organizations.invite, name="invite"),
    path("staff/countries/", staff.country_checks, name="country_checks"),
    path("staff/countries/<uuid:organization_id>/", staff.clear_country, name="clear_country"),
    path("members/<uuid:membership_id>/role/", organizations.change_role, name="change_role"),
    path("members/<uuid:membership_id>/remove/", organizations.remove_member, name="remove_member"),
    path("invitations/<uuid:invitation_id>/revoke/", organizations.revoke_invitation, name="revoke_invitation"),
    path("invitations/accept/<str:token>/", organizations.accept_invitation, name="accept_invitation"),
]
