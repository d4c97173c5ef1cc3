from apps.accounts.views.organizations import (
    accept_invitation,
    change_role,
    create_organization,
    edit_organization,
    invite,
    organization,
    organizations,
    remove_member,
    revoke_invitation,
    switch,
)
from apps.accounts.views.own_profile import (
    add_portfolio_item,
    edit_languages,
    edit_profile,
    edit_skills,
    remove_portfolio_item,
)
from apps.accounts.views.own_settings import revoke_token, settings, tokens, too_many_requests, welcome
from apps.accounts.views.people import people, portfolio_picture, profile
from apps.accounts.views.staff import clear_country, country_checks

__all__ = [
    "accept_invitation",
    "add_portfolio_item",
    "change_role",
    "clear_country",
    "country_checks",
    "create_organization",
    "edit_languages",
    "edit_organization",
    "edit_profile",
    "edit_skills",
    "invite",
    "organization",
    "organizations",
    "people",
    "portfolio_picture",
    "profile",
    "remove_member",
    "remove_portfolio_item",
    "revoke_invitation",
    "revoke_token",
    "settings",
    "switch",
    "tokens",
    "too_many_requests",
    "welcome",
]
