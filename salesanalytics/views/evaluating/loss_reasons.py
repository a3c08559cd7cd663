"""Lost money by reason: a bar per reason, a tick at the year before, and the range luck leaves aside."""

from salesanalytics.analyses.evaluating.loss_reasons import UNRECORDED, LossReasons
from salesanalytics.show.blocks import Figure, Missing, Nothing
from salesanalytics.show.charts.bullets import bullets
from salesanalytics.show.sentences import chart_title
from salesanalytics.show.words import Words

MOST_REASONS = 8


def loss_reasons_figure(losses: LossReasons, words: Words) -> Figure | Missing | Nothing:
    """The reasons that lost money so far, largest first; a line of words where none is written down, or nothing was lost."""
    if not losses.recorded:
        return Missing(words.say("loss_reasons.missing"))
    rows = losses.table[losses.table["deals"] > 0]
    if rows.empty:
        return Missing(words.say("loss_reasons.none"))
    shown = rows.head(MOST_REASONS)
    names = [words.say("loss_reasons.unnamed") if reason == UNRECORDED else words.text(reason) for reason in shown["reason"]]
    compared = losses.lost_before is not None
    return bullets(
        shown.assign(name=names),
        "name",
        "lost",
        "lost_before",
        "low",
        "high",
        words=words,
        says="loss_reasons.bullet",
        title=chart_title(losses.headline, words) if losses.headline else words.say("loss_reasons.title"),
        subtitle=words.say(f"loss_reasons.subtitle{'' if compared else '_alone'}", span=losses.period.until(losses.as_of).span),
        note=_note(losses, len(rows) - len(shown), words),
        alt=words.say("loss_reasons.alt"),
    )


def _note(losses: LossReasons, others: int, words: Words) -> str:
    notes = [words.say("loss_reasons.note", n=losses.deals)]
    if losses.without_amount:
        notes.append(words.say("loss_reasons.without_amount", n=losses.without_amount))
    if others:
        notes.append(words.say("loss_reasons.others", n=others))
    return " ".join(notes)
