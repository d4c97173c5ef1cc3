"""What the two forms that offer a contract to one person share: the id of the contract to be."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.accounts.middleware import actor
from apps.common.ids import uuid7
from apps.contracts.queries import contracts


class ContractToBe:
    """
    The id of the contract that a form offers, one for each form, so that a form sent twice makes one offer. It is
    signed, because only we choose ids.

    :param subject: whom or what the form is about: an id signed for another one is not taken.
    """

    def __init__(self, request: HttpRequest, subject: UUID) -> None:
        self._request = request
        self._signer = signing.Signer(salt=f"offer:{subject}")
        try:
            self.id = UUID(self._signer.unsign(request.POST.get("offer", "")))
        except signing.BadSignature:
            self.id = uuid7()

    @property
    def signed(self) -> str:
        return self._signer.sign(str(self.id))

    def sent_before(self) -> HttpResponse | None:
        """Lead to the offer that this form made already."""
        if "send" not in self._request.POST:
            return None
        earlier = contracts.own_offer(actor(self._request), self.id)
        if earlier is None:
            return None
        text = _("This form was sent already: this is its offer. For another one, fill in a new form.")
        messages.info(self._request, text)
        return redirect(earlier)
