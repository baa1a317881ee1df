"""A language model on the loopback interface: it says what it is told to, in one piece or a stream, or fails."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ALLOWED = "content-type, authorization, x-api-key, anthropic-version, anthropic-dangerous-direct-browser-access"


@dataclass(slots=True)
class FakeModel:
    """A running model at `origin`. `reply` is what it says; `status` other than 200, `body` in the place of the answer,
    no `cors` and `silent` are its ways to fail. `asked` holds (path, headers, record) of each request."""

    origin: str = ""
    reply: str = ""
    streams: bool = False
    status: int = 200
    body: str = ""
    cors: bool = True
    silent: threading.Event | None = None
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)


@contextmanager
def fake_model(**told: Any) -> Iterator[FakeModel]:
    """Serve on a free port until the block ends."""
    model = FakeModel(**told)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nothing: `asked` is the log."""

        def do_OPTIONS(self) -> None:
            self.send_response(204 if model.cors else 403)
            self._allow()
            self.end_headers()

        def do_POST(self) -> None:
            record = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, record))
            if model.silent is not None:
                model.silent.wait(20)
            anthropic = self.path.endswith("/messages")
            streams = model.streams and model.status == 200
            body = model.body or (streamed(model.reply, anthropic) if streams else whole(model.reply, anthropic))
            with suppress(ConnectionError):
                self.send_response(model.status)
                self.send_header("Content-Type", "text/event-stream" if streams else "application/json")
                self._allow()
                self.end_headers()
                self.wfile.write(body.encode())

        def _allow(self) -> None:
            if model.cors:
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Access-Control-Allow-Headers", ALLOWED)
                self.send_header("Access-Control-Allow-Private-Network", "true")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model.origin = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield model
    finally:
        if model.silent is not None:
            model.silent.set()
        server.shutdown()
        server.server_close()


def whole(reply: str, anthropic: bool) -> str:
    """A reply in one piece."""
    if anthropic:
        return json.dumps({"type": "message", "content": [{"type": "text", "text": reply}]})
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": reply}}]})


def streamed(reply: str, anthropic: bool) -> str:
    """The same in events of a few letters."""
    pieces = [reply[n : n + 7] for n in range(0, len(reply), 7)]
    if anthropic:
        made = [{"type": "content_block_delta", "delta": {"type": "text_delta", "text": p}} for p in pieces]
        return "".join(f"event: {m['type']}\ndata: {json.dumps(m)}\n\n" for m in (*made, {"type": "message_stop"}))
    made = [{"choices": [{"delta": {"content": p}}]} for p in pieces]
    return "".join(f"data: {json.dumps(m)}\n\n" for m in made) + "data: [DONE]\n\n"
