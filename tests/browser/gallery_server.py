"""The gallery over HTTP, under the real security headers and the real way of serving built files; no database."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from app.http.pages import BuiltFiles
from app.http.security_headers import SecurityHeaders
from app.settings import Settings
from web.gallery import exhibits, render_exhibit

SETTINGS = Settings.model_validate({"DATABASE_URL": "postgresql://nowhere/none"})


def make_gallery(posted: list[str]) -> Starlette:
    """The gallery; bodies that are sent to its first page are added to `posted`."""

    async def show(request: Request) -> Response:
        if request.method == "POST":
            posted.append((await request.body()).decode())
        name = request.path_params.get("name", "home")
        return HTMLResponse(render_exhibit(exhibits()["results" if request.method == "POST" else name]))

    app = Starlette(
        routes=[
            Mount("/static", BuiltFiles(SETTINGS)),
            Route("/", show, methods=["GET", "POST"]),
            Route("/{name}", show),
        ]
    )
    app.add_middleware(SecurityHeaders, settings=SETTINGS)
    return app


@contextmanager
def gallery_running(posted: list[str]) -> Iterator[str]:
    """Serve the gallery on a free port of this machine; gives its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(make_gallery(posted), log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
