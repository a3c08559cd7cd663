"""A server that takes posts, and answers as told."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "T0SECRET/B0SECRET"
HANG_UP = 0


@dataclass
class Hook:
    """Answers, one per post (a status, and headers of its own), and what was posted; errors speak of its address."""

    answers: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def listening(*answers: int | tuple[int, Mapping[str, str]], tls: ssl.SSLContext | None = None) -> Iterator[Hook]:
    """A webhook on this machine; where it has no answer left it takes what comes."""
    hook = Hook([one if isinstance(one, tuple) else (one, {}) for one in answers])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.paths.append(self.path)
            hook.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers = hook.answers.pop(0) if hook.answers else (200, {})
            if status == HANG_UP:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(hook.url.encode() if status >= 400 else b"ok")

        def log_message(self, *said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    hook.url = f"{'https' if tls else 'http'}://localhost:{server.server_port}/services/{SECRET}?sig={SECRET}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
