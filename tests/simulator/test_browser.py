"""Chromium joins a room with the current livekit-client, sees, hears, speaks and is answered."""

import asyncio
import json
import os
import shutil
import wave
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from scripts.bare_page import bare_page
from simulator import speech
from tests.simulator.cloud import ACCOUNT, SimulatedCloud, until

CLIENT = Path("node_modules/livekit-client/dist/livekit-client.umd.js")
PAGE = """<!doctype html><title>room</title><video id="picture" autoplay muted></video>
<script src="/livekit-client.js"></script><script>
window.seen = {tracks: [], events: [], reasons: [], states: []};
window.join = async (url, token, options) => {
  const room = window.room = new LivekitClient.Room(options);
  room.on('trackSubscribed', (track, _, participant) => {
    seen.tracks.push(participant.identity + ' ' + track.kind);
    if (track.kind === 'video') return track.attach(document.getElementById('picture'));
    document.body.append(track.attach());
    window.sound = track;
    const context = new AudioContext();
    const analyser = window.analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(analyser);
  });
  room.on('dataReceived', (bytes, participant, kind, topic) =>
    seen.events.push([topic, JSON.parse(new TextDecoder().decode(bytes)).event_type]));
  room.on('connectionStateChanged', state => seen.states.push(state));
  room.on('disconnected', reason => seen.reasons.push(reason));
  const began = performance.now();
  await room.connect(url, token);
  return performance.now() - began;
};
window.discarded = async () => {
  const stats = [...await sound.receiver.getStats()].map(([_, each]) => each);
  return stats.find(each => each.type === 'inbound-rtp').packetsDiscarded;
};
window.loudness = () => {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return Math.max(...samples.map(Math.abs));
};
</script>"""

# Whether what the video plays is louder than that.
LOUDNESS = """level => {
  const context = window.context ??= new AudioContext();
  window.analyser ??= (() => {
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(document.querySelector("video").srcObject).connect(analyser);
    return analyser;
  })();
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return Math.max(...samples.map(Math.abs)) > level;
}"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody who speaks for two seconds and then listens."""
    words = asyncio.run(speech.say("Good morning. How are you today?", "nova")).pcm
    path = tmp_path_factory.mktemp("microphone") / "spoken.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(speech.SAMPLE_RATE)
        sound.writeframes(np.concatenate([words, np.zeros(20 * 48_000, np.int16)]).tobytes())
    return path


class Desk(BaseHTTPRequestHandler):
    """Serves the page and the client it loads."""

    def do_GET(self) -> None:
        is_script = self.path.endswith(".js")
        body = CLIENT.read_bytes() if is_script else PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests have better things to read."""


@pytest.fixture
def home() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Desk) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(spoken: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=[
                "--headless=new",
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={spoken}",
                "--autoplay-policy=no-user-gesture-required",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, home: str) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(home)
        yield page


def join(page: Page, session: dict[str, Any], **options: Any) -> float:
    """Join the room; return the milliseconds that connecting took."""
    arguments = [session["livekit_url"], session["livekit_client_token"], options]
    return float(page.evaluate("([url, token, options]) => join(url, token, options)", arguments))


@pytest.mark.parametrize("single_peer", [True, False], ids=["v1", "v0"])
def test_a_browser_sees_and_hears_the_avatar_and_is_answered(
    cloud: SimulatedCloud, page: Page, single_peer: bool
) -> None:
    cloud.door("POST", "switches", {"greeting": False})
    session = cloud.started()

    join(page, session, singlePeerConnection=single_peer)
    page.wait_for_function("document.getElementById('picture').currentTime > 0.5")
    page.evaluate("room.localParticipant.setMicrophoneEnabled(true)")
    page.wait_for_function("loudness() > 0.05", timeout=20_000)

    assert sorted(page.evaluate("seen.tracks")) == ["heygen audio", "heygen video"]
    assert page.evaluate("document.getElementById('picture').videoWidth") == 640
    events = page.evaluate("seen.events")
    assert events[:5] == [
        ["agent-response", "user.speak_started"],
        ["agent-response", "user.speak_ended"],
        ["agent-response", "user.transcription"],
        ["agent-response", "avatar.speak_started"],
        ["agent-response", "avatar.transcription.chunk"],
    ]
    assert page.evaluate("discarded()") < 5
    heard = cloud.session_state(session["session_id"])["heard"]
    assert heard["max_dbfs"] > -30
    assert heard["voice_s"] > 0.5

    cloud.stop(session["session_id"])
    page.wait_for_function("seen.reasons.length")
    assert page.evaluate("seen.reasons") == [5]
    assert page.evaluate("seen.events.at(-1)") == ["agent-response", "session.stopped"]


def test_the_official_sdk_starts_a_session_and_shows_and_plays_it(
    cloud: SimulatedCloud, browser: Browser, simulator_url: str
) -> None:
    wanted = cloud.configuration()
    with (
        bare_page(cloud=simulator_url, key=ACCOUNT["X-API-KEY"], wanted=wanted) as home,
        browser.new_context() as context,
    ):
        page = context.new_page()
        page.goto(home)
        page.get_by_role("button", name="Start").click()

        page.wait_for_function("document.querySelector('video').currentTime > 0.5")
        page.wait_for_function(LOUDNESS, arg=0.05)
        page.wait_for_function("heard.includes('avatar.speak_started')")
        session_id = page.evaluate("sessionId")
        assert page.evaluate("document.querySelector('video').videoWidth") == 640
        until(lambda: cloud.session_state(session_id)["heard"]["voice_s"] > 0.5)

        page.evaluate("session.stop()")
        until(lambda: cloud.session_state(session_id)["end_reason"] == "USER_CLOSED")


def test_a_browser_that_loses_its_signalling_resumes_without_a_gap(
    cloud: SimulatedCloud, page: Page
) -> None:
    session = cloud.started()
    join(page, session)
    page.wait_for_function("document.getElementById('picture').currentTime > 0.2")

    cloud.door("POST", f"sessions/{session['session_id']}/cut")
    page.wait_for_function("seen.states.at(-1) === 'connected' && seen.states.length > 2")

    states = json.dumps(page.evaluate("seen.states"))
    assert states == '["connecting", "connected", "signalReconnecting", "connected"]'
    before = page.evaluate("document.getElementById('picture').currentTime")
    page.wait_for_function(f"document.getElementById('picture').currentTime > {before} + 0.5")
    assert len(page.evaluate("seen.tracks")) == 2


def test_a_browser_is_told_why_it_may_not_join(cloud: SimulatedCloud, page: Page) -> None:
    session = cloud.started()
    cloud.stop(session["session_id"])

    refused = page.evaluate(
        "([url, token]) => join(url, token, {}).catch(error => error.message)",
        [session["livekit_url"], session["livekit_client_token"]],
    )

    assert refused.endswith(": requested room does not exist")
