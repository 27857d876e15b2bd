"""One module, read top to bottom. What differs between places comes from the environment.

Every variable is read here, once, through `env`; `.env.example` says what each is for.
"""

import logging
import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from liveavatar_web import env, logs, queues

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))

# --- Where and who -------------------------------------------------------------------------------

PRODUCTION = env.flag("PRODUCTION", False)
DEBUG = env.flag("DEBUG", False) and not PRODUCTION
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)

DESK_SECRET_KEY = "desk-only-secret-key-that-production-refuses-0123456789abcdef"  # noqa: S105
SECRET_KEY = env.secret("SECRET_KEY", "" if PRODUCTION else DESK_SECRET_KEY)
if PRODUCTION and SECRET_KEY in {"", DESK_SECRET_KEY}:
    raise ImproperlyConfigured("SECRET_KEY is missing; production does not start without its own")

# Named 32-byte keys, newest first: "2026b:<base64>,2026a:<base64>". See `liveavatar_web/vault.py`.
DESK_VAULT_KEYS = "desk:ZGVzay1vbmx5LXZhdWx0LWtleS1ub3QtZm9yLXVzZSE="
VAULT_KEYS = env.secret("VAULT_KEYS", "" if PRODUCTION else DESK_VAULT_KEYS)
if PRODUCTION and VAULT_KEYS in {"", DESK_VAULT_KEYS}:
    raise ImproperlyConfigured("VAULT_KEYS is missing; production does not start without its own")

# Of the same form; they chain the audit trail, and stay away from the database that it is in.
DESK_AUDIT_KEYS = "desk:ZGVzay1vbmx5LWF1ZGl0LWtleS1ub3QtZm9yLXVzZSE="
AUDIT_KEYS = env.secret("AUDIT_KEYS", "" if PRODUCTION else DESK_AUDIT_KEYS)
if PRODUCTION and AUDIT_KEYS in {"", DESK_AUDIT_KEYS}:
    raise ImproperlyConfigured("AUDIT_KEYS is missing; production does not start without its own")
# Where the heads of its chains are written down, sealed.
AUDIT_SEALS = Path(env.text("AUDIT_SEALS", str(VAR_DIR / "audit-seals")))
AUDIT_SEAL_SECONDS = env.integer("AUDIT_SEAL_SECONDS", 3600, minimum=1)

# --- The cloud -----------------------------------------------------------------------------------

LIVEAVATAR_API_URL = env.text("LIVEAVATAR_API_URL", "https://api.liveavatar.com").rstrip("/")
LIVEAVATAR_API_KEY = env.secret("LIVEAVATAR_API_KEY")
OPENAI_BASE_URL = env.text("OPENAI_BASE_URL", "https://api.openai.com/v1").rstrip("/")

OPENAI_VOICES = [
    *("alloy", "ash", "ballad", "coral", "echo", "fable", "onyx"),
    *("nova", "shimmer", "sage", "verse", "marin", "cedar"),
]
OPENAI_MODELS = env.items("OPENAI_MODELS", "gpt-realtime,gpt-realtime-2.1")
# US dollars for a minute of sound, `model=heard/spoken`, of which OpenAI's cost is estimated.
OPENAI_PRICES = env.prices(
    "OPENAI_PRICES", "gpt-realtime=0.0192/0.0768,gpt-realtime-mini=0.006/0.024"
)
OPENAI_PRICES_AS_OF = env.text("OPENAI_PRICES_AS_OF", "September 2025")
SANDBOX_AVATAR_IDS = env.items("SANDBOX_AVATAR_IDS", "dd73ea75-1218-4ef3-92ce-606d5f7fbc0a")
SANDBOX_MAX_SECONDS = env.integer("SANDBOX_MAX_SECONDS", 60, minimum=1)

