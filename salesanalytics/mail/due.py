"""Whether a letter leaves: always, only where it says something else than the last one, or only where it is an alarm.

In: what the params ask for, a letter, and the letter that reached the same address last. Out: why it is held back, in words
for whoever sends; empty where it leaves.
"""

from typing import Literal

from salesanalytics.mail.letter import Letter
from salesanalytics.mail.sent import Mail

ALARM = "act"


def held_back(when: Literal["always", "changed", "alarm"], told: Letter, before: Mail | None, *, threshold: float = 0.0) -> str:
    """Why `told` does not leave. After an alarm one more letter does, which says that it is over. `threshold`: the share by
    which the likely end has to have moved since the last letter to be a change by itself (0: it is none).
    """
    if when == "changed" and before is not None and before.gist == told.gist and not _moved(told, before, threshold):
        return f"it says what the letter of {before.as_of} said"
    if when == "alarm" and told.severity != ALARM and (before is None or before.severity != ALARM):
        return "it opens with nothing to act on"
    return ""


def _moved(told: Letter, before: Mail, threshold: float) -> bool:
    if threshold <= 0 or told.likely is None or not before.likely:
        return False
    return abs(told.likely / before.likely - 1) >= threshold
