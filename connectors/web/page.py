"""The routes of the page: itself, its files, and its WebSocket."""

from pathlib import Path

from aiohttp import WSMsgType, web

from connectors.web.doors import Door
from connectors.web.room import Room

STATIC = Path(__file__).parent / "static"

HEARTBEAT = 20.0
LARGEST_MESSAGE = 64 * 1024


def add_routes(app: web.Application, door: Door, room: Room) -> None:
    """Add the page to a server."""
    routes = PageRoutes(door, room)
    app.router.add_get("/", routes.index)
    app.router.add_get("/web/socket", routes.socket)
    app.router.add_get("/web/static/{name:[a-z]+\\.(?:css|js|svg)}", routes.static)


class PageRoutes:
    """The handlers of the page."""

    def __init__(self, door: Door, room: Room) -> None:
        self._door = door
        self._room = room

    async def index(self, request: web.Request) -> web.StreamResponse:
        """The page; a token in the address becomes a cookie and leaves the address."""
        token = request.query.get("token")
        if token is not None and self._door.opens_to(token):
            response = web.Response(status=303, headers={"Location": "/"})
            self._door.give_cookie(response)
            return response
        if not self._door.admits(request):
            text = "Open the address that Atlas printed when it started: it holds the key.\n"
            raise web.HTTPForbidden(text=text)
        return self._file("index.html")

    async def static(self, request: web.Request) -> web.StreamResponse:
        """A stylesheet, module or picture; nothing in them is secret."""
        return self._file(request.match_info["name"])

    @staticmethod
    def _file(name: str) -> web.StreamResponse:
        path = STATIC / name
        if not path.is_file():
            raise web.HTTPNotFound
        # modules import each other without version numbers: a browser must ask each time
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """The conversation of one open page."""
        origin, host = request.headers.get("Origin"), request.headers.get("Host", "")
        if not self._door.admits(request) or not self._door.knows_origin(origin, host):
            raise web.HTTPForbidden
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=LARGEST_MESSAGE)
        await socket.prepare(request)
        async with self._room.entered(socket):
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._room.take(socket, frame.data)
        return socket