# Seconds. A call's deadline is shorter than the claim under which it is made.
CLOUD_CALL_DEADLINE = env.integer("CLOUD_CALL_DEADLINE", 20, minimum=1)
CLAIM_SECONDS = env.integer("CLAIM_SECONDS", 60, minimum=2)
# How long a session token may still start a session after it was minted. Not published by the
# vendor ("short"); too long only keeps a doubtful id on the sweep's list for longer.
SESSION_TOKEN_SECONDS = env.integer("SESSION_TOKEN_SECONDS", 300, minimum=1)

# --- Limits: conditional updates that fail closed ------------------------------------------------

MAX_CONCURRENT_PER_WORKSPACE = env.integer("MAX_CONCURRENT_PER_WORKSPACE", 3)
# How many members of a workspace, or visitors of a widget, may wait for a place; and how long.
MAX_WAITING_IN_LINE = env.integer("MAX_WAITING_IN_LINE", 20)
WAIT_SECONDS = env.integer("WAIT_SECONDS", 600, minimum=1)
# All workspaces together; what the plan of the LiveAvatar account allows, or less.
MAX_CONCURRENT_SESSIONS = env.integer("MAX_CONCURRENT_SESSIONS", 100)
MAX_SESSION_SECONDS = env.integer("MAX_SESSION_SECONDS", 600, minimum=30)
# By how much a person may make a conversation longer, once; a shorter rest is not offered.
EXTENSION_SECONDS = env.integer("EXTENSION_SECONDS", 600)
SHORTEST_EXTENSION_SECONDS = 60
MONTHLY_MINUTES_PER_WORKSPACE = env.integer("MONTHLY_MINUTES_PER_WORKSPACE", 300)
# Credits of the LiveAvatar account. LITE costs one a minute; no limit where none is set.
CREDITS_PER_MINUTE = env.decimal("CREDITS_PER_MINUTE", "1")
MONTHLY_CREDITS_PER_WORKSPACE = env.optional_decimal("MONTHLY_CREDITS_PER_WORKSPACE")
# No start may take the account below this; while what is left is not known, nothing starts.
CREDIT_FLOOR = env.optional_decimal("CREDIT_FLOOR")
LEASE_SECONDS = env.integer("LEASE_SECONDS", 60, minimum=5)
GOODBYE_SECONDS = env.integer("GOODBYE_SECONDS", 15, minimum=1)
KEEP_ALIVE_SECONDS = env.integer("KEEP_ALIVE_SECONDS", 100, minimum=1)
# A session that nobody could start within this time is given up: nobody waits that long.
START_WITHIN_SECONDS = env.integer("START_WITHIN_SECONDS", 60, minimum=1)
# How often one address may knock at widgets in a minute: for a ticket, a start, a return.
EMBED_KNOCKS_PER_MINUTE = env.integer("EMBED_KNOCKS_PER_MINUTE", 30, minimum=1)
# How often the cloud's running sessions are compared with ours; its other lists a tenth as often.
RECONCILE_SECONDS = env.integer("RECONCILE_SECONDS", 60, minimum=1)
# How long a workspace that its owner deletes can still be kept.
WORKSPACE_GRACE_DAYS = env.integer("WORKSPACE_GRACE_DAYS", 14)
SWEEP_SECONDS = env.integer("SWEEP_SECONDS", 5, minimum=1)

# --- Applications --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "liveavatar_web",
    "accounts",
    "sessions_app",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before whatever reads the request's headers.
    "liveavatar_web.middleware.request_id",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "liveavatar_web.middleware.permissions_policy",
]

ROOT_URLCONF = "liveavatar_web.urls"
FORM_RENDERER = "liveavatar_web.form_renderer.PlainRenderer"
ASGI_APPLICATION = "liveavatar_web.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.context_processors.workspace",
            ],
        },
    },
]

# --- Database, Redis, Celery ---------------------------------------------------------------------

DATABASE_URL = env.secret("DATABASE_URL")
DATABASE_POOL_SIZE = env.integer("DATABASE_POOL_SIZE", 20, minimum=1)


