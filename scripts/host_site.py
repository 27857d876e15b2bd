"""A small site of somebody else's that shows a widget: for the demo and for tests.

    python -m scripts.host_site --port 8010 --app http://127.0.0.1:8000 --widget <id>

Open it as `localhost`: to a browser that is another site than the application on 127.0.0.1, where
another port alone would not be. Every page takes `?widget=<id>`.
"""

import argparse
from dataclasses import dataclass
from functools import partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template
from typing import Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

LOOPBACK: Final = "127.0.0.1"

_LAYOUT: Final = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title · Harbour Books</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><p class="name">Harbour Books</p><nav aria-label="Pages">$links</nav></header>
<main><h1>$title</h1>
<p>New and second-hand books by the old harbour. Ask us for a recommendation: whoever answers has
read more than any of us.</p>
$content
<h2>This week</h2>
<ul><li>Sea charts of the North, half price</li><li>Reading by candlelight on Friday</li></ul>
</main>
</body>
</html>
""")

_STYLE: Final = """
:root{color-scheme:light dark;font:18px/1.6 Georgia,serif}
html{background:light-dark(#fffdf8,#14171a);color:light-dark(#1c1c1c,#ededed)}
a{color:light-dark(#1a4f8a,#9cc7ff)}
body{margin:0 auto;padding:1.5rem;max-width:44rem}
.name{font-size:1.4rem;font-weight:700;margin:0}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.9rem}
nav a{padding:.25rem 0}
liveavatar-widget{display:block;height:560px}
iframe{width:100%;height:560px;border:1px solid #8888;border-radius:12px}
"""

_SCRIPT: Final = '<script async src="$app/embed/v1/$widget.js"></script>'
_IFRAME: Final = '<iframe title="Talk to us" src="$app/embed/v1/$widget" $attributes></iframe>'
_ALLOWED: Final = 'allow="microphone; autoplay; fullscreen" referrerpolicy="origin"'


@dataclass(frozen=True)
class HostPage:
    """A page's heading, what stands in it, and the headers that its server sends."""

    title: str
    content: str
    headers: tuple[tuple[str, str], ...] = ()


def _iframe(attributes: str) -> str:
    return _IFRAME.replace("$attributes", attributes)


_MOVE: Final = """<p><button type="button" id="move">Next shelf</button>
<button type="button" id="remove">Take the widget away</button> <span id="shelf">Shelf 1</span></p>
<script src="/spa.js"></script>"""
_MOVE_SCRIPT: Final = """
let shelf = 1;
document.getElementById("move").onclick = () => {
  shelf += 1;
  history.pushState({}, "", `/spa/${shelf}${location.search}`);
  document.getElementById("shelf").textContent = `Shelf ${shelf}`;
};
document.getElementById("remove").onclick = () =>
  document.querySelector("liveavatar-widget").remove();
"""

PAGES: Final = {
    "/": HostPage("Welcome", _SCRIPT),
    "/second": HostPage("Opening hours", _SCRIPT),
    "/inline": HostPage(
        "Ask the bookseller",
        f'<liveavatar-widget widget="$widget"></liveavatar-widget>{_SCRIPT}'.replace(
            "$widget", "$inline"
        ),
    ),
    "/iframe": HostPage("A plain iframe", _iframe(_ALLOWED)),
    "/two": HostPage("Two booksellers", _SCRIPT + _SCRIPT.replace("$widget", "$inline")),
    "/spa": HostPage("Shelves", _MOVE + _SCRIPT),
    "/strict": HostPage(
        "A strict policy",
        _SCRIPT,
        (
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; img-src data:; "
                "script-src $app; frame-src $app",
            ),
        ),
    ),
    "/no-microphone": HostPage(
        "No microphones here", _SCRIPT, (("Permissions-Policy", "microphone=()"),)
    ),
    "/no-allow": HostPage("An iframe that allows nothing", _iframe('referrerpolicy="origin"')),
    "/no-referrer": HostPage(
        "A page that tells nothing", _SCRIPT, (("Referrer-Policy", "no-referrer"),)
    ),
}


class Handler(BaseHTTPRequestHandler):
    def __init__(self, *args: object, app: str, widget: str, inline: str) -> None:
        self.app, self.widget, self.inline = app, widget, inline
        super().__init__(*args)  # type: ignore[arg-type]  # what the server hands over

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/style.css":
            return self._answer(_STYLE, "text/css")
        if url.path == "/spa.js":
            return self._answer(_MOVE_SCRIPT, "text/javascript")
        page = PAGES.get("/spa" if url.path.startswith("/spa") else url.path)
        if page is None:
            return self._answer("There is no such page.", "text/plain", status=404)
        query = parse_qs(url.query)
        asked = _uuid(query.get("widget", [""])[0])
        values = {
            "app": escape(self.app),
            "widget": asked or self.widget,
            "inline": asked or self.inline,
        }
        content = Template(page.content).substitute(values)
        same = escape(f"?{url.query}") if url.query else ""
        links = " ".join(
            f'<a href="{path}{same}">{escape(each.title)}</a>' for path, each in PAGES.items()
        )
        html = _LAYOUT.substitute(title=escape(page.title), links=links, content=content)
        headers = [(name, Template(value).substitute(values)) for name, value in page.headers]
        return self._answer(html, "text/html", *headers)

    def _answer(
        self, body: str, content_type: str, *headers: tuple[str, str], status: int = 200
    ) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nobody reads what a demo's shop was asked for."""


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def main() -> None:
    options = argparse.ArgumentParser(description="A site that shows a widget.")
    options.add_argument("--port", type=int, default=8010, help="0 chooses a free one")
    options.add_argument("--app", required=True, help="the application's address")
    options.add_argument("--widget", default=str(UUID(int=0)), help="the widget shown by default")
    options.add_argument("--inline", default=str(UUID(int=0)), help="the one inside of pages")
    given = options.parse_args()
    ids = {"widget": _uuid(given.widget), "inline": _uuid(given.inline)}
    handler = partial(Handler, app=given.app, **ids)
    with ThreadingHTTPServer((LOOPBACK, given.port), handler) as server:
        print(f"The site is at http://localhost:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
