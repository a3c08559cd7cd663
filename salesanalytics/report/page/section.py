"""A chapter as it stands on the page: folded, and in it its questions, each folded with what it answers in a line.

In: an executed notebook, and which of its blocks stand elsewhere. Out: a `Section`. A question is a heading of the second level
with all up to the next; one with nothing under it is left out. What could not be shown is told in one line at the end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from salesanalytics.base.slug import slug
from salesanalytics.report.page.content import Placed
from salesanalytics.report.page.fragment import Reader, fragment
from salesanalytics.report.plan import Notebook
from salesanalytics.show.blocks import Missing


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a chapter. `answer` is the first sentence that its blocks say (empty: none does)."""

    title: str
    body: Markup
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """`body` stands above the `questions`; `missing` is what could not be shown, and `answer` what all comes to in a line."""

    anchor: str
    title: str
    body: Markup
    answer: str = ""
    questions: tuple[Question, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to open it for."""
        return not (self.body or self.questions or self.missing)


def section(name: str, notebook: Notebook, reader: Reader, placed: Sequence[Placed], answer: str) -> Section:
    """The chapter `name`; `placed` are its blocks that the reader may see."""
    lacking = [one for one in placed if isinstance(one.block, Missing) and one.place not in reader.lifted]
    reader = replace(reader, lifted=reader.lifted | {one.place for one in lacking})
    title, rest = _split_title(fragment(notebook, reader))
    body, questions = _split_questions(_lower_headings(rest))
    missing = tuple(dict.fromkeys(one.block.text for one in lacking if isinstance(one.block, Missing)))
    anchor = f"chapter-{slug(name.replace('_', '-'))}"
    return Section(anchor, title or chapter_title(name), body, answer, questions, missing)


def chapter_title(name: str) -> str:
    """What a chapter without a heading is called: `1_planning` is Planning."""
    words = re.sub(r"^\d+_", "", name).replace("_", " ").strip() or name
    return words[0].upper() + words[1:]


_H1 = re.compile(r"<h1>(.*?)</h1>\s*", re.DOTALL)
_EMPTY_PROSE = re.compile(r'<div class="sa-prose">\s*</div>')
_HEADING = re.compile(r"<(/?)h([1-6])>")
# only our own template writes this class, so no text of a notebook can look like the begin of a question
_QUESTION = re.compile(r'<div class="sa-prose">\s*<h3>(.*?)</h3>', re.DOTALL)
_SAID = re.compile(r'<(?:p class="sa-sentence"|figcaption class="sa-caption">\s*<span class="sa-title")>(.*?)</', re.DOTALL)
_CALLED = re.compile(r'<span class="sa-title">(.*?)</span>', re.DOTALL)


def _split_title(body: Markup) -> tuple[str, Markup]:
    """The text of the first main heading, and the chapter without it."""
    found = _H1.search(body)
    if not found:
        return "", body
    rest = _EMPTY_PROSE.sub("", body[: found.start()] + body[found.end() :])
    return Markup(found[1]).striptags(), Markup(rest)  # noqa: S704 - cleaned before


def _split_questions(body: Markup) -> tuple[Markup, tuple[Question, ...]]:
    """What stands above the first question, and the questions; a lone one is not split off: it is what the chapter is."""
    begins = [*_QUESTION.finditer(body)]
    if len(begins) < 2:
        return body, ()
    ends = [*(found.start() for found in begins[1:]), len(body)]
    above = Markup(body[: begins[0].start()].strip())  # noqa: S704 - cleaned before
    return above, tuple(_questions((found[1], body[found.end() : end]) for found, end in zip(begins, ends, strict=True)))


def _questions(parts: Iterator[tuple[str, str]]) -> Iterator[Question]:
    for title, rest in parts:
        body = _EMPTY_PROSE.sub("", f'<div class="sa-prose">{rest}').strip()
        said = _SAID.search(body) or _CALLED.search(body)
        if body:
            yield Question(
                Markup(title).striptags(),  # noqa: S704 - cleaned before
                Markup(body),  # noqa: S704 - cleaned before
                Markup(said[1]).striptags() if said else "",  # noqa: S704 - cleaned before
            )


def _lower_headings(body: Markup) -> Markup:
    """Headings below the chapter's own (h2), none skipping a level, whatever the notebook's prose does."""
    level = 2

    def lower(found: re.Match[str]) -> str:
        nonlocal level
        if not found[1]:
            level = max(3, min(int(found[2]) + 1, level + 1, 6))
        return f"<{found[1]}h{level}>"

    return Markup(_HEADING.sub(lower, body))  # noqa: S704 - only its own tags change
