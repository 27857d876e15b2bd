import pytest

from liveavatar_web import bell

Bells = list[tuple[str, dict[str, int]]]


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Bells:
    """The tasks that were rung for, as name and ids, instead of a broker with nobody behind it."""
    rung: Bells = []

    def note(task: str, *, queue: str, **ids: int) -> None:
        rung.append((task, ids))

    monkeypatch.setattr(bell, "ring", note)
    return rung
