"""The mail server of the journeys: takes every letter, and sends none on."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy

from tests.journeys.person import eventually


@dataclass
class Letters:
    """What has come in, the newest last, as recipient and text."""

    port: int = 0
    taken: list[tuple[str, str]] = field(default_factory=list)

    def link(self, recipient: str) -> str:
        """The first address in the newest letter to somebody, which is waited for."""
        text = eventually(lambda: [text for to, text in self.taken if to == recipient])[-1]
        found = re.search(r"https?://\S+", text)
        assert found is not None, "the letter has no link"
        return found[0]


@contextmanager
def taking_letters() -> Iterator[Letters]:
    letters = Letters()

    class Conversation(socketserver.StreamRequestHandler):
        """As much of SMTP as a letter takes."""

        def handle(self) -> None:
            self._say("220 letters")
            for line in self.rfile:
                match line.split(None, 1)[0].upper():
                    case b"DATA":
                        self._say("354 go on")
                        self._take()
                    case b"QUIT":
                        return self._say("221 bye")
                    case _:
                        self._say("250 well")
            return None

        def _take(self) -> None:
            lines = iter(self.rfile.readline, b".\r\n")
            letter = message_from_bytes(b"".join(lines), policy=policy.default)
            text = letter.get_body(("plain",))
            assert text is not None, "a letter has a text"
            letters.taken.append((letter["To"], text.get_content()))
            self._say("250 taken")

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        letters.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield letters
        server.shutdown()
