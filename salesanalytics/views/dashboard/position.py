"""Where a team stands, in one line that can be passed on as it is, and as numbers for the list of pages and for mails."""

from salesanalytics.analyses.dashboard.position import Position
from salesanalytics.show.blocks import Nothing, Standing
from salesanalytics.show.words import Words


def standing(found: Position, words: Words) -> Standing | Nothing:
    """The line of the team, or of the company; nothing where the end of its period cannot be told."""
    ends = found.ends
    told = {one: getattr(ends, one) for one in ("booked", "goal", "low", "middle", "high", "p_hit")}
    told |= {"name": found.name or words.say("page.company"), "span": found.period.span}
    if ends.is_over:
        line = words.say("standing.over" if ends.goal is None else "standing.over_goal", **told)
        return Standing(line, ends.booked, goal=ends.goal)
    if ends.middle is None:
        return Nothing()
    line = words.say("standing.plain" if ends.goal is None else "standing.goal", **told)
    moved = "" if found.change is None else words.say("standing.since", change=found.change, since=found.since)
    line, since = f"{line} {moved}.".removesuffix(" ."), found.since.isoformat()
    return Standing(line, ends.middle, ends.low, ends.high, ends.goal, ends.p_hit, found.change, since, moved)
