"""The page at ``/``: which rooms are running, and what has ended lately."""

from html import escape

from aiohttp import web

from simulator.cloud import CLOUD, Cloud
from simulator.records import Session

RECENT = 10
STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 15%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 60rem; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2.5rem }
p, td.quiet { color: color-mix(in srgb, currentColor 70%, transparent) }
.rooms { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)) }
.room { border: 1px solid var(--line); border-radius: 12px; overflow: hidden }
.room img { display: block; width: 100%; aspect-ratio: 16 / 9 }
.room div { padding: .75rem 1rem } .room strong { font-size: 1.1rem }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left }
code { font-size: .85em }
"""
routes = web.RouteTableDef()


@routes.get("/")
async def show(request: web.Request) -> web.Response:
    return web.Response(text=_page(request.app[CLOUD]), content_type="text/html")


def _page(cloud: Cloud) -> str:
    running = [_room(cloud, each) for each in cloud.active.values()]
    ended = [each for each in reversed(cloud.sessions.values()) if each.state == "ended"]
    rows = [_row(cloud, each) for each in ended[:RECENT]]
    rooms = f'<div class="rooms">{"".join(running)}</div>' if running else "<p>None is running.</p>"
    past = f"<table>{_HEAD}{''.join(rows)}</table>" if rows else "<p>None has ended yet.</p>"
    return f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="2">
<title>{len(running)} rooms · simulated LiveAvatar cloud</title><style>{STYLE}</style>
<h1>Simulated LiveAvatar cloud</h1>
<p>{cloud.credits} credits left · {len(cloud.secrets)} secrets · {len(cloud.contexts)} contexts ·
<a href="/_sim/state">everything as JSON</a></p>
<h2>Rooms</h2>{rooms}<h2>Ended lately</h2>{past}</html>"""


_HEAD = "<tr><th>Avatar<th>Session<th>Ended because<th>Seconds<th>Credits</tr>"


def _room(cloud: Cloud, session: Session) -> str:
    name, heard = escape(session.avatar.name), session.heard
    there = " and ".join(session.participants) or "nobody yet"
    voice = f"{heard.voice_s:.0f} s of voice, loudest {heard.max_dbfs:.0f} dBFS"
    return f"""<div class="room"><img src="/previews/{session.avatar.id}.png" alt="">
<div><strong>{name}</strong> · {_minutes(session.seconds(cloud.clock.now()))}<br>
In the room: {escape(there)}<br>
Heard {voice if heard.audio_s else "nothing yet"}; lines said: {len(session.lines)}<br>
<code>{session.id}</code></div></div>"""


def _row(cloud: Cloud, session: Session) -> str:
    seconds = session.seconds(cloud.clock.now())
    return (
        f"<tr><td>{escape(session.avatar.name)}<td class=quiet><code>{session.id}</code>"
        f"<td>{escape(str(session.end_reason))}<td>{seconds:.0f}<td>{session.credits_consumed}</tr>"
    )


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
