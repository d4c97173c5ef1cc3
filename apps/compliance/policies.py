"""Whether an employer's payments can legally and technically reach a freelancer."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from apps.common.errors import Invalid
from apps.compliance import queries, rules


class CorridorClosed(Invalid):
    code = "corridor_closed"
    message = _("Payments from this employer's country cannot reach your country at present.")


class CountryNotServed(CorridorClosed):
    code = "country_not_served"
    message = _(
        "We have no reviewed payment route for one of the two countries yet, so this work could not be paid. "
        "We do not guess: you can bid as soon as the route is confirmed."
    )


class Sanctioned(CorridorClosed):
    code = "corridor_sanctioned"
    message = _("Sanctions law forbids payments between these two countries (source: %(source)s).")


class RailMissing(CorridorClosed):
    code = "corridor_rail_missing"
    message = _("No payment provider of this marketplace pays out in your country yet (source: %(source)s).")


class CorridorRestricted(CorridorClosed):
    code = "corridor_restricted"
    message = _(
        "Payments on this route are restricted and need a review that we do not offer yet (source: %(source)s)."
    )


_REFUSALS: dict[str, type[CorridorClosed]] = {
    "country_not_served": CountryNotServed,
    "no_corridor": CountryNotServed,
    "sanctioned": Sanctioned,
    "rail_missing": RailMissing,
    "restricted": CorridorRestricted,
}


def check_can_be_paid(*, payer_country: str, payee_country: str, on: date) -> rules.CorridorDecision:
    """
    The corridor's decision.

    :raises CorridorClosed: one subclass per reason, with the source of the rule.
    """
    decision = queries.corridor(payer_country=payer_country, payee_country=payee_country, on=on)
    if not decision.is_open:
        raise _REFUSALS.get(decision.reason_code, CorridorClosed)(source=decision.source or "-")
    return decision


def can_be_paid(*, payer_country: str, payee_country: str, on: date) -> bool:
    return queries.corridor(payer_country=payer_country, payee_country=payee_country, on=on).is_open
