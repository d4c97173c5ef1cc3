"""Pages of documents: the list, a document, its files, and the organization's billing details."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.middleware import actor
from apps.accounts.queries import organizations
from apps.common import keyset
from apps.common.errors import NotFound
from apps.invoicing import fmt, policies
from apps.invoicing.formats import typesetting
from apps.invoicing.forms import BillingDetailsForm
from apps.invoicing.models import Document
from apps.invoicing.operations import billing_details
from apps.invoicing.queries import documents as document_queries
from apps.invoicing.states import DocumentKind


def organization_id_of(request: HttpRequest) -> UUID:
    """:raises NotFound: if the actor acts for no organization, or may not see its money."""
    organization_id = actor(request).organization_id
    if organization_id is None:
        raise NotFound
    policies.check_can_see_documents(actor(request), organization_id)
    return organization_id


@login_required
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    organization_id = organization_id_of(request)
    year, kind = request.GET.get("year", ""), request.GET.get("kind", "")
    years = document_queries.years_of(organization_id)
    filtered = document_queries.filtered(
        document_queries.documents_of(organization_id),
        year=int(year) if year in map(str, years) else None,
        kind=kind if kind in DocumentKind.values else "",
    )
    page = keyset.page(filtered, order="-issued_at", cursor=request.GET.get("cursor", ""))
    for row in page.rows:
        is_received = row.recipient_id == organization_id
        row.other_name = row.seller["name"] if is_received else row.buyer["name"]  # type: ignore[attr-defined]
    context = {
        "documents": page.rows,
        "next_cursor": page.next_cursor,
        "years": years,
        "year": year,
        "kind": kind,
        "kinds": DocumentKind.choices,
        "own": organizations.organization(organization_id),
        "choice": document_queries.self_billing_choice_of(organization_id),
        "has_details": document_queries.billing_details_of(organization_id) is not None,
        "may_change": policies.can_change_details(actor(request), organization_id),
    }
    return render(request, "invoicing/document_list.html", context)


@login_required
@require_safe
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    result = document_queries.document_visible_to(actor(request), document_id)
    context = {
        "document": result,
        "sheet": fmt.sheet(result.contents),
        "copy": document_queries.electronic_copy_of(result),
        "corrections": list(result.corrections.order_by("issued_at")),
    }
    return render(request, "invoicing/document_detail.html", context)


@login_required
@require_safe
def document_pdf(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Download the document in the reader's language."""
    result = document_queries.document_visible_to(actor(request), document_id)
    language = translation.get_language() or "en"
    return _file(result, typesetting.pdf(fmt.sheet(result.contents), language=language), "application/pdf", "pdf")


@login_required
@require_safe
def document_xml(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Download the EN 16931 form, which has no language. :raises NotFound: unless the official rules accept it."""
    result = document_queries.document_visible_to(actor(request), document_id)
    copy = document_queries.electronic_copy_of(result)
    if copy is None or not copy.is_valid:
        raise NotFound
    return _file(result, copy.xml.encode(), "application/xml", "xml")


def _file(document: Document, content: bytes, content_type: str, suffix: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{document.label}.{suffix}"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    organization_id = organization_id_of(request)
    policies.check_can_change_details(actor(request), organization_id)
    own = organizations.organization(organization_id)
    saved = document_queries.billing_details_of(organization_id)
    initial = {} if saved else {"legal_name": own.legal_name or own.display_name}
    onward = request.GET.get("next", "")
    is_asked = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()})
    form = BillingDetailsForm(
        request.POST or None, instance=saved, country=own.country, initial=initial, needs_address=is_asked
    )
    if request.method == "POST" and form.is_valid():
        billing_details.save_billing_details(
            organization_id=organization_id, actor=actor(request), now=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("Saved. Documents from now on say this."))
        return redirect(onward if is_asked else "invoicing:documents")
    context = {"form": form, "own": own, "is_asked": is_asked, "back": onward if is_asked else ""}
    return render(request, "invoicing/details_form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def self_billing(request: HttpRequest) -> HttpResponse:
    """Show the self-billing agreement, with the button to accept or end it."""
    organization_id = organization_id_of(request)
    policies.check_can_change_details(actor(request), organization_id)
    if request.method == "POST":
        return _choose(request, organization_id)
    context = {
        "choice": document_queries.self_billing_choice_of(organization_id),
        "text": _(fmt.SELF_BILLING_TEXT),
        "text_version": billing_details.SELF_BILLING_VERSION,
    }
    return render(request, "invoicing/self_billing.html", context)


def _choose(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    chosen = billing_details.choose_self_billing(
        organization_id=organization_id,
        is_agreed=request.POST.get("choice") == "agree",
        text_version=request.POST.get("text_version", ""),
        actor=actor(request),
        now=timezone.now(),
    )
    message = _("From now on we write your invoices.") if chosen.is_agreed else _("You write your invoices yourself.")
    messages.success(request, message)
    return redirect("invoicing:documents")
