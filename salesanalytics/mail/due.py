"""Whether a letter leaves: always, only where it says something else than the last one, or only where it is an alarm.

In: what the params ask for, a letter, and the letter that reached the same address last. Out: why it is held back, in words
for whoever sends; empty where it leaves.
"""

from typing import Literal

from salesanalytics.mail.letter import Letter
from salesanalytics.mail.sent import Mail

ALARM = "act"


def held_back(when: Literal["always", "changed", "alarm"], told: Letter, before: Mail | None) -> str:
    """Why `told` does not leave. After an alarm one more letter does, which says that it is over."""
    if when == "changed" and before is not None and before.gist == told.gist:
        return f"it says what the letter of {before.as_of} said"
    if when == "alarm" and told.severity != ALARM and (before is None or before.severity != ALARM):
        return "it opens with nothing to act on"
    return ""
