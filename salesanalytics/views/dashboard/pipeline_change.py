"""What moved the pipeline, as a waterfall.

In: a change of the pipeline (`table` with step, role, amount, deals; the two days; `period` where only deals due in it count;
`history`, `without_amount`, `findings`). Out: one figure whose title is the first finding.
"""

from salesanalytics.analyses.dashboard.pipeline_change import PipelineChange
from salesanalytics.show.blocks import Figure, Missing, Nothing
from salesanalytics.show.charts.waterfall import waterfall
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.words import Words


def pipeline_change_figure(change: PipelineChange, words: Words) -> Figure | Missing | Nothing:
    """One bar per step from what was open to what is; a line of words where there never was a deal."""
    rows = change.table
    if not rows["deals"].sum():  # none in the period is not none at all
        return Missing(words.say("pipeline.missing" if change.due_by is None else "pipeline_change.missing"))
    if not (rows["amount"].iloc[0] or rows["amount"].iloc[-1]):
        return Missing(words.say("pipeline_change.missing"))
    names = [words.say(f"pipeline_change.step.{step}") for step in rows["step"]]
    (start, end), until = change.period.span, change.due_by
    caption = "pipeline_change.subtitle_due" if until else "pipeline_change.subtitle"
    return waterfall(
        rows.assign(name=names),
        "name",
        "amount",
        "role",
        words=words,
        title=chart_title(change.headline, words) if change.headline else words.say("pipeline_change.title.none"),
        subtitle=words.say(caption, start=start, end=end, until=until),
        note=_note(change, words),
        alt=words.say("pipeline_change.alt", start=rows["amount"].iloc[0], end=rows["amount"].iloc[-1]),
    )


def _note(change: PipelineChange, words: Words) -> str:
    notes = [words.say("pipeline_change.deals", n=change.table["deals"].iloc[0])]
    if change.without_amount:
        notes.append(words.say("pipeline_change.nameless", n=change.without_amount))
    if not change.history:
        notes.append(words.say("pipeline_change.no_history"))
    elif not change.dates:
        notes.append(words.say("pipeline_change.no_dates"))
    return " ".join(notes)
