"""One executed notebook as a piece of HTML: prose and outputs in order, code left out.

In: an executed notebook and a `Reader` (for whom, in which language, which blocks stand elsewhere on the page). Out: markup
with no script and no request: every text escaped, every piece of HTML rebuilt from an allow-list. Importing this imports
nbconvert.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
from traitlets import List, default

from salesanalytics.base.finding import Audience
from salesanalytics.report.page.content import PICTURES, alt_text, block_of, tags, visible
from salesanalytics.report.page.frame import TEMPLATES
from salesanalytics.report.page.prose import translate_markdown
from salesanalytics.report.page.sanitise import clean_prose, clean_tables
from salesanalytics.report.plan import Notebook
from salesanalytics.show.blocks import Block, leaves
from salesanalytics.show.render import render_block
from salesanalytics.show.words import Words

MAX_TEXT = 8_000
Place = tuple[int, int, int]

# reachable by keyboard, because it may be wider than the page; a group, because a page would else have a landmark per table
_SCROLLS = Markup('<div class="sa-plain" role="group" tabindex="0" aria-label="{}">{}</div>')
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_ATTACHED = re.compile(r"!\[[^\]]*\]\(attachment:[^)]*\)")
# formats that only a script can show; their text form says nothing
_NOT_FOR_PAPER = re.compile(r"application/(?!json$).*|text/vnd\..*|text/javascript")


@dataclass(frozen=True)
class Reader:
    """How one chapter is looked at: `lifted` are the places of blocks that stand elsewhere on the page, `changed` those that
    are shown otherwise.
    """

    chapter: str
    words: Words
    audience: Audience = "leader"
    lifted: frozenset[Place] = field(default=frozenset())
    changed: Mapping[Place, Block] = field(default_factory=dict)

    def __deepcopy__(self, memo: Any) -> "Reader":  # noqa: ANN401
        # nbconvert copies its resources; this one cannot change
        return self

    def shows(self, cell: Mapping[str, Any]) -> bool:
        return visible(cell, self.audience)

    def prose(self, cell: Mapping[str, Any]) -> Markup:
        """A markdown cell, translated and rebuilt."""
        return markdown(translate_markdown(cell["source"], self.words), cell.get("attachments"))

    def output(self, cell: Mapping[str, Any], place: int, number: int) -> Markup:
        """The output `number` of the cell at `place`; empty where a page has no use for it."""
        output = cell["outputs"][number]
        block = block_of(output)
        if block is not None:
            shown = enumerate(leaves(block, audience=self.audience))
            return Markup("\n").join(
                render_block(
                    self.changed.get((place, number, nth), leaf),
                    audience=self.audience,
                    scope=f"{self.chapter}.{place}.{number}.{nth}",
                )
                for nth, leaf in shown
                if (place, number, nth) not in self.lifted
            )
        quiet = "quiet" in tags(cell)
        if output["output_type"] == "stream":
            return Markup() if quiet else _text(output["text"])
        return _data(output, self.words, quiet=quiet)


class FragmentExporter(TemplateExporter):
    """Our own template and filters; nothing that this machine's Jupyter folders may add."""

    output_mimetype = "text/html"
    default_preprocessors: Any = List([])

    @default("template_paths")
    def _our_templates(self) -> list[str]:
        return [str(TEMPLATES)]

    @default("template_file")
    def _our_template(self) -> str:
        return "fragment.html.j2"

    def _create_environment(self) -> Environment:
        create: Any = super()._create_environment
        environment: Environment = create()
        environment.autoescape = True
        return environment


def fragment(notebook: Notebook, reader: Reader) -> Markup:
    """An executed notebook as `reader` shows it."""
    resources = ResourcesDict()
    resources["reader"] = reader
    html, _ = _exporter().from_notebook_node(notebook, resources)
    return Markup(html.strip())  # noqa: S704 - the template escapes by itself


def markdown(source: str, attachments: Mapping[str, Any] | None = None) -> Markup:
    """Markdown as clean HTML; markup written into it shows as text."""
    renderer = IPythonRenderer(
        escape=True, allow_harmful_protocols=False, exclude_anchor_links=True, attachments=dict(attachments or {})
    )
    try:
        return clean_prose(MarkdownWithMath(renderer=renderer).render(source))
    except InvalidNotebook:  # the text names an attached picture that the cell does not hold
        return clean_prose(MarkdownWithMath(renderer=renderer).render(_ATTACHED.sub("", source)))


@cache
def _exporter() -> FragmentExporter:
    make: Any = FragmentExporter
    exporter: FragmentExporter = make()
    return exporter


def _data(output: Mapping[str, Any], words: Words, *, quiet: bool) -> Markup:
    data = output.get("data", {})
    if "text/markdown" in data:
        return markdown(data["text/markdown"])
    if any(_NOT_FOR_PAPER.fullmatch(mime) for mime in data):
        return Markup()
    for mime in PICTURES:
        if mime in data:
            return _picture(data[mime], mime, alt_text(output, mime))
    if "text/html" in data:
        table = clean_tables(data["text/html"])
        return _SCROLLS.format(words.say("page.table"), _without_empty_heads(table)) if table else Markup()
    return Markup() if quiet else _text(data.get("text/plain", ""))


def _picture(content: str, mime: str, alt: str) -> Markup:
    if mime == "image/svg+xml":
        from base64 import b64encode

        content = b64encode(content.encode()).decode()
    source = f"data:{mime};base64,{re.sub(r'[^A-Za-z0-9+/=]', '', content)}"
    return Markup('<figure class="sa-figure"><img src="{}" alt="{}"></figure>').format(source, alt)


def _text(text: str) -> Markup:
    plain = _ANSI.sub("", text).strip("\n")
    if not plain.strip():
        return Markup()
    return Markup('<pre class="sa-text">{}</pre>').format(plain if len(plain) <= MAX_TEXT else plain[:MAX_TEXT] + "\n…")


def _without_empty_heads(table: Markup) -> Markup:
    # a head that says nothing only confuses who listens to the table
    return Markup(re.sub(r"<th[^>]*>\s*</th>", "<td></td>", table))  # noqa: S704
