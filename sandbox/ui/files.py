"""The page's own files, served from the package."""

from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent.parent / "page"
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


async def index(_request: web.Request) -> web.StreamResponse:
    """The page."""
    return _file("index.html")


async def file(request: web.Request) -> web.StreamResponse:
    """A script, style sheet or picture of the page."""
    return _file(request.match_info["file"])


def _file(name: str) -> web.StreamResponse:
    path = _FOLDER / name
    if path.parent != _FOLDER or path.suffix not in _TYPES or not path.is_file():
        return web.Response(status=404, text="There is no such file.")
    return web.FileResponse(path, headers={"Content-Type": f"{_TYPES[path.suffix]}; charset=utf-8"})
