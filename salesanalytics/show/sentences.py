"""Findings in words: what an analysis found becomes the sentence, evidence and next step a reader sees.

In: findings (key, raw values, evidence) of any question. Out: one Blocks with a FindingBlock each: first what needs action, and
within that by the money at stake; or the sentence that names a chart.
"""

from collections.abc import Iterable

from salesanalytics.base.finding import Finding, urgency
from salesanalytics.show._numbers import finite
from salesanalytics.show.blocks import Blocks, FindingBlock
from salesanalytics.show.words import Words


def table_names(tables: Iterable[str], words: Words) -> str:
    """Tables of a source in the reader's words, the technical name in brackets: quotas (quota), activities (activity)."""
    told = []
    for name in tables:
        key = f"table_name.{name}"
        told.append(f"{words.say(key)} ({name})" if words.knows(key) else words.text(name))
    return ", ".join(told)


def findings(findings: Iterable[Finding], words: Words) -> Blocks:
    """`findings` as blocks, most pressing first. KeyError: a finding has no sentence; ValueError: a value is missing."""
    blocks = sorted((finding(one, words) for one in findings), key=lambda block: urgency(block.severity, block.weight))
    return Blocks(tuple(blocks))


def finding(found: Finding, words: Words) -> FindingBlock:
    """One finding in words."""
    return FindingBlock(
        key=found.key,
        severity=found.severity,
        sentence=_said(found, "sentence", words),
        evidence=words.evidence(found.evidence),
        next_step=_said(found, "next_step", words),
        owner=words.say(f"owner.{found.owner}"),
        weight=finite(found.weight) or 0.0,
        label=words.say(f"severity.{found.severity}"),
        headline=_headline(found, words),
        audience=found.audience,
        about=":".join(found.about) if found.about else "",
        says=found.says or ("record" if found.owner == "operations" else ""),  # what they do is keeping records
        rests_on=found.rests_on,
        horizon=found.horizon,
    )


def chart_title(headline: Finding, words: Words) -> str:
    """The headline of a result as the title of its chart, shorter than the finding's own sentence."""
    return _said(headline, "title", words)


def _headline(found: Finding, words: Words) -> str:
    """The finding in a few words: its own headline, else the title it gives a chart; empty where it has neither."""
    question, _, name = found.key.rpartition(".")
    parts = (part for part in ("headline", "title") if words.knows(f"{question}.findings.{name}.{part}"))
    return next((_said(found, part, words) for part in parts), "")


def _said(found: Finding, part: str, words: Words) -> str:
    """The `part` of the finding `<question>.<name>`, which stands at `<question>.findings.<name>.<part>`."""
    question, _, name = found.key.rpartition(".")
    return words.say(f"{question}.findings.{name}.{part}", **found.values)
