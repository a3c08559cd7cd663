"""What a column's name says about when it is known, in English and Romanian.

In: a name as a CRM or a person writes it. Out: how strongly it says that the column is filled, or goes on changing, until the
deal is over: `SURE`, `MAYBE` or None. A maybe needs something in the data beside it.
"""

import re
import unicodedata
from typing import Literal

Says = Literal["sure", "maybe"]

# what was planned, or lies before the deal, may speak of days and closings all the same
BEFORE = re.compile(
    r"\b(expect\w*|plan(ned)?|forecast\w*|estimat\w*|target\w*|projected|initial\w*|original\w*|first|budget\w*|requested|desired"
    r"|previous|prior|past|histor\w*|last (year|quarter|month|order|purchase|visit|contact|meeting|two|three)"
    r"|since (the )?(last|previous|first|purchase|order|contact|visit|sign ?up|found\w*)|at (creation|opening|start)|poutcome"
    r"|asteptat\w*|planificat\w*|prognoz\w*|preconizat\w*|dorit\w*|solicitat\w*|anterior\w*|precedent\w*|trecut\w*|istoric\w*"
    r"|la (creare|deschidere)|de la ultim\w*|ultim(a|ul|ele|ii) (an|luna|comanda|vizita|doi|trei|contact\w*))\b"
)
# terms of the offer are agreed on, not waited for
TERMS = re.compile(
    r"\b(contract(ual\w*)?|subscription|warranty|payment|notice|lease|trial|renewal|credit|abonament\w*|garantie|preaviz|plata|termen\w*)\b"
)
TIME = re.compile(
    r"\b(days?|hours?|weeks?|months?|minutes?|time|durations?|elapsed|age|length|zile(le)?|zi|or[ae]|saptaman\w*|lun[ai]|timp\w*"
    r"|durat\w*|vechime\w*|lungime\w*|scurs\w*|petrecut\w*)\b"
)
PROCESS = re.compile(
    r"\b(stages?|phase|clos(e|ed|ing|ure)|cycle|opportunit(y|ies)|deal|pipeline|open|qualif(y|ied|ication)|identif(y|ied)"
    r"|validat(e|ed|ion)|proposals?|negotiat(e|ed|ion)s?|won|lost|decision|etap\w*|stadiu\w*|faz[aei]\w*|inchi\w*|ciclu\w*"
    r"|oportunitat\w*|calific\w*|valid\w*|identific\w*|negocier\w*|ofertar\w*|decizi\w*)\b"
)
CHANGES = re.compile(
    r"\b(chang(e|es|ed)|transitions?|push(es|ed)?|slips?|slipped|reopen(ed|s)?|postpon\w*|reschedul\w*|schimbar\w*|modificar\w*|amanar\w*|redeschid\w*)\b"
)
COUNT = re.compile(r"\b(counts?|numbers?|num|nr|no|total|numar\w*)\b")
CLOSING = re.compile(r"\b(clos(e|ed|ing|ure)|inchi(s|sa|de\w*|der\w*)|sign(ed|ing)|semnar\w*|semnat\w*)\b")
OF_CLOSING = re.compile(
    r"\b(date|day|on|at|by|time|reason|value|amount|price|month|quarter|year|data|zi(ua)?|motiv\w*|valoare\w*|suma|luna|trimestr\w*)\b"
)
OUTCOME = re.compile(r"\b(won|lost|loss|win|lose|losing|winning|castig\w*|pierd\w*|pierz\w*)\b")
OF_OUTCOME = re.compile(
    r"\b(reasons?|causes?|is|to|flag|date|day|at|on|value|amount|notes?|comments?|motiv\w*|cauz\w*|data|la|observati\w*)\b"
)
ENDED = re.compile(
    r"\b(final|actual|invoic\w*|factur\w*|paid|shipp(ed|ing)|deliver(ed|y)|onboard\w*|commissions?|comision\w*|incas\w*"
    r"|livrar\w*|livrat\w*|refund\w*|go live"
    r"|outcome|result|rezultat\w*|last (modified|activity|stage|notable activity)|ultima (modificare|activitate))\b"
)
BARE = re.compile(
    r"^(duration|elapsed|days|total days|cycle|probability|((sales|deal|opportunity|current) )?(stage|status)|forecast category"
    r"|age|tags?|durata|zile|total zile|probabilitate|etapa|stadiu|stare)$"
)


def said_by_name(name: str) -> Says | None:
    """`sure`, `maybe` or nothing."""
    words = plain(name)
    if BEFORE.search(words):
        return None
    if _sure(words):
        return "sure"
    counted = CHANGES.search(words) and COUNT.search(words)
    return "maybe" if counted or ENDED.search(words) or BARE.search(words) else None


def _sure(words: str) -> bool:
    process = PROCESS.search(words)
    if TIME.search(words) and process and not TERMS.search(words):
        return True
    if CHANGES.search(words) and (process or re.search(r"\b(push\w*|slip\w*|reopen\w*|amanar\w*|redeschid\w*)\b", words)):
        return True
    if CLOSING.search(words) and (OF_CLOSING.search(words) or words in {"closed", "is closed", "inchis", "inchisa"}):
        return True
    return bool(OUTCOME.search(words) and (OF_OUTCOME.search(words) or words in {"won", "lost", "castigat", "pierdut"}))


def plain(name: str) -> str:
    """A name in small letters without accents, its words apart: `hs_daysToClose__c` is `hs days to close c`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", str(name))
    folded = "".join(letter for letter in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", folded.lower()))
