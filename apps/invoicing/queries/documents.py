"""Documents as their two parties see them, and the data for new ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from babel.numbers import get_territory_currencies
from django.conf import settings
from django.db.models import Count, F, Max, Q, QuerySet

from apps.accounts import policies as accounts
from apps.accounts.models import Organization
from apps.common.actors import Actor
from apps.common.errors import DomainError, NotFound
from apps.common.money import Money
from apps.invoicing.formats.contents import Party
from apps.invoicing.models import BillingDetails, Document, ElectronicCopy, SelfBillingChoice, Series
from apps.payments.queries import charges
from apps.pricing.queries import rates

_BUSINESSES = {"agency", "company", "institution"}


# -- documents


def documents_of(organization_id: UUID) -> QuerySet[Document]:
    """Documents received by, or issued in the name of, an organization; newest first."""
    mine = Document.objects.filter(Q(recipient_id=organization_id) | Q(issuer_id=organization_id))
    return mine.select_related("issuer", "recipient").order_by("-issued_at", "-id")


def filtered(documents: QuerySet[Document], *, year: int | None, kind: str) -> QuerySet[Document]:
    if year is not None:
        documents = documents.filter(series__year=year)
    return documents.filter(kind=kind) if kind else documents


def years_of(organization_id: UUID) -> list[int]:
    """Return the years that have documents, newest first."""
    distinct = documents_of(organization_id).order_by().values_list("series__year", flat=True).distinct()
    return sorted(distinct, reverse=True)


def document_visible_to(actor: Actor, document_id: UUID) -> Document:
    """:raises NotFound: if the document does not exist or the actor may not see it."""
    documents = Document.objects.select_related("issuer", "recipient", "corrects", "electronic_copy")
    document = documents.filter(id=document_id).first()
    if document is None:
        raise NotFound
    sees = any(accounts.can_act_for(actor, side, "view") for side in (document.recipient_id, document.issuer_id))
    if not (sees or actor.is_staff):
        raise NotFound
    return document


def document_of_source(source_key: str) -> Document | None:
    return Document.objects.filter(source_key=source_key).first()


def credited(document: Document) -> Money:
    """Return the amount of an invoice that was credited so far, including tax."""
    notes = document.corrections.all()
    return Money.total((note.total for note in notes), document.currency)


def credited_tax(document: Document) -> Money:
    return Money.total((note.tax for note in document.corrections.all()), document.currency)


def series_for_update(*, issuer: Organization | None, letters: str, year: int, prefix: Callable[[], str]) -> Series:
    """Return the series with a lock held until the document is committed; creates it if it does not exist."""
    if not Series.objects.filter(issuer=issuer, letters=letters, year=year).exists():
        begun = Series(issuer=issuer, letters=letters, year=year, prefix=prefix())
        Series.objects.bulk_create([begun], ignore_conflicts=True)
    return Series.objects.select_for_update(of=("self",)).get(issuer=issuer, letters=letters, year=year)


def named_series(issuer: Organization) -> Series | None:
    """Return the issuer's first series whose prefix identifies the issuer; see `totals.issuer_code`."""
    made_up = r"^MEMBER(-[0-9A-F]{6})?-[A-Z]+$"
    return Series.objects.filter(issuer=issuer).exclude(prefix__regex=made_up).order_by("id").first()


def is_prefix_of_another(prefix: str, issuer: Organization) -> bool:
    return Series.objects.filter(prefix=prefix).exclude(issuer=issuer).exists()


def document_to_copy(document_id: UUID) -> Document:
    return Document.objects.select_related("corrects").get(id=document_id)


def without_electronic_copy(since: datetime | None = None) -> QuerySet[Document, UUID]:
    """Documents that need an EN 16931 form and have none yet, oldest first."""
    waiting = Document.objects.filter(
        electronic_copy=None,
        kind__in=["commission", "fee", "self_billed", "credit_note"],
        treatment__in=["standard", "reverse_charge", "outside_scope"],
    )
    if since is not None:
        waiting = waiting.filter(issued_at__gte=since)
    return waiting.order_by("issued_at", "id").values_list("id", flat=True)


