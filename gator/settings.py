"""Every setting of Gator, in sections. The only module that reads the environment.

A clone without configuration is a development installation on SQLite that answers on loopback only. Setting
`SECRET_KEY` makes it a production installation, which refuses to start without its other keys.
"""

import sys
from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue

from engagement.values import App

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
TESTING = "pytest" in sys.modules
if not TESTING:
    # Tests must not depend on what a developer keeps there.
    env.read_env(BASE_DIR / ".env")
# Windows of posts are small matrices: with one thread of the algebra for each core, workers side by side only wait for
# each other (450 posts: 0.43 s of the processor against 0.04 on two busy cores). Set before numpy is imported.
env.ENVIRON.setdefault("OPENBLAS_NUM_THREADS", "1")

# What Gator keeps on disk: the SQLite database, the embedded broker, media, collected static files.
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))

# --- Mode and keys ---------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default="SECRET_KEY" not in env.ENVIRON)
PLACEHOLDER = "development-only-"


def key(name: str, development: str) -> str:
    """A key from the environment. Only a development installation may go without."""
    value = env.str(name, default="")
    if not value and not DEBUG:
        raise ImproperlyConfigured(f"Set {name}: production has no default for it (see .env.example).")
    return value or development


SECRET_KEY = key("SECRET_KEY", PLACEHOLDER + "secret-key")
PSEUDONYM_KEY = key("PSEUDONYM_KEY", PLACEHOLDER + "pseudonym-key")
# Keys that PSEUDONYM_KEY was before: people who asked to be forgotten are still known by them.
FORMER_PSEUDONYM_KEYS = env.list("FORMER_PSEUDONYM_KEYS", default=[])
# The first key seals, all of them open. The development key is 32 bytes of "development-only" in base64.
TOKEN_ENCRYPTION_KEYS = [
    part.strip() for part in key("TOKEN_ENCRYPTION_KEYS", "ZGV2ZWxvcG1lbnQtb25seWRldmVsb3BtZW50LW9ubHk=").split(",")
]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Where `make serve` answers.
PORT = env.str("PORT", default="8000")

# --- Applications ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "django_celery_beat",
    "acd",
    "gator.studio",
    "engagement",
    "patterns",
    "gator",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "gator.urls"
WSGI_APPLICATION = "gator.wsgi.application"
ASGI_APPLICATION = "gator.asgi.application"
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
            ]
        },
    }
]

# --- Database and cache ----------------------------------------------------------------------------------------------

DATA_DIR.mkdir(exist_ok=True)
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'gator.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock when a transaction starts, so that web, worker and beat wait instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}

