"""The avatar notices by level when a turn begins and ends."""

from simulator.rooms.hearing import Turns

PIECE_S = 0.02


class Listener:
    """Hears a script of sounds, 20 ms at a time, and writes down what the turns tell."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self._turns = Turns(
            lambda: self.told.append("began"), lambda seconds: self.told.append(f"{seconds:.2f}")
        )
        self._now = 100.0

    def hear(self, seconds: float, *, is_voice: bool) -> None:
        for _ in range(round(seconds / PIECE_S)):
            self._now += PIECE_S
            self._turns.hear(PIECE_S, is_voice=is_voice, now=self._now)

    def hear_nothing(self, seconds: float) -> None:
        self._now += seconds
        self._turns.pass_time(self._now)


def test_a_turn_lasts_from_the_first_sound_to_the_last() -> None:
    listener = Listener()

    listener.hear(1.0, is_voice=True)
    listener.hear(0.5, is_voice=False)
    listener.hear(0.5, is_voice=True)
    listener.hear(1.0, is_voice=False)

    assert listener.told == ["began", "2.00"]


def test_a_turn_also_ends_when_the_microphone_sends_nothing() -> None:
    listener = Listener()

    listener.hear(0.4, is_voice=True)
    listener.hear_nothing(0.8)

    assert listener.told == ["began", "0.40"]


def test_clicks_and_beeps_are_no_turn() -> None:
    listener = Listener()

    for _ in range(20):
        listener.hear(0.02, is_voice=True)
        listener.hear(0.48, is_voice=False)

    assert listener.told == []


def test_each_turn_is_told_apart() -> None:
    listener = Listener()

    for _ in range(2):
        listener.hear(0.3, is_voice=True)
        listener.hear(1.0, is_voice=False)

    assert listener.told == ["began", "0.30", "began", "0.30"]