def electronic_copy_of(document: Document) -> ElectronicCopy | None:
    return ElectronicCopy.objects.filter(document=document).first()


def numbers_missing() -> int:
    """The number of series with a gap in their numbers. Always 0."""
    counted = Series.objects.annotate(count=Count("documents"), highest=Max("documents__number"))
    wrong = counted.exclude(last_number=0, count=0).exclude(count=F("last_number"), highest=F("last_number"))
    return wrong.count()


# -- the two parties


def billing_details_of(organization_id: UUID) -> BillingDetails | None:
    return BillingDetails.objects.filter(organization_id=organization_id).first()


def party_of(organization: Organization) -> Party:
    """Return an organization as documents of today show it: its billing details, else its own name and country."""
    details = billing_details_of(organization.id)
    name = details.legal_name if details else organization.legal_name or organization.display_name
    return Party(
        name=name,
        country=organization.country,
        street=details.street if details else "",
        postcode=details.postcode if details else "",
        city=details.city if details else "",
        vat_id=details.vat_id if details else "",
        tax_number=details.tax_number if details else "",
        is_business=organization.kind in _BUSINESSES,
    )


def lacks_billing_details(organization: Organization) -> bool:
    """Return whether there is no address for documents yet."""
    details = billing_details_of(organization.id)
    return details is None or not (details.street and details.city)


def needs_billing_details(organization: Organization) -> bool:
    """
    Return whether the organization must enter its address before it pays. Invoices to a business must name it as soon
    as
    the marketplace has a VAT number and so issues invoices with tax (Directive 2006/112/EC, article 226).
    """
    is_asked = bool(settings.PLATFORM_VAT_ID) and organization.kind in _BUSINESSES
    return is_asked and lacks_billing_details(organization)


def platform() -> Party:
    """Return the operator of the marketplace, from the settings."""
    return Party(
        name=settings.PLATFORM_LEGAL_NAME,
        country=settings.PLATFORM_COUNTRY,
        street=settings.PLATFORM_STREET,
        postcode=settings.PLATFORM_POSTCODE,
        city=settings.PLATFORM_CITY,
        vat_id=settings.PLATFORM_VAT_ID,
        tax_number=settings.PLATFORM_TAX_NUMBER,
        is_business=True,
    )


def self_billing_choice_of(organization_id: UUID) -> SelfBillingChoice | None:
    """Return the newest choice; None if the organization never made one."""
    choices = SelfBillingChoice.objects.filter(organization_id=organization_id).select_related("chosen_by")
    return choices.order_by("-chosen_at", "-id").first()


def agreed_to_self_billing(organization_id: UUID, at: datetime) -> bool:
    """Return whether the agreement was in force at that time."""
    choices = SelfBillingChoice.objects.filter(organization_id=organization_id, chosen_at__lte=at)
    newest = choices.order_by("-chosen_at", "-id").first()
    return newest is not None and newest.is_agreed


# -- amounts


def local_tax(tax: Money, country: str, on: date) -> tuple[Money, date] | None:
    """
    Return the tax in the currency of the tax office's country at the ECB's rate, with the rate's date (Directive
    2006/112/EC, articles 91 and 230); None if the currency is the same or there is no official rate.
    """
    currencies = get_territory_currencies(country)
    if not tax or not currencies or currencies[-1] == tax.currency:
        return None
    try:
        rate = rates.mid_rate(tax.currency, currencies[-1], on)
    except DomainError:
        return None
    return tax.at_rate(rate.value, currencies[-1]), rate.rate_date


def sees_documents_of(actor: Actor, organization_id: UUID) -> bool:
    return charges.sees_money_of(actor, organization_id)
