"""Who may come in: the right host, the right origin, and the token from the printed address."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

COOKIE = "atlas_page"

PLATFORMS = "/connector/"
"""The paths at which chat platforms knock."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Door:
    """Lets in whoever holds the token, from this machine's own names only."""

    def __init__(self, token: object, host: str, port: int) -> None:
        self._token = str(token or "")
        self._port = port
        self._loopback = is_loopback(host)
        self._names = {"127.0.0.1", "localhost", "[::1]"} if self._loopback else {host}

    def guard(self, app: web.Application) -> None:
        """Check the Host of every request to the server, and add headers to every answer."""
        app.middlewares.insert(
            0, self._middleware()
        )  # around all others, and so on their answers too

    def _middleware(self) -> Middleware:
        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                self._require_welcome(request)
                response = await handler(request)
            except web.HTTPException as answer:
                answer.headers.update(HEADERS)
                raise
            if not response.prepared:
                response.headers.update(HEADERS)
            return response

        return check

    def _require_welcome(self, request: web.Request) -> None:
        """Platforms come from outside, by whatever name; their doors check who they are."""
        if request.path.startswith(PLATFORMS):
            return
        if not self.knows_host(request.headers.get("Host", "")):
            raise web.HTTPMisdirectedRequest(text="This address is not one of Atlas's.")

    def knows_host(self, host: str) -> bool:
        """Whether a Host header names this server: a stranger's page can't borrow its address."""
        if not self._loopback:
            return True
        name, _, port = host.rpartition(":")
        return (name in self._names and port == str(self._port)) or (
            host in self._names and self._port == 80  # noqa: PLR2004  # browsers leave HTTP's own port out
        )

    def knows_origin(self, origin: str | None, host: str) -> bool:
        """Whether a browser's Origin is this very page."""
        return origin is not None and urlsplit(origin).netloc == host

    def opens_to(self, token: str) -> bool:
        """Whether it is the token, in constant time."""
        return bool(self._token) and hmac.compare_digest(token.encode(), self._token.encode())

    def admits(self, request: web.Request) -> bool:
        """Whether a request carries the cookie."""
        return self.opens_to(request.cookies.get(COOKIE, ""))

    def give_cookie(self, response: web.StreamResponse) -> None:
        """Let a browser in from now on; no script and no other site can use the cookie."""
        response.set_cookie(COOKIE, self._token, httponly=True, samesite="Strict", path="/")


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
