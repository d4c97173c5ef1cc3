"""Database permissions with which the current role could bypass the ledger's guards."""

from __future__ import annotations

from django.db import connection

GUARDED = "ledger_posting"


def powers_over_the_books(role: str = "") -> list[str]:
    """
    The permissions with which this role could change or disable the ledger's guards, in words; empty for the
    application's role.

    :param role: the connection's own role if empty.
    """
    result = []
    with connection.cursor() as cursor:
        if not role:
            cursor.execute("SELECT current_user")
            role = cursor.fetchone()[0]
        cursor.execute(
            """SELECT r.rolsuper, pg_has_role(r.oid, c.relowner, 'MEMBER'), r.rolcreaterole,
                      has_table_privilege(r.oid, c.oid, 'TRUNCATE'), has_table_privilege(r.oid, c.oid, 'TRIGGER'),
                      has_schema_privilege(r.oid, c.relnamespace, 'CREATE'), r.rolreplication OR r.rolbypassrls
               FROM pg_roles r, pg_class c WHERE r.rolname = %s AND c.oid = to_regclass(%s)""",
            [role, GUARDED],
        )
        row = cursor.fetchone()
        if row is None:
            return []
        words = (
            "is a superuser", f"owns {GUARDED} or is a member of its owner", "may make roles", "may empty tables",
            "may add triggers", "may make functions and tables beside the guards", "may replicate or pass row security",
        )  # fmt: skip
        result = [word for word, is_so in zip(words, row, strict=True) if is_so]
        # Superusers have all permissions. From PostgreSQL 15 on, the parameter can be granted to other roles.
        if not row[0] and connection.cursor().connection.server_version >= 150000:
            cursor.execute("SELECT has_parameter_privilege(%s, 'session_replication_role', 'SET')", [role])
            if cursor.fetchone()[0]:
                result.append("may set session_replication_role, which silences triggers")
    return result
