"""What banks write into statements, and what we read out of it."""

import pytest
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

from apps.accounts.queries import actors
from apps.banking.formats import reader, references, sepa
from apps.banking.formats.bookings import is_of_account
from apps.banking.models import BankFile, BankOrder, BankStatementLine
from apps.banking.operations import book as book_operations
from apps.banking.operations import orders as order_operations
from apps.banking.operations import statements
from apps.common.money import Money

IBAN = "NL91ABNA0417164300"
REFERENCE = "RF18539007547034"


def EUR(text):
    return Money.of(text, "EUR")


def camt(*entries, account="DE89370400440532013000", mark=b"", encoding="utf-8"):
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><Stmt><Id>S</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>{''.join(entries)}</Stmt>"
        "</BkToCstmrStmt></Document>"
    )
    return mark + text.encode(encoding)


def entry(amount="100.00", side="CRDT", *, ref="<NtryRef>1</NtryRef>", day="2026-11-20", dates=None, inside=""):
    dates = dates if dates is not None else f"<BookgDt><Dt>{day}</Dt></BookgDt>"
    return (
        f'<Ntry>{ref}<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>{dates}'
        f"<NtryDtls>{inside}</NtryDtls></Ntry>"
    )


def tx(text=REFERENCE, *, amount="", end="NOTPROVIDED", iban=IBAN, more=""):
    return (
        f"<TxDtls><Refs><EndToEndId>{end}</EndToEndId></Refs>{amount}<RltdPties><Dbtr><Nm>A. Example</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf>{more}"
        "</TxDtls>"
    )


def amounts(body):
    return [str(booking.amount) for booking in reader.read(body).bookings]


def own(ref):
    return f"<AcctSvcrRef>{ref}</AcctSvcrRef>"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (entry("100.00", inside=tx("first")), entry("250.00", day="2026-11-21", inside=tx("second"))),
        (entry("100.00", inside=tx("first")), entry("100.00", day="2026-11-21", inside=tx("first"))),
        (entry("100.00", inside=tx("first")), entry("100.00", inside=tx("second"))),
        (entry("100.00", ref=own("BATCH")), entry("250.00", ref=own("BATCH"))),
    ],
)
def test_bookings_that_share_a_reference_are_notified_apart(first, second):
    item, other = (reader.read(camt(entry_)).bookings[0].fingerprint for entry_ in (first, second))
    assert item != other
    assert item == reader.read(camt(first)).bookings[0].fingerprint
    both = reader.read(camt(first, second)).bookings
    assert {item, other} == {booking.fingerprint for booking in both}


def test_the_same_twice_in_one_statement_is_two_bookings():
    bookings = reader.read(camt(entry(inside=tx("x")), entry(inside=tx("x")))).bookings
    assert len({item.fingerprint for item in bookings}) == 2


def usd(text, of, kind="InstdAmt"):
    return f'<AmtDtls><{kind}><Amt Ccy="USD">{text}</Amt></{kind}><TxAmt><Amt Ccy="EUR">{of}</Amt></TxAmt></AmtDtls>'


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (tx(amount=usd("110.00", "100.00")) + tx(amount=usd("220.00", "200.00")), ["100.00 EUR", "200.00 EUR"]),
        (tx(end="A") + tx(end="B"), ["300.00 EUR"]),
        (tx(amount='<Amt Ccy="EUR">100.00</Amt>') + tx(), ["300.00 EUR"]),
        (tx(amount='<Amt Ccy="EUR">100.00</Amt>') + tx(amount='<Amt Ccy="EUR">150.00</Amt>'), ["300.00 EUR"]),
        (tx(amount='<Amt Ccy="USD">330.00</Amt>'), ["300.00 EUR"]),
    ],
)
def test_a_collective_entry_is_split_only_where_its_parts_sum_to_it(inside, expected):
    assert amounts(camt(entry("300.00", inside=inside))) == expected


@pytest.mark.parametrize("body", [
    camt(entry(inside=tx()), mark=b"\xef\xbb\xbf"),
    b"\n  " + camt(entry(inside=tx())),
    camt(entry(inside=tx()), encoding="utf-16"),
])  # fmt: skip
def test_byte_order_marks_and_encodings_change_nothing(body):
    assert amounts(body) == ["100.00 EUR"]


@pytest.mark.parametrize("dates", [
    "<ValDt><Dt>2026-11-20</Dt></ValDt>", "<BookgDt><DtTm>2026-11-20T23:59:59+01:00</DtTm></BookgDt>",
])  # fmt: skip
def test_a_booking_without_a_booking_date_has_its_value_date(dates):
    [result] = reader.read(camt(entry(dates=dates))).bookings
    assert result.booked_on.isoformat() == "2026-11-20"


