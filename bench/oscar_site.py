"""
django-oscar's catalogue as a third site for `bench.pages`: its environment, its rows, its server.

It is not one of the project's requirements: an environment of its own is made once, in .devstack/oscar-env.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version

import psycopg2

from bench import servers

HOME = servers.ROOT / ".devstack" / "oscar-env"
PYTHON = HOME / "bin" / "python"
SHARED = ("Django", "granian", "psycopg2-binary", "dj-database-url")  # the product's versions
PINS = (
    "django-oscar==4.2.1", "sorl-thumbnail==12.11.0", "django-haystack==3.4.0", "django-treebeard==7.0.3",
    "django-tables2==2.7.0", "django-phonenumber-field==8.5.0", "django-extra-views==0.16.0",
    "django-widget-tweaks==1.5.1", "phonenumbers==9.0.43", "pillow==13.0.0", "babel==2.19.0", "purl==1.6",
    "factory-boy==3.3.3", "faker==40.63.0",
)  # fmt: skip
LIST = "oscar list"
BATCH = 100_000
LOADING_SECONDS = 180
"""Once loading took longer, no further batch is loaded: the catalogue has fewer products than there are tasks."""


def prepare() -> None:
    """Make the environment, unless it is there with these versions."""
    versions = [*PINS, *(f"{name}=={version(name)}" for name in SHARED)]
    installed = HOME / "installed.json"
    if installed.exists() and json.loads(installed.read_text()) == versions:
        return
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(HOME)], check=True)
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", str(PYTHON), *versions], check=True)
    installed.write_text(json.dumps(versions))


def environment(server: servers.Server, database: str) -> dict[str, str]:
    media = str(HOME.with_name("oscar-media"))
    return servers.environment(server, database, DJANGO_SETTINGS_MODULE="bench.oscar.settings", OSCAR_MEDIA=media)


def command(port: int) -> list[str]:
    """The same server as for the plain project, with the same numbers of processes and of threads."""
    return [
        str(PYTHON), "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--blocking-threads", "4", "--backlog", "256", "--log-level", "warning", "--no-ws",
        "bench.oscar.wsgi:application",
    ]  # fmt: skip


def database(server: servers.Server, tasks: int, source: str) -> str:
    """The database with a product for each task of the source database; filled if it is not there yet."""
    prepare()
    name = f"oscar_{tasks}"
    if not server.exists(name):
        server.fresh_database(name)
        try:
            migrate = [str(PYTHON), "-m", "django", "migrate", "-v0"]
            subprocess.run(migrate, env=environment(server, name), cwd=servers.ROOT, check=True)
            _load(server, name, source, tasks)
        except BaseException:
            server.run("postgres", f"DROP DATABASE {name} WITH (FORCE)")
            raise
    return name


def facts(server: servers.Server, name: str) -> tuple[int, dict[str, str], dict[str, int]]:
    """The number of products, the path of each page, and its number of statements."""
    with contextlib.closing(psycopg2.connect(f"{server.address} dbname={name}")) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM catalogue_product")
        count = cursor.fetchone()[0]
        cursor.execute("SELECT slug, id FROM catalogue_product ORDER BY id OFFSET %s LIMIT 1", [count // 2])
        paths = {LIST: "/catalogue/", "oscar detail": "/catalogue/{}_{}/".format(*cursor.fetchone())}
    worker = [str(PYTHON), "-m", "bench.oscar.queries", *paths.values()]
    env = environment(server, name)
    said = subprocess.run(worker, env=env, cwd=servers.ROOT, check=True, stdout=subprocess.PIPE).stdout
    return count, paths, dict(zip(paths, json.loads(said), strict=True))


# -- the rows

FIRST = (
    """INSERT INTO catalogue_category (path, depth, numchild, name, slug, description, long_description, is_public,
                                       ancestors_are_public, exclude_from_menu)
       SELECT lpad(nr::text, 4, '0'), 1, 0, name, 'category-' || nr, '', '', true, true, false FROM categories""",
    """INSERT INTO catalogue_productclass (name, slug, requires_shipping, track_stock)
       VALUES ('Service', 'service', false, true)""",
    "INSERT INTO partner_partner (code, name) VALUES ('bench', 'Bench')",
)
EACH = (
    """INSERT INTO catalogue_product (id, structure, upc, title, slug, description, date_created, date_updated,
                                      is_discountable, product_class_id, is_public, priority)
       OVERRIDING SYSTEM VALUE
       SELECT id, 'standalone', 'T' || id, title, 'product-' || id, description, published_at, published_at, true,
              (SELECT id FROM catalogue_productclass), true, 0 FROM tasks""",
    """INSERT INTO catalogue_productcategory (product_id, category_id)
       SELECT t.id, c.id FROM tasks t JOIN catalogue_category c ON c.slug = 'category-' || t.category""",
    """INSERT INTO partner_stockrecord (product_id, partner_id, partner_sku, price_currency, price, num_in_stock,
                                        date_created, date_updated)
       SELECT id, (SELECT id FROM partner_partner), 'T' || id, 'EUR', price, 10, published_at, published_at
       FROM tasks""",
    "TRUNCATE tasks",
)
# The copies that the plain project has of the tasks.
CATEGORIES = "SELECT row_number() OVER (ORDER BY id), name FROM plain_category"
TASKS = """
    SELECT t.id, t.title, t.goal || E'\\n\\n' || t.requirements, t.published_at, t.budget_minor / 100.0, c.nr
    FROM plain_task t JOIN (SELECT id, row_number() OVER (ORDER BY id) AS nr FROM plain_category) c
    ON c.id = t.category_id WHERE t.id > {after} AND t.id <= {after} + {batch}"""


def _load(server: servers.Server, name: str, source: str, tasks: int) -> None:
    began = time.perf_counter()
    with (
        contextlib.closing(psycopg2.connect(f"{server.address} dbname={source}")) as reading,
        contextlib.closing(psycopg2.connect(f"{server.address} dbname={name}")) as writing,
    ):
        from_, to = reading.cursor(), writing.cursor()

        def copy(query: str, table: str) -> None:
            with tempfile.TemporaryFile("w+b") as file:
                from_.copy_expert(f"COPY ({query}) TO STDOUT", file)
                file.seek(0)
                to.copy_expert(f"COPY {table} FROM STDIN", file)

        to.execute("CREATE TEMPORARY TABLE categories (nr int, name text)")
        to.execute(
            """CREATE TEMPORARY TABLE tasks
               (id bigint, title text, description text, published_at timestamptz, price numeric, category int)"""
        )
        copy(CATEGORIES, "categories")
        for statement in FIRST:
            to.execute(statement)
        after = 0
        while after < tasks and (after == 0 or time.perf_counter() - began < LOADING_SECONDS):
            copy(TASKS.format(after=after, batch=BATCH), "tasks")
            for statement in EACH:
                to.execute(statement)
            after += BATCH
        writing.commit()
    server.run(name, "VACUUM ANALYZE")
    print(f"oscar's products loaded in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
