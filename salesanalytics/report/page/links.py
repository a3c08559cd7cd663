"""The way from a page to the others of its run: relative links, good from a file share and a web server alike.

In: which pages there are. Out: links; and a page without them, for where it is not among the others, as in a mail.
"""

import re

from salesanalytics.report.plan import INDEX, About
from salesanalytics.show.words import Words

_NAV = re.compile(rb'<nav class="sa-nav".*?</nav>\n?', re.DOTALL)


def links(about: About, words: Words, *, whole: bool) -> list[tuple[str, str]]:
    """File and name of the pages that a page leads to; `whole`: the page is the company's own."""
    company = [(about.company, words.say("page.company"))] if about.company and not whole else []
    return [(INDEX, words.say("page.all")), *company]


def alone(page: bytes) -> bytes:
    """A page as it is sent by itself: where no other page lies beside it, nothing leads to one."""
    return _NAV.sub(b"", page)