@pytest.mark.parametrize("broken", [
    b"<Document/>", camt("<Ntry><Sts><Cd>BOOK</Cd></Sts></Ntry>"), camt(entry("ten")), camt(entry(dates="")), b"a,b\n1,2",
    b"\xff\xfe\x00", b"date,amount,currency\n2026-11-20,x,EUR\n", b":20:X\n:60F:C261119EUR1\n:61:nonsense\n",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]><Document/>", b"<a>" * 50_000,
])  # fmt: skip
def test_a_broken_file_is_refused_with_one_kind_of_error(broken):
    with pytest.raises(reader.StatementUnreadable):
        reader.read(broken)


@pytest.mark.parametrize("text", [
    "date,amount,currency,reference,name,iban\n2026-11-20,100.00,EUR,RF18,Anna,DE1\n,,,,,\n",
    "date;amount;currency;reference;name;iban\n2026-11-20;100,00;EUR;RF18;Anna;DE1\n;;;;;\n",
    "Date,Amount,Currency\r\n2026-11-20,100.00,eur\r\n\r\n",
])  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_spreadsheets_of_other_countries_are_read(text, encoding):
    assert amounts(text.encode(encoding)) == ["100.00 EUR"]


def test_mt940_is_read_with_its_reference_and_account():
    body = (
        ":20:STARTUMSE\n:25:DE89370400440532013000\n:28C:00001/001\n:60F:C261119EUR1000,00\n"
        ":61:2611201120CR100,00NTRFNONREF//BANKREF1\n"
        ":86:166?00GUTSCHRIFT?20EREF+NOTPROVIDED?21SVWZ+RF18 5390 0754 7034?31NL91ABNA0417164300?32ANNA EXAMPLE\n"
        ":61:2611201120DR30,00NTRFNONREF//BANKREF2\n:86:116?20SVWZ+Rent\n:62F:C261120EUR1070,00\n-\n"
    )
    result = reader.read(body.encode())
    assert result.account == "DE89370400440532013000"
    assert result.closing == EUR("1070.00")
    first, second = result.bookings
    assert (first.amount, first.reference, first.bank_reference) == (EUR("100.00"), REFERENCE, "BANKREF1")
    assert (first.counterparty_iban, first.booked_on.isoformat()) == (IBAN, "2026-11-20")
    assert second.amount == EUR("-30.00")


def mt940(lines, account="DE89370400440532013000", day="261120", closing="1000,00"):
    return f":20:X\n:25:{account}\n:28C:1\n:60F:C261119EUR1000,00\n{lines}:62F:C{day}EUR{closing}\n-\n"


@pytest.mark.parametrize(
    ("mark", "amount", "code"),
    [("C", "100.00", ""), ("D", "-100.00", ""), ("RC", "-100.00", ""), ("RD", "100.00", "RETURN")],
)
def test_a_reversal_in_mt940_turns_its_booking_round(mark, amount, code):
    result = reader.read(mt940(f":61:2611201120{mark}100,00NTRFNONREF//B1\n:86:text\n").encode())
    assert [(booking.amount, booking.return_code) for booking in result.bookings] == [(EUR(amount), code)]


def test_code_words_between_slashes_are_read():
    details = f"/TRTP/SEPA OVERBOEKING/IBAN/{IBAN}/NAME/J JANSEN/REMI/{REFERENCE}/EREF/TW-42/RTRN/AC04"
    [result] = reader.read(mt940(f":61:2611201120C100,00NTRFNONREF//B1\n:86:{details}\n").encode()).bookings
    assert (result.counterparty_iban, result.counterparty_name, result.reference) == (IBAN, "J JANSEN", REFERENCE)
    assert (result.end_to_end_id, result.return_code) == ("TW-42", "AC04")


def test_the_newest_balance_closes_whatever_the_order_of_the_days():
    first, second = mt940("", day="261120", closing="20,00"), mt940("", day="261119", closing="10,00")
    assert reader.read((first + second).encode()).closing == EUR("20.00")
    assert reader.read((second + first).encode()).closing == EUR("20.00")


def test_messages_of_several_accounts_are_refused_in_mt940_too():
    with pytest.raises(reader.StatementUnreadable, match="several accounts"):
        reader.read((mt940("") + mt940("", account=IBAN)).encode())


