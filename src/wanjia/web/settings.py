"""Django settings, read from the environment once; the embedded default needs none.

WANJIA_HOME        folder of the embedded store and of the secret key (default: ./var)
DATABASE_URL       postgresql://user:password@host:port/name for the distributed column; absent: SQLite
WANJIA_HOSTS       host names served, separated by commas (default: localhost and loopback)
WANJIA_SECURE      1 behind HTTPS: secure cookies, HSTS
WANJIA_ORIGIN      https://host of this site, for passkeys; several separated by commas (default: none but localhost)
WANJIA_DEMO        1 shows the demo logins on the sign-in page
WANJIA_SMTP_URL and others: see `wanjia.wiring.deliveries`
"""

import contextlib
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlparse

from csp.constants import NONCE, NONE, SELF

from wanjia.adapters.webhook.codec import names

HERE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("WANJIA_HOME", "var")).resolve()
HOME.mkdir(parents=True, exist_ok=True)
SECURE = os.environ.get("WANJIA_SECURE") == "1"
PUBLIC_URL = os.environ.get("WANJIA_PUBLIC_URL", f"http://localhost:{os.environ.get('PORT', '8000')}").rstrip("/")
DEMO = os.environ.get("WANJIA_DEMO") == "1"


def secret_key() -> str:
    """The installation's own key: from the environment, or made once and kept readable by the owner only."""
    given = os.environ.get("WANJIA_SECRET_KEY")
    if given:
        return given
    path = HOME / "secret_key"
    if not path.exists():
        made = HOME / f"secret_key.{os.getpid()}"
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text()


def database(url: str | None) -> dict[str, object]:
    """SQLite with immediate transactions and FULL sync, or the PostgreSQL that the address names."""
    if not url:
        return {
            "ENGINE": "wanjia.records.sqlite",
            "NAME": HOME / "wanjia.sqlite3",
            "CONN_MAX_AGE": None,
            # A file like the real one: in memory SQLite's WAL writes files whose names are stray bytes.
            "TEST": {"NAME": HOME / "test.sqlite3"},
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: what was acknowledged survives a power cut, not only a killed process.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
                "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;",
            },
        }
    parts = urlparse(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
    }


SECRET_KEY = secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("WANJIA_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
DATABASES = {"default": database(os.environ.get("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "wanjia.web.urls"
WSGI_APPLICATION = "wanjia.web.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_cotton",
    "django_htmx",
    "axes",
    "csp",
    "wanjia.records.territory",
    "wanjia.records.network",
    "wanjia.records.cases",
    "wanjia.records.standing",
    "wanjia.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wanjia.web.middleware.visitor",
    "wanjia.web.errors.Refusals",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "wanjia.web.templatetags.words"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "wanjia.web.context.page",
            ],
        },
    }
]
COTTON_DIR = "components"
COTTON_BASE_DIR = HERE

AUTH_USER_MODEL = "territory.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours: long enough against guessing, short enough for a clerk at a counter
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "wanjia.web.errors.locked_out"
CSRF_FAILURE_VIEW = "wanjia.web.errors.form_expired"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # an undo button may carry a telephone
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # seconds: one working day
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "style-src-attr": ["'unsafe-inline'"],  # the diagram and chart libraries place their marks by style attribute
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes of a form without its files
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
PAPER_SIZE_BYTES_MAX = 10 * 1024 * 1024
PAPERS_PER_CASE_MAX = 60
WEBHOOK_RECEIVERS = names(os.environ.get("WANJIA_WEBHOOK_URLS", ""))  # names only; where they lead is the sender's

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATIC_ROOT = None  # served from the package itself; nothing is collected
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_USE_FINDERS = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSKEY_ORIGINS = tuple(one.strip().rstrip("/") for one in os.environ.get("WANJIA_ORIGIN", "").split(",") if one)
LIMITS_IN_STORE = bool(os.environ.get("DATABASE_URL"))  # one process counts in memory, several count together
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