# --- Language and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# --- Files -----------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
# WhiteNoise warns about a folder that is not there yet.
STATIC_ROOT.mkdir(exist_ok=True)
MEDIA_URL = "media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(DATA_DIR / "media"))
# Where the platforms fetch media from: they need a public address.
PUBLIC_MEDIA_URL = env.str("PUBLIC_MEDIA_URL", default="http://127.0.0.1:8000/media/")
# What staff upload for an import lies here until it is imported or too old. Larger files are for the command: a web
# request must end.
IMPORT_DIR = DATA_DIR / "imports"
IMPORT_MAX_BYTES = 10 * 1024 * 1024
IMPORT_MAX_ROWS = 10_000
IMPORT_MINUTES = 60
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Security --------------------------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
X_FRAME_OPTIONS = "DENY"
if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- REST ------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    # The token class stands first: otherwise an anonymous caller gets 403 where 401 is meant.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["gator.api.permissions.ModelPermissions"],
    "DEFAULT_FILTER_BACKENDS": ["gator.api.filters.NamedFilters"],
    "DEFAULT_PAGINATION_CLASS": "gator.api.pagination.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "gator.api.docs.Described",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["gator.api.parsers.BoundedJSONParser"],
    # Escapes, because a complaint may quote a lone surrogate, which UTF-8 cannot carry.
    "UNICODE_JSON": False,
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "gator.api.errors.one_shape",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env.str("API_RATE", default="1000/min"), "login": "10/min"},
    # Proxies whose X-Forwarded-For is believed; without one the header is a caller's own claim.
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
    "URL_FORMAT_OVERRIDE": None,
}
# 500 interactions with long comments fit; more is sent in several requests.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
REST_KNOX = {"TOKEN_TTL": timedelta(days=90), "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "Gator",
    "DESCRIPTION": "Run AI personas on social platforms and learn from what real people do with their posts.",
    "VERSION": "1.0.0",
    # From 3.1 on a description is JSON Schema, so that answers can be held against it as it stands.
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # Names for vocabularies that several records use, or that share a field name.
    "ENUM_NAME_OVERRIDES": {
        "Platform": "engagement.enums.Platform.choices",
        "MediaKind": "gator.studio.enums.MediaKind.choices",
        "PersonaStatus": "gator.studio.enums.PersonaStatus.choices",
        "ContentStatus": "gator.studio.enums.ContentStatus.choices",
        "PostStatus": "engagement.enums.PostStatus.choices",
        "PatternStatus": "patterns.enums.PatternStatus.choices",
        "ContextStatus": "acd.enums.Status.choices",
        "ContextState": "acd.enums.State.choices",
        "AccountState": "engagement.enums.AccountState.choices",
        "Validation": "acd.enums.Validation.choices",
        "Confidence": "acd.enums.Confidence.choices",
        "Verdict": "engagement.enums.Verdict.choices",
        "InteractionKind": "engagement.enums.InteractionKind.choices",
        "PatternKind": "patterns.enums.PatternKind.choices",
    },
}

# --- Tasks -----------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem"):
    BROKER_DIR = DATA_DIR / "broker"
    for folder in ("messages", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.05,
    }