@pytest.mark.parametrize(
    ("said", "is_ours"),
    [
        ("DE89370400440532013000", True),
        ("DE89 3704 0044 0532 0130 00", True),
        ("DE89370400440532013000EUR", True),
        ("37040044/0532013000", True),
        ("37040044/532013000EUR", True),
        ("0532013000", True),
        ("37040044/0532013001", False),
        ("12345678/0532013000", False),
        ("NL91ABNA0417164300", False),
        ("NL91ABNA0417164300EUR", False),
        ("DE89370400440532013000X", False),
        ("4400", False),
    ],
)
def test_an_account_is_known_in_the_ways_that_banks_write_it(said, is_ours):
    assert is_of_account(said, "DE89370400440532013000") is is_ours


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("30.11.2026;1.234,56;eur", "1234.56 EUR"),
        ("2026/11/30;1,234.56;EUR", "1234.56 EUR"),
        ("2026-11-30;1234,56-;EUR", "-1234.56 EUR"),
        ("2026-11-30;\N{MINUS SIGN}5.00;EUR", "-5.00 EUR"),
        ("2026-11-30;1\N{RIGHT SINGLE QUOTATION MARK}234.50;CHF", "1234.50 CHF"),
        ("2026-11-30;1,234,567;JPY", "1234567 JPY"),
        ("2026-11-30;１２.００;EUR", "12.00 EUR"),
    ],
)
@pytest.mark.parametrize("head", ["", "sep=;\r\n"])
def test_amounts_and_days_are_read_as_spreadsheets_write_them(head, row, expected):
    result = reader.read(f"{head}date;amount;currency\n{row}\n".encode())
    assert [(str(booking.amount), booking.booked_on.isoformat()) for booking in result.bookings] == [
        (expected, "2026-11-30")
    ]


@pytest.mark.parametrize(
    "row",
    [
        "11/30/2026;5.00;EUR", "2026-11-30;1,000;EUR", "2026-11-30;1.005;EUR", "2026-11-30;NaN;EUR",
        "2026-11-30;1;XXQ", "2026-02-30;1;EUR", "2026-11-30;;EUR",
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_or_in_none_is_refused_with_its_line(row):
    with pytest.raises(reader.StatementUnreadable, match="Line 3"):
        reader.read(f"date;amount;currency\n2026-11-30;1.00;EUR\n{row}\n".encode())


@pytest.mark.parametrize("row", ["2026-11-30;99999999999999999999;EUR", "9999-12-31;1;EUR", "0001-01-01;1;EUR"])
def test_what_no_bank_books_is_refused(row):
    with pytest.raises(reader.StatementUnreadable, match="cannot be right"):
        reader.read(f"date;amount;currency\n{row}\n".encode())


def test_a_zip_archive_is_named_as_one():
    with pytest.raises(reader.StatementUnreadable, match="ZIP archive"):
        reader.read(b"PK\x03\x04rest")


@pytest.mark.parametrize("said", ["5,00", "5.005", "", "NaN", "1e5", "-5.00"])
def test_an_amount_of_camt_that_cannot_be_read_is_named(said):
    with pytest.raises(reader.StatementUnreadable, match="cannot be read"):
        reader.read(camt(entry(said)))


def test_a_reversed_debit_of_camt_is_a_return():
    body = camt(entry("100.00")).replace(b"</CdtDbtInd>", b"</CdtDbtInd><RvslInd>true</RvslInd>")
    assert [booking.return_code for booking in reader.read(body).bookings] == ["RETURN"]


def test_a_booking_of_nothing_is_none():
    assert amounts(camt(entry("0.00"), entry("1.00"))) == ["1.00 EUR"]


OURS = "RF65FCFC36C5F17C3CDA"


@given(st.binary(min_size=8, max_size=8), st.integers(1, 19), st.booleans())
@example(bytes.fromhex("aaa33688cc59fc28"), 8, True)  # RF34 AAA3 is a reference as well
@example(bytes.fromhex("8570881c099bbde5"), 12, False)
def test_our_own_reference_is_found_however_it_is_broken(tail, place, is_printed):
    """One in 97 beginnings passes the check digits too; the payment is that of the whole."""
    body = tail.hex().upper()
    reference = f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"
    written = iso11649.format(reference) if is_printed else f"{reference[:place]} {reference[place:]}"
    assert references.find([f"Invoice 7 {written}"])[0] == reference


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Tradewind RF18539007547034 milestone one"], REFERENCE),
        (["rf18 5390 0754 7034"], REFERENCE),
        (["Payment", "for RF18 5390", "0754 7034, thanks"], REFERENCE),
        (["Ref.:RF18539007547034/first"], REFERENCE),
        (["ＲＦ１８ ５３９０ ０７５４ ７０３４"], REFERENCE),
        (["RF18539007547035"], None),  # a typing mistake
        (["no reference"], None),
    ],
)
def test_references_are_found_in_what_payers_write(lines, expected):
    assert references.find(lines) == ([expected] if expected else [])


