"""Documents, months and income in a real browser: by axe and by width, in three languages, light and dark."""

import pytest
from django.utils import timezone

from apps.common.money import Money
from apps.invoicing.models import Document
from apps.outbox import bus

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# The last looks again at what the others show together: `make test-full`.
SCREENS = [("en", "light", 1280), ("ar", "dark", 390), ("zh-hans", "light", 320),
           pytest.param("ar", "light", 1280, marks=pytest.mark.full)]  # fmt: skip


@pytest.fixture
def escrow(make):
    make.now = timezone.now()
    escrow = make.escrow(status="released", amount=Money.of("900.00", "EUR"))
    bus.deliver_pending(now=make.now)
    return escrow


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_a_freelancers_documents_and_income_are_accessible(visitor, escrow, language, theme, width):
    document = Document.objects.get(kind="commission")
    visitor = visitor(escrow.payee.memberships.get().user, language=language, theme=theme, width=width)
    for path in ("/money/documents/", f"/money/documents/{document.id}/", "/money/documents/details/",
                 "/money/documents/self-billing/", "/money/statements/", "/money/income/"):  # fmt: skip
        visitor.open(path)
        visitor.check()


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS[:2])
def test_an_employers_month_is_accessible(visitor, escrow, language, theme, width):
    visitor = visitor(escrow.payer.memberships.get().user, language=language, theme=theme, width=width)
    for path in ("/money/documents/", "/money/statements/"):
        visitor.open(path)
        visitor.check()
