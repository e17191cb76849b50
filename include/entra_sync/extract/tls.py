"""How servers are trusted: by the connection's CA file, else by the certificates that the libraries bring along.

Nothing is taken from the environment. Certificate and host name are always verified.
"""

from __future__ import annotations

import ssl
from typing import Any

import certifi
from requests.adapters import HTTPAdapter


def context(verify: bool | str) -> ssl.SSLContext:
    """The context for a connection's ``verify``: true, or a CA file."""
    made = ssl.create_default_context(cafile=verify if isinstance(verify, str) else certifi.where())
    if isinstance(verify, str):
        # From Python 3.13 on a CA certificate without a key identifier is refused; many companies' own CAs have none.
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return made


class ContextAdapter(HTTPAdapter):
    """Lets requests use a context as it is, directly and through a proxy."""

    def __init__(self, trusted: ssl.SSLContext) -> None:
        self._trusted = trusted
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._trusted, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._trusted, **kwargs)
