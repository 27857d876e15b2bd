"""A page without us: LiveAvatar's official web SDK, and a button.

What ours is measured against, and what the simulator must serve as it is.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

from scripts.steps import ROOT

_SDK: Final = 'export * from "@heygen/liveavatar-web-sdk";'

_PAGE: Final = """<!doctype html>
<html lang="en"><title>Bare</title><link rel="icon" href="data:,">
<video autoplay playsinline></video><button>Start</button>
<script src="/sdk.js"></script>
<script>
const {LiveAvatarSession, SessionEvent, AgentEventsEnum} = LiveAvatarSDK;
const given = GIVEN;
window.heard = [];
document.querySelector("button").onclick = async () => {
  const answer = await fetch(`${given.cloud}/v1/sessions/token`, {
    method: "POST",
    headers: {"x-api-key": given.key, "content-type": "application/json"},
    body: JSON.stringify(given.wanted),
  });
  const {data} = await answer.json();
  const session = window.session = new LiveAvatarSession(data.session_token, {
    apiUrl: given.cloud,
    voiceChat: true,
  });
  window.sessionId = data.session_id;
  for (const event of Object.values(AgentEventsEnum)) {
    session.on(event, () => heard.push(event));
  }
  session.on(SessionEvent.SESSION_STREAM_READY, () => {
    session.attach(document.querySelector("video"));
  });
  await session.start();
};
</script>
"""


@contextmanager
def bare_page(*, cloud: str, key: str, wanted: Mapping[str, Any]) -> Iterator[str]:
    """Serves the page; `wanted` is the body with which it mints. Yields its address."""
    given = json.dumps({"cloud": cloud, "key": key, "wanted": wanted})
    contents = {
        "/": ("text/html", _PAGE.replace("GIVEN", given).encode()),
        "/sdk.js": ("text/javascript", _bundled_sdk()),
    }

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = contents[self.path]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Whoever runs this has better things to read."""

    # `localhost`, as a browser takes it for a site of its own beside a cloud on 127.0.0.1.
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def _bundled_sdk() -> bytes:
    """In one script, with the livekit-client of its own that it comes with."""
    command = ["node_modules/.bin/esbuild", "--bundle", "--minify", "--format=iife"]
    command += ["--global-name=LiveAvatarSDK"]
    return subprocess.run(
        command, cwd=ROOT, input=_SDK.encode(), capture_output=True, check=True
    ).stdout