def test_one_of_our_own_is_found_inside_a_word():
    from uuid import UUID

    from apps.banking.gateway import creditor_reference

    ours = creditor_reference(UUID("01234567-89ab-cdef-0123-456789abcdef"))
    assert references.find([f"Invoice{ours}thanks"]) == [ours]
    assert references.find([f"Invoice{ours[:9]}", f"{ours[9:]}thanks"]) == [ours]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Müller & Söhne GmbH", "Muller Sohne GmbH"),
        ("شركة النيل", None),
        ("深圳市信风科技", None),
        ("A//B/", "A/B"),
        ("\u3164", "NOTPROVIDED"),
        ("Ł" * 100, "L" * 70),
    ],
)
def test_names_are_written_with_the_letters_that_banks_take(name, expected):
    import re

    result = sepa.name(name)
    assert re.fullmatch(r"[A-Za-z0-9/?:().,'+ -]{1,70}", result)
    assert expected is None or result == expected


# -- in the books


@pytest.fixture
def staff(make):
    make.now = timezone.now()
    return actors.actor_for(make.staff())


@pytest.fixture
def account(staff):
    """Our account with 1,000.00 EUR on it."""
    take_in(staff, camt(entry("1000.00", ref=own("IN"), inside=tx("x"))))
    return book_operations.DatabaseBook()


def take_in(staff, body):
    return statements.import_statement(name="s.xml", body=body, actor=staff, now=timezone.now())


def order(book, amount, *, name="A", iban=IBAN):
    from uuid import uuid4

    created = book.order(
        key=uuid4(), document_id=uuid4(), kind="transfer", holder_name=name, iban=iban, amount=EUR(amount)
    )
    return BankOrder.objects.get(id=created.order_id)


def test_two_statements_that_number_from_one_bring_both_bookings(staff):
    first = take_in(staff, camt(entry("100.00", inside=tx("first"))))
    second = take_in(staff, camt(entry("250.00", day="2026-11-21", inside=tx("second"))))
    assert (first.lines.count(), second.lines.count()) == (1, 1)


def test_a_statement_of_another_account_is_refused(staff):
    with pytest.raises(statements.WrongAccount, match="NL91 ABNA"):
        take_in(staff, camt(entry(), account=IBAN))
    assert not BankStatementLine.objects.exists()


def test_a_batch_booked_as_a_whole_executes_its_orders_and_counts_once(staff, account):
    orders = [order(account, "10.00"), order(account, "20.00")]
    file = order_operations.export_orders(actor=staff, now=timezone.now())
    assert "<BtchBookg>false</BtchBookg>" in file.body
    batch = f"<Btch><PmtInfId>{BankFile.objects.get().payment_id}</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"
    take_in(staff, camt(entry("30.00", "DBIT", ref=own("OUT"), inside=batch)))
    assert account.balance()["EUR"] == EUR("970.00")
    assert {BankOrder.objects.get(id=order_row.id).status for order_row in orders} == {"executed"}


def test_an_order_that_no_bank_takes_keeps_no_other_waiting(staff, account):
    bad, good = order(account, "1.00", iban="XX00NOTANIBAN"), order(account, "2.00")
    file = order_operations.export_orders(actor=staff, now=timezone.now())
    assert file.body.count("<CdtTrfTxInf>") == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, bad.failure_code, good.status) == ("rejected", "account_number_invalid", "exported")
    assert account.balance()["EUR"] == EUR("998.00")


def test_an_iban_printed_in_groups_is_kept_without_spaces(staff):
    take_in(staff, camt(entry(inside=tx(iban="NL91 ABNA 0417 1643 00"))))
    assert BankStatementLine.objects.get().counterparty_iban == IBAN


@pytest.mark.parametrize("reason", ["<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", ""])
def test_a_transfer_that_comes_back_is_rejected_and_its_money_counts_once(staff, account, reason):
    created = order(account, "10.00")
    order_operations.export_orders(actor=staff, now=timezone.now())
    take_in(staff, camt(entry("10.00", "DBIT", ref=own("OUT"), inside=tx("x", end=created.end_to_end_id))))
    created.refresh_from_db()
    assert created.status == "executed"
    assert account.balance()["EUR"] == EUR("990.00")

    back = tx("x", end=created.end_to_end_id, more=reason)
    take_in(staff, camt(entry("10.00", "CRDT", ref=own("BACK"), day="2026-11-22", inside=back)))
    created.refresh_from_db()
    assert created.status == "rejected"
    assert created.failure_code == ("returned_ac04" if reason else "returned_return")
    assert account.balance()["EUR"] == EUR("1000.00")
