"""How a person who listens moves: breath, sway, a blink, a glance. It repeats without a seam."""

import math
from dataclasses import dataclass

FPS = 25
"""Poses a second."""

POSES = 5 * FPS
"""Poses in the loop: five seconds, one calm breath."""

BLINKS = (34, 99)
"""The poses in which a blink begins."""

BLINK = (0.45, 0.0, 0.0, 0.5)
"""How far the lids are open in each pose of a blink."""

GLANCE = range(62, 96)
"""The poses in which the eyes look away for a moment."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where everything is at one moment: units of the figure, and degrees for `tilt`."""

    sway: float = 0.0
    nod: float = 0.0
    tilt: float = 0.0
    turn: float = 0.0
    breath: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    lids: float = 1.0

    @classmethod
    def at(cls, index: int) -> "Pose":
        """The pose at a moment of the loop; `index` counts twenty-fifths of a second."""
        step = index % POSES
        phase = math.tau * step / POSES
        glancing = step in GLANCE
        return cls(
            sway=2.4 * math.sin(phase) + 0.9 * math.sin(2 * phase + 1.0),
            nod=1.1 * math.sin(2 * phase + 0.5) + 0.5 * math.sin(3 * phase),
            tilt=1.3 * math.sin(phase + 0.8) + 0.5 * math.sin(3 * phase + 0.2),
            turn=0.9 * math.sin(phase - 0.6),
            breath=1.2 * math.sin(phase - 1.2),
            gaze=(2.6, -0.8) if glancing else (0.0, 0.0),
            lids=_lids(step),
        )


def _lids(step: int) -> float:
    for start in BLINKS:
        if start <= step < start + len(BLINK):
            return BLINK[step - start]
    return 1.0


REST = Pose()
