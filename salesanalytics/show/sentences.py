"""Findings in words: what an analysis found becomes the sentence, evidence and next step a reader sees.

In: findings (key, raw values, evidence) of any analysis. Out: one Blocks with a FindingBlock each: first what needs action, and
within that by the money at stake.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol

from salesanalytics.show._numbers import finite
from salesanalytics.show.blocks import Audience, Blocks, FindingBlock, Severity
from salesanalytics.show.words import Proof, Words

_ORDER: dict[Severity, int] = {"act": 0, "watch": 1, "good": 2}


class Found(Protocol):
    """What a finding has to offer to be put into words."""

    @property
    def key(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def evidence(self) -> Proof: ...
    @property
    def weight(self) -> float: ...
    @property
    def owner(self) -> Literal["leader", "rep", "operations"]: ...
    @property
    def audience(self) -> Audience: ...


def table_names(tables: Iterable[str], words: Words) -> str:
    """Tables of a source in the reader's words, the technical name in brackets: quotas (quota), activities (activity)."""
    told = []
    for name in tables:
        key = f"table_name.{name}"
        told.append(f"{words.say(key)} ({name})" if words.knows(key) else words.text(name))
    return ", ".join(told)


def findings(findings: Iterable[Found], words: Words) -> Blocks:
    """`findings` as blocks, most pressing first. KeyError: a finding has no sentence; ValueError: a value is missing."""
    blocks = sorted((finding(one, words) for one in findings), key=lambda block: (_ORDER[block.severity], -block.weight))
    return Blocks(tuple(blocks))


def finding(found: Found, words: Words) -> FindingBlock:
    """One finding in words: the catalogue holds `finding.<key>.sentence` and `finding.<key>.next_step`."""
    return FindingBlock(
        key=found.key,
        severity=found.severity,
        sentence=words.say(f"finding.{found.key}.sentence", **found.values),
        evidence=words.evidence(found.evidence),
        next_step=words.say(f"finding.{found.key}.next_step", **found.values),
        owner=words.say(f"owner.{found.owner}"),
        weight=finite(found.weight) or 0.0,
        label=words.say(f"severity.{found.severity}"),
        audience=found.audience,
    )
