"""
A whole market in PostgreSQL for benchmarks: the product's own tables, filled by set-based SQL without the operations.

    people      14,557 skills, about ten per person, the most common held by 32 per cent; languages, rates, zones
    work        two in five people have one to six ended contracts, one in eight of them cancelled, each with a task
                that required up to three of their skills, and the bid that led to it
    open tasks  a fifth as many as people, 20,000 at most, from 2,000 employers

A million people have ten million skills: twelve million rows take about three minutes.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from typing import Any

import numpy as np
import psycopg2

from bench import servers

TAGS = 14_557
EMPLOYERS = 2_000
OPEN_TASKS_MAX = 20_000
EMPTY = "market_empty"
FILLED = (
    "accounts_organization", "accounts_user", "accounts_membership", "accounts_profile", "accounts_profileskill",
    "accounts_profilelanguage", "tasks_task", "tasks_taskskill", "bidding_bid", "contracts_contract",
)  # fmt: skip
# The kind is in the lower half of an id, the number in the upper half: ids of one kind are in index order.
ORGANIZATION, USER, PROFILE, TASK, BID, OPEN_TASK = range(1, 7)


def shares() -> np.ndarray[Any, Any]:
    """Return the share of profiles that have each skill, the most common first."""
    rank = np.arange(1, TAGS + 1)
    return np.where(rank <= 6, 0.32 * rank**-0.35, 1.227 / rank)


def name_of(people: int) -> str:
    return f"market_{people}"


def is_there(server: servers.Server, people: int) -> bool:
    return server.exists(name_of(people))


def drop(server: servers.Server, people: int) -> None:
    server.run("postgres", f"DROP DATABASE IF EXISTS {name_of(people)} WITH (FORCE)")


def _prepare(server: servers.Server) -> None:
    """Create the tables and the data of every installation, once for all sizes."""
    server.fresh_database("preparing")
    loaded = (["load_compliance"], ["load_fees"], ["import_fx_rates"], ["import_skills", "--core-only"])
    for command in (["migrate"], *loaded):
        subprocess.run(
            [sys.executable, "manage.py", *command, "-v0"], env=servers.environment(server, "preparing"), check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    server.run("postgres", f"ALTER DATABASE preparing RENAME TO {EMPTY}")


def fill(server: servers.Server, people: int) -> float:
    """Create a database with this many people; returns the seconds it took."""
    began, database = time.perf_counter(), name_of(people)
    if not server.exists(EMPTY):
        _prepare(server)
    drop(server, people)
    server.run("postgres", f"CREATE DATABASE {database} TEMPLATE {EMPTY}")
    connection = psycopg2.connect(f"{server.address} dbname={database}")
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        # Checks foreign keys after loading; the triggers of other apps are not needed for these rows.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET synchronous_commit = off")
        indexes = _without_indexes(cursor)
        for statement, parameters in _statements(people):
            cursor.execute(statement, parameters or None)  # without parameters, a % is not a placeholder
        for statement in indexes:
            cursor.execute(statement)
        cursor.execute(f"VACUUM ANALYZE {', '.join(FILLED)}, skills_skill")
        cursor.execute("CHECKPOINT")
    return time.perf_counter() - began


def _without_indexes(cursor: Any) -> list[str]:
    """Drop all indexes except primary keys; returns the statements that create them again."""
    again = []
    cursor.execute(
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
           WHERE contype = 'u' AND conrelid = ANY(%s::regclass[])""",
        [list(FILLED)],
    )
    for table, name, definition in cursor.fetchall():
        again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
           WHERE NOT indisprimary AND indrelid = ANY(%s::regclass[])""",
        [list(FILLED)],
    )
    for name, definition in cursor.fetchall():
        again.append(definition)
        cursor.execute(f"DROP INDEX {name}")
    return again


def _statements(people: int) -> list[tuple[str, list[Any]]]:
    share = shares()
    edges = (np.cumsum(share) / share.sum())[:-1].tolist()
    draws = round(share.sum()) - 5
    employers, open_tasks = min(EMPLOYERS, people), min(OPEN_TASKS_MAX, people // 5)
    return [
        ("SELECT setseed(0.7)", []),
        ("SET enable_memoize = off", []),
        (
            """CREATE FUNCTION bench_id(kind int, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
               $$ SELECT (lpad(to_hex(n), 16, '0') || '8' || lpad(to_hex(kind), 15, '0'))::uuid $$""",
            [],
        ),
        (
            """INSERT INTO skills_skill (id, slug, kind, is_active)
               SELECT gen_random_uuid(), 'bench-' || n, 'skill', true
               FROM generate_series((SELECT count(*) FROM skills_skill) + 1, %s) n""",
            [TAGS],
        ),
        (
            """CREATE TEMP TABLE tags AS
               SELECT (row_number() OVER (ORDER BY kind <> 'core', md5(id::text)))::int AS tag, id FROM skills_skill""",
            [],
        ),
        ("ANALYZE tags", []),
        (
            """CREATE TEMP TABLE people AS
               SELECT n, (SELECT array_agg(DISTINCT 1 + width_bucket(random(), %s::float8[]))
                          FROM generate_series(1, %s + n %% 11)) AS tags
               FROM generate_series(1, %s) n""",
            [edges, draws, people],
        ),
        (
            """CREATE TEMP TABLE works AS
               SELECT n * 8 + k AS id, n, k, tags FROM people, generate_series(1, 1 + n % 6) k WHERE n % 5 < 2""",
            [],
        ),
        ("ANALYZE people", []),
        ("ANALYZE works", []),
        *[(statement, []) for statement in _people(employers)],
        *_tasks(employers, open_tasks, edges),
        *[(statement, []) for statement in _work()],
    ]


def _people(employers: int) -> list[str]:
    of_all = f"(SELECT n FROM people UNION ALL SELECT -n FROM generate_series(1, {employers}) n) AS everybody"
    return [
        f"""INSERT INTO accounts_organization (id, created_at, kind, display_name, legal_name, handle, country,
                                               time_zone, currency, is_active, hires, works)
            SELECT bench_id({ORGANIZATION}, n), now(), 'individual', 'Bench ' || n, '', 'bench' || n,
                   (ARRAY['DE', 'NG', 'CN', 'EG', 'BR', 'IN', 'US', 'UA'])[1 + abs(n) % 8],
                   (ARRAY['Europe/Berlin', 'Africa/Lagos', 'Asia/Shanghai', 'Africa/Cairo', 'America/Sao_Paulo',
                          'Asia/Kolkata', 'America/New_York', 'Europe/Kyiv'])[1 + abs(n) % 8],
                   'EUR', true, n < 0, n > 0
            FROM {of_all}""",
        f"""INSERT INTO accounts_user (password, is_superuser, id, email, display_name, legal_name, language, time_zone,
                                       display_currency, is_active, is_staff, created_at)
            SELECT '!', false, bench_id({USER}, n), 'bench' || n || '@example.org', 'Bench ' || n, '', 'en', 'UTC',
                   'EUR', true, false, now()
            FROM {of_all}""",
        f"""INSERT INTO accounts_membership (id, created_at, role_since, role, organization_id, user_id)
            SELECT uuidv7(), now(), now(), 'owner', bench_id({ORGANIZATION}, n), bench_id({USER}, n) FROM {of_all}""",
        f"""INSERT INTO accounts_profile (id, created_at, headline, bio, source_language, rate_amount_minor,
                rate_currency, availability, works_from_hour, works_to_hour, is_public, hidden_reason, updated_at,
                organization_id)
            SELECT bench_id({PROFILE}, n), now(), '', '', 'en',
                   CASE WHEN n % 3 > 0 THEN 500 + (n * 37) % 9500 END,
                   CASE n % 3 WHEN 1 THEN 'EUR' WHEN 2 THEN 'USD' ELSE '' END,
                   'open', 7 + n % 4, 16 + n % 5, true, '', now() - (n % 330) * interval '1 day',
                   bench_id({ORGANIZATION}, n)
            FROM people""",
        f"""INSERT INTO accounts_profileskill (id, created_at, level, profile_id, skill_id)
            SELECT uuidv7(), now(), 1 + t.tag % 4, bench_id({PROFILE}, p.n), t.id
            FROM people p CROSS JOIN unnest(p.tags) AS one JOIN tags t ON t.tag = one""",
        f"""INSERT INTO accounts_profilelanguage (id, created_at, language, level, profile_id)
            SELECT uuidv7(), now(), language, level, bench_id({PROFILE}, n) FROM (
              SELECT n, 'en' AS language, 'fluent' AS level FROM people WHERE n % 10 < 7
              UNION ALL
              SELECT n, (ARRAY['zh-hans', 'ar', 'es', 'de', 'pt'])[1 + n % 5], 'native' FROM people WHERE n % 20 <> 0
            ) AS spoken""",
    ]


def _tasks(employers: int, open_tasks: int, edges: list[float]) -> list[tuple[str, list[Any]]]:
    columns = """id, created_at, status, title, background, goal, requirements, payment_terms, source_language,
        budget_kind, budget_min_minor, budget_max_minor, currency, budget_reference_minor, deadline_time_zone,
        visibility, bid_window, bidding_closes_at, decision_due_at, published_at, updated_at, hidden_reason,
        category_id, employer_id, posted_by_id"""

    def values(kind: int, number: str, status: str, published: str) -> str:
        employer = f"-1 - ({number}) % {employers}"
        return f"""bench_id({kind}, {number}), now(), '{status}', 'Bench task', '', 'Goal', 'Needs', 'Terms',
            (ARRAY['en', 'zh-hans', 'ar'])[1 + ({number}) % 3], 'fixed', 20000, 20000 + ({number}) % 80000, 'EUR',
            20000 + ({number}) % 80000, 'UTC', 'public', 'open', {published} + interval '60 days',
            {published} + interval '70 days', {published}, now(), '', (SELECT id FROM skills_category LIMIT 1),
            bench_id({ORGANIZATION}, {employer}), bench_id({USER}, {employer})"""

    ended = "now() - (n % 700 + 75) * interval '1 day'"
    return [
        (f"INSERT INTO tasks_task ({columns}) SELECT {values(TASK, 'id', 'completed', ended)} FROM works", []),
        (
            f"""INSERT INTO tasks_taskskill (id, created_at, skill_id, task_id)
                SELECT uuidv7(), now(), t.id, bench_id({TASK}, w.id)
                FROM works w CROSS JOIN generate_series(0, 2) j
                JOIN tags t ON t.tag = w.tags[1 + (w.k + j) % cardinality(w.tags)] WHERE j < cardinality(w.tags)""",
            [],
        ),
        (
            f"""INSERT INTO tasks_task ({columns}) SELECT {values(OPEN_TASK, "n", "open", "now()")}
                FROM generate_series(1, {open_tasks}) n""",
            [],
        ),
        (
            f"""INSERT INTO tasks_taskskill (id, created_at, skill_id, task_id)
                SELECT uuidv7(), now(), t.id, bench_id({OPEN_TASK}, n)
                FROM generate_series(1, {open_tasks}) n CROSS JOIN LATERAL (
                  SELECT DISTINCT 1 + width_bucket(random(), %s::float8[]) AS tag FROM generate_series(1, 3 + n %% 5)
                ) asked JOIN tags t USING (tag)""",
            [edges],
        ),
    ]


def _work() -> list[str]:
    ended = "now() - (n % 700 + 30 * k) * interval '1 day'"
    return [
        f"""INSERT INTO bidding_bid (id, created_at, status, revision, amount_minor, currency, binding_amount_minor,
                binding_currency, exchange_bearer, exchange_minor, days, cover_note, source_language, decline_reason,
                decline_note, submitted_at, bidder_id, submitted_by_id, task_id)
            SELECT bench_id({BID}, id), now(), 'accepted', 1, 20000 + id % 60000, 'EUR', 20000 + id % 60000, 'EUR',
                   'freelancer', 0, 10, '', 'en', '', '', {ended} - interval '30 days', bench_id({ORGANIZATION}, n),
                   bench_id({USER}, n), bench_id({TASK}, id)
            FROM works""",
        f"""INSERT INTO contracts_contract (id, created_at, status, title, amount_minor, currency, binding_language,
                terms, terms_sha256, revisions_included, review_days, offered_at, respond_by, accepted_at, ended_at,
                bid_id, employer_id, freelancer_id, task_id)
            SELECT uuidv7(), now(), CASE WHEN works.id % 8 = 0 THEN 'cancelled' ELSE 'completed' END, 'Bench task',
                   20000 + works.id % 60000, 'EUR', 'en', '{{}}', '', 2, 14, {ended} - interval '20 days',
                   {ended} - interval '15 days', {ended} - interval '18 days', {ended}, bench_id({BID}, works.id),
                   t.employer_id, bench_id({ORGANIZATION}, n), t.id
            FROM works JOIN tasks_task t ON t.id = bench_id({TASK}, works.id)""",
    ]