def _database() -> dict[str, Any]:
    if not DATABASE_URL:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "db.sqlite3",
            # A file, so that the threads of a test meet in it; one for each run of the tests.
            "TEST": {"NAME": VAR_DIR / f"test-{os.getpid()}.sqlite3"},
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            },
        }
    database: dict[str, Any] = dict(
        dj_database_url.parse(DATABASE_URL, engine="liveavatar_web.postgresql", conn_max_age=0)
    )
    options = {
        "connect_timeout": 5,
        # A statement that comes again is planned once a connection: PostgreSQL's share of a start
        # fell by two fifths. Behind a pooler that cannot: DATABASE_URL=…?server_side_binding=false
        "server_side_binding": True,
        "prepare_threshold": 5,
        **database.get("OPTIONS", {}),
        "pool": {
            "min_size": 1,
            "max_size": DATABASE_POOL_SIZE,
            # Where the database is away or too busy, say so soon: the default is half a minute.
            "timeout": 5,
            # For so long it tries by itself to connect, waiting twice as long each time. Then
            # whoever next asks has it try at once: a database that is back shall not be waited for.
            "reconnect_timeout": 5,
        },
    }
    return {**database, "OPTIONS": options}


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.secret("REDIS_URL", "redis://127.0.0.1:6379/0")
# A frozen Redis must cost a request a moment, not its life.
_REDIS_TIMEOUTS = {"socket_connect_timeout": 0.5, "socket_timeout": 2}

CACHES = {
    "default": {
        "BACKEND": "liveavatar_web.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "liveavatar-web",
        "OPTIONS": _REDIS_TIMEOUTS,
    },
    # For what must not be decided by guessing: raises where Redis does not answer.
    "strict": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "liveavatar-web",
        "OPTIONS": _REDIS_TIMEOUTS,
    },
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **_REDIS_TIMEOUTS,
    # No book in Redis of what a worker has taken: a bell that dies with its worker is rung again by
    # the sweep, long before Redis would give it out anew. Keeping it took a quarter of a worker.
    "ack_emulation": False,
    # Else whoever rings tries to connect for six seconds. Workers have a policy of their own.
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "sync"
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TIMEZONE = "UTC"
# Who may read /metrics of web: nobody without it. Workers and beat tell theirs at a port of their
# own, each at another one where several share an address; see `liveavatar_web/metrics.py`.
METRICS_TOKEN = env.secret("METRICS_TOKEN")
METRICS_PORT = env.integer("METRICS_PORT", 0)
METRICS_ADDRESS = env.text("METRICS_ADDRESS", "127.0.0.1")
# Touched by a worker or beat while it does its work; see `liveavatar_web/heartbeat.py`.
HEARTBEAT_FILE = env.text("HEARTBEAT_FILE")
# Each queue is pinged this often, and counts as silent when nobody has answered for so long.
QUEUE_PING_SECONDS = env.integer("QUEUE_PING_SECONDS", 10, minimum=1)
QUEUE_SILENT_SECONDS = env.integer("QUEUE_SILENT_SECONDS", 60, minimum=2)
CELERY_BEAT_SCHEDULE = {
    **queues.beat_schedule(QUEUE_PING_SECONDS, QUEUE_SILENT_SECONDS),
    "sweep": {
        "task": "sessions_app.sweep",
        "schedule": SWEEP_SECONDS,
        # A sweep that waited for a full period has been overtaken by the next one.
        "options": {"queue": "sweep", "expires": SWEEP_SECONDS},
    },
    "count_starts": {
        "task": "sessions_app.count_starts",
        "schedule": 300,
        "options": {"queue": "sweep", "expires": 300},
    },
    "keep_audit": {
        "task": "accounts.keep_audit",
        "schedule": AUDIT_SEAL_SECONDS,
        "options": {"queue": "sweep", "expires": AUDIT_SEAL_SECONDS},
    },
    "tidy": {
        "task": "sessions_app.tidy",
        "schedule": 3600,
        "options": {"queue": "sweep", "expires": 3600},
    },
}

