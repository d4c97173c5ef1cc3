"""The application's role reads and writes rows, and cannot touch what guards the books."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.ledger.queries.guards import powers_over_the_books

pytestmark = pytest.mark.django_db


@pytest.fixture
def role():
    name = f"app_{uuid4().hex[:10]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN")
    return name  # the test's transaction takes it away


@pytest.fixture
def as_role(role):
    call_command("grant_app_role", role, verbosity=0)

    def ask(statement: str):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute(statement)
            fetchall = cursor.fetchall() if cursor.description else None
            cursor.execute("RESET ROLE")
            return fetchall

    return ask


FORBIDDEN = [
    "ALTER TABLE ledger_posting DISABLE TRIGGER ALL",
    "ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_append_only",
    "DROP TRIGGER ledger_posting_append_only ON ledger_posting",
    "ALTER TABLE ledger_balance ADD COLUMN x int",
    "TRUNCATE ledger_posting",
    "DROP TABLE ledger_posting CASCADE",
    "CREATE TRIGGER x BEFORE INSERT ON ledger_posting FOR EACH ROW EXECUTE FUNCTION ledger_posting_added()",
    "CREATE TABLE mine (x int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'select 1'",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    "ALTER TABLE common_statuschange DISABLE TRIGGER ALL",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_it_cannot_change_or_silence_the_guards(as_role, statement):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        as_role(statement)


def test_it_cannot_act_as_a_replica(role):
    # asked of the catalogue: SET ROLE keeps the session's own powers over parameters
    call_command("grant_app_role", role, verbosity=0)
    assert powers_over_the_books(role) == []
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SET ON PARAMETER session_replication_role TO {role}")
    assert any(
        "session_replication_role" in powers_over_the_book for powers_over_the_book in powers_over_the_books(role)
    )


def test_it_reads_and_writes_rows_and_makes_temporary_tables(as_role):
    assert as_role("SELECT count(*) FROM ledger_posting") is not None
    as_role("INSERT INTO common_signoflife (name, version, seen_at) VALUES ('x', '', now())")
    as_role("UPDATE common_signoflife SET version = '1'")
    as_role("DELETE FROM common_signoflife")
    as_role("CREATE TEMPORARY TABLE mine (x int) ON COMMIT DROP")


def test_a_later_table_of_the_owner_is_granted_too(as_role):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id bigserial PRIMARY KEY)")
    as_role("INSERT INTO later DEFAULT VALUES")
    with pytest.raises(DatabaseError, match="must be owner"):
        as_role("ALTER TABLE later ADD COLUMN x int")


def test_it_can_be_run_again(role):
    call_command("grant_app_role", role, verbosity=0)
    call_command("grant_app_role", role, verbosity=0)


def test_an_unknown_role_the_owner_and_a_powerful_role_are_refused(role):
    with pytest.raises(CommandError, match="no role"):
        call_command("grant_app_role", "nobody_here")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
        cursor.execute(f"ALTER ROLE {role} CREATEROLE")
    with pytest.raises(CommandError, match="owner"):
        call_command("grant_app_role", owner)
    with pytest.raises(CommandError, match="may make roles"):
        call_command("grant_app_role", role)


def test_the_owner_has_powers_over_the_books():
    assert "is a superuser" in powers_over_the_books()  # as whom the tests connect


def test_a_name_that_is_no_word_is_quoted():
    with pytest.raises(CommandError, match="no role"):
        call_command("grant_app_role", 'x"; DROP TABLE ledger_posting; --')