elif CELERY_BROKER_URL.startswith("amqp"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# A queue for each platform: one that hangs fills its own, and may be given workers of its own (docs/production.md).
CELERY_TASK_QUEUES = [
    Queue(name, Exchange("celery"), routing_key=name)
    for name in ("celery", "instagram", "facebook", "twitter", "tiktok")
]
# Schedules live in the database and belong to staff: a beat schedule in settings would undo their edits.
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"

# --- Platforms -------------------------------------------------------------------------------------------------------

# One override replaces every host of that platform; the platform's own path, with its version, follows it.
REAL_API_URLS = {
    "instagram": "https://graph.instagram.com",
    "facebook": "https://graph.facebook.com",
    "twitter": "https://api.x.com",
    "tiktok": "https://open.tiktokapis.com",
}
# A running sandbox leaves its address here, so that a shell beside it does not send sandbox tokens to the platforms.
SANDBOX_ADDRESS_FILE = DATA_DIR / "sandbox-address"
HAS_SANDBOX = DEBUG and not TESTING and SANDBOX_ADDRESS_FILE.exists()
SANDBOX_ADDRESS = SANDBOX_ADDRESS_FILE.read_text().strip() if HAS_SANDBOX else ""
PLATFORM_API_URLS = {
    name: env.str(f"{name.upper()}_API_URL", default=f"{SANDBOX_ADDRESS}/{name}" if SANDBOX_ADDRESS else real)
    for name, real in REAL_API_URLS.items()
}


def app_of(name: str) -> App:
    """The app of a name in the environment. While its secret is changed, both are given, the new one first."""
    secret, *former = (part.strip() for part in env.str(f"{name.upper()}_APP_SECRET", default="").split(","))
    return App(id=env.str(f"{name.upper()}_APP_ID", default=""), secret=secret, former_secrets=tuple(former))


# The operator's app on each platform, by the name of its adapter: for refreshing tokens and checking what is pushed.
# Names as each platform writes them: app id and app secret, client id and client secret, client key.
PLATFORM_APPS = {
    name: app_of(name)
    for name in ("instagram", "instagram_facebook_login", "facebook", "twitter", "tiktok", "tiktok_business")
}
# X signs what it pushes with the secret of the app's consumer key, not with that of its OAuth 2.0 client.
TWITTER_CONSUMER_SECRET = env.str("TWITTER_CONSUMER_SECRET", default="")
# What Meta sends back when a webhook is set up, to show that it was we who asked.
WEBHOOK_VERIFY_TOKEN = env.str("WEBHOOK_VERIFY_TOKEN", default="")
GRAPH_API_VERSION = env.str("GRAPH_API_VERSION", default="v26.0")
# Development only: the token of an account that has none of its own.
DEVELOPMENT_ACCESS_TOKENS = {
    name: env.str(f"{name.upper()}_ACCESS_TOKEN", default="") if DEBUG else ""
    for name in ("instagram", "facebook", "twitter", "tiktok")
}
HTTP_CONNECT_SECONDS = 5
HTTP_READ_SECONDS = 10
# From the first byte sent to the last one read, repeats included.
HTTP_TOTAL_SECONDS = 30
# The same for a file or a part of one, of up to 20 MB: at 3 Mbit/s, and before a task has to end.
HTTP_UPLOAD_SECONDS = 60
HTTP_MAX_BYTES = 5 * 1024 * 1024
# Before a read is repeated; doubled each time, with jitter.
HTTP_BACKOFF_SECONDS = 0.5
# X renames `tweet.fields` to `post.fields`; its guides and its specification disagree about when.
X_POST_FIELDS = env.str("X_POST_FIELDS", default="tweet.fields")
# Whether the app's plan on X has analytics (Enterprise; of others nobody says): follows and watch time come from them.
X_ANALYTICS = env.bool("X_ANALYTICS", default=False)
# Share of every budget of calls that syncing leaves to publishing.
PUBLISH_RESERVE = env.float("PUBLISH_RESERVE", default=0.1)
# Dollars a day (UTC) that X may cost; without a number what it costs is only counted.
X_DAILY_DOLLARS = env.float("X_DAILY_DOLLARS", default=0.0) or None
# How long to wait between two looks at media that a platform is still processing.
PUBLISH_POLL_SECONDS = env.float("PUBLISH_POLL_SECONDS", default=5.0)

# --- Sync ------------------------------------------------------------------------------------------------------------

# (age of the post in hours, hours until the next sync): hourly to a day, 6-hourly to a week, daily to a month, weekly
# to 90 days. Insights arrive up to 48 h late and posts live longer than a day.
SYNC_LADDER = [(24, 1), (7 * 24, 6), (30 * 24, 24), (90 * 24, 7 * 24)]
# Requests under way at once for each platform, when a command syncs; tasks have the worker's own concurrency.
SYNC_FLIGHTS = env.int("SYNC_FLIGHTS", default=8)
# A young post's comments are all read again so often: edits and deletions show themselves in no number.
WHOLE_LOOK_HOURS = 24
WHOLE_LOOK_DAYS = 7
# A worker that dies loses its claim after this time, and another does the work.
CLAIM_SECONDS = env.int("CLAIM_SECONDS", default=300)
# Posts that are assessed in one transaction and one set of queries: on SQLite other writers wait for it.
ASSESS_BATCH = 500
# Platforms report insights up to 48 h late; younger numbers are provisional and are not graded.
SETTLE_HOURS = 48

# --- Filter and estimate ---------------------------------------------------------------------------------------------

COMMENT_TEXT_RETENTION_DAYS = env.int("COMMENT_TEXT_RETENTION_DAYS", default=30)
# The model that judges: the version of one that is shipped, or the path of a JSON file of `train_comment_model`.
# Empty: the one that is shipped.
FILTER_MODEL = env.str("FILTER_MODEL", default="")
# At most this share of genuine people may be called bots; the cut-offs of the filter follow from it.
MAX_WRONGLY_ACCUSED = 0.02

# --- Grades ----------------------------------------------------------------------------------------------------------

# (platform, basis): (good above, acceptable above), in percent. Instagram's pair by reach is the original design's. The
# others are starting points in proportion to how platforms count: views repeat, so a rate by views is lower.
GRADE_THRESHOLDS = {
    ("instagram", "reach"): (5.0, 2.0),
    ("facebook", "reach"): (5.0, 2.0),
    ("tiktok", "reach"): (5.0, 2.0),
    ("instagram", "views"): (4.0, 1.5),
    ("facebook", "views"): (4.0, 1.5),
    ("twitter", "views"): (3.0, 1.0),
    ("tiktok", "views"): (5.0, 2.0),
    # Most followers never see a post, so these are lower by far.
    ("instagram", "followers"): (2.0, 0.5),
    ("facebook", "followers"): (0.5, 0.1),
    ("twitter", "followers"): (0.2, 0.05),
    ("tiktok", "followers"): (3.0, 1.0),
}

# --- Learning --------------------------------------------------------------------------------------------------------

# A floor for showing anything at all, not a proof.
PATTERN_MIN_POSTS = 5
PATTERN_DAYS = 90
# Audiences and what platforms show change. The oldest post that a look may use counts half as much as one of today, so
# the half-life is the length of the window.
PATTERN_HALF_LIFE_DAYS = env.int("PATTERN_HALF_LIFE_DAYS", default=PATTERN_DAYS)
FALSE_DISCOVERY_RATE = 0.1
# Share of content that chance keeps guidance from, so that what guidance gains can be measured.
CONTROL_SHARE = env.float("CONTROL_SHARE", default=0.1)
# A run still under way after this long was killed with its process.
CONTEXT_TIMEOUT_HOURS = 2

# --- Generation ------------------------------------------------------------------------------------------------------

GENERATOR = env.str("GENERATOR", default="template")

# --- Admin -----------------------------------------------------------------------------------------------------------

FORMAT_MODULE_PATH = "gator.formats"
UNFOLD = {
    "SITE_TITLE": "Gator",
    "SITE_HEADER": "Gator",
    "SITE_SUBHEADER": "What works, and how sure we are",
    "SITE_URL": None,
    "SITE_ICON": "gator.navigation.icon",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "gator.navigation.icon"}],
    "STYLES": ["gator.navigation.stylesheet"],
    "ENVIRONMENT": ["Development", "warning"] if DEBUG else None,
    "DASHBOARD_CALLBACK": "gator.dashboard.dashboard",
    "SIDEBAR": {"show_search": True, "navigation": "gator.navigation.sidebar"},
    "TABS": "gator.navigation.tabs",
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "primary": {
            "50": "#f0f9f4",
            "100": "#daf1e3",
            "200": "#b8e2cb",
            "300": "#88ccab",
            "400": "#55b086",
            "500": "#33946a",
            "600": "#237754",
            "700": "#1c5f45",
            "800": "#194c38",
            "900": "#153f30",
            "950": "#0a231b",
        }
    },
}

DEFAULT_EXCEPTION_REPORTER_FILTER = "gator.debug_pages.ReporterFilter"

# --- Logging ---------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"redact": {"()": "acd.log_filter.RedactingFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # They log whole addresses, and Instagram's renewal has the token in its address.
        "urllib3.connectionpool": {"filters": ["redact"]},
        "engagement.sandbox.server": {"filters": ["redact"]},
    },
}

# --- Tests -----------------------------------------------------------------------------------------------------------

if TESTING:
    CELERY_TASK_ALWAYS_EAGER = True
    CELERY_TASK_EAGER_PROPAGATES = True
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    PUBLISH_POLL_SECONDS = 0.0
    # Threads would not see what a test keeps in its transaction.
    SYNC_FLIGHTS = 1
    HTTP_BACKOFF_SECONDS = 0.0
    # A developer's own apps are no part of a test.
    PLATFORM_APPS = {name: App() for name in PLATFORM_APPS}
