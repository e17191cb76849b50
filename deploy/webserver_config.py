"""How people sign in to Airflow: with passwords kept in its database. docs/deploy.md shows the way to Entra ID."""

from flask_appbuilder.const import AUTH_DB

AUTH_TYPE = AUTH_DB
# Nobody makes an account for themselves; an administrator does: Security > List Users.
AUTH_USER_REGISTRATION = False
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "10 per minute"
RATELIMIT_STORAGE_URI = "memory://"
WTF_CSRF_ENABLED = True