# --- People --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EvenBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SIGNUP = env.choice("SIGNUP", "closed" if PRODUCTION else "open", ("open", "invited", "closed"))
# Whose workspaces may grow in number; each has minutes of its own every month.
CREATE_WORKSPACES = env.choice(
    "CREATE_WORKSPACES", "staff" if PRODUCTION else "everybody", ("staff", "everybody")
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if PRODUCTION else "optional"
ACCOUNT_REAUTHENTICATION_TIMEOUT = env.integer("REAUTHENTICATION_SECONDS", 600, minimum=1)
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"

# Single sign-on, beside passwords; see `accounts/single_sign_on.py`. Off without a provider.
OIDC_SERVER_URL = env.text("OIDC_SERVER_URL").rstrip("/")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.secret("OIDC_CLIENT_SECRET")
OIDC_NAME = env.text("OIDC_NAME", "single sign-on")
OIDC_ORIGIN = env.origin("OIDC_SERVER_URL", https=PRODUCTION)
if OIDC_SERVER_URL and not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET):
    raise ImproperlyConfigured(
        "OIDC_SERVER_URL is set: set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET too"
    )
if (OIDC_CLIENT_ID or OIDC_CLIENT_SECRET) and not OIDC_SERVER_URL:
    raise ImproperlyConfigured("OIDC_SERVER_URL is missing; without it there is no single sign-on")
SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False

MFA_ADAPTER = "accounts.second_step.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "LiveAvatar Web"
# Clocks of phones go wrong by half a minute.
MFA_TOTP_TOLERANCE = 1
# Where addresses need not be confirmed, a second step does not ask for it either.
MFA_ALLOW_UNVERIFIED_EMAIL = not PRODUCTION
# Browsers take a loopback address for secure; production has https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env.text("EMAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "LiveAvatar Web <noreply@localhost>")

# --- HTTP ----------------------------------------------------------------------------------------

MEDIA_CONNECT_SOURCES = env.items(
    "MEDIA_CONNECT_SOURCES",
    "https://*.livekit.cloud,wss://*.livekit.cloud"
    if PRODUCTION
    else "https://*.livekit.cloud,wss://*.livekit.cloud,http://127.0.0.1:*,ws://127.0.0.1:*,"
    "http://localhost:*,ws://localhost:*",
)
PREVIEW_IMAGE_SOURCES = env.items(
    "PREVIEW_IMAGE_SOURCES",
    "https:" if PRODUCTION else "https:,http://127.0.0.1:*,http://localhost:*",
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *PREVIEW_IMAGE_SOURCES],
        "font-src": [SELF],
        "connect-src": [SELF, *MEDIA_CONNECT_SOURCES],
        "media-src": [SELF, "blob:"],
        # Chromium holds the redirect to the provider against it too.
        "form-action": [SELF, OIDC_ORIGIN] if OIDC_ORIGIN else [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION and env.flag("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^healthz/queues$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_ENGINE = "accounts.session_store"
SESSION_SERIALIZER = "accounts.session_serializer.SealingSerializer"
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "liveavatar_web.api_errors.handle",
    "NUM_PROXIES": TRUSTED_PROXIES,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "LiveAvatar Web",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # `collectstatic` writes each file compressed too: a widget's frame is paid for by strangers.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# The build puts a content hash of eight characters before the ending of each file name.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+-[0-9A-Z]{8}\..+$"

LOGGING_CONFIG = None
logs.configure(level=env.text("LOG_LEVEL", "INFO"), as_json=env.flag("LOG_JSON", PRODUCTION))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# Whatever reaches it has been looked at: see `liveavatar_web.middleware.request_id`.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
# A sweep every few seconds is not worth a line each.
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = logging.DEBUG
# One line a request: it says when it is over, and what the line of its beginning would.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = "public_id"
