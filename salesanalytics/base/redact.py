"""Text of others made fit to be shown: without passwords and tokens, without what moves a cursor or turns a line round.

In: any text. Out: text. Everything that is printed or written down and may quote data, URLs or errors goes through here once.
"""

import re

LONGEST = 2000  # characters of a line that are looked at: what matters stands at its beginning
_SECRETS = (
    # a password may hold a slash, and a URL in a sentence ends at the next space
    (re.compile(r"(?<=://)[^/\s@]*:[^\s@]*@(?:[^\s@/]*@)*"), "•••@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 •••"),
    (
        re.compile(
            r"(?i)((?:passwor[dt]|passwd|pwd|secret|token|api[_-]?key|access[_-]?key)[\w-]{0,40}[\"']?\s{0,9}[=:]\s{0,9})"
            r"(\"[^\"]*\"|'[^']*'|[^\s,;&)]+)"
        ),
        r"\1•••",
    ),
    (
        re.compile(r"\b(?:eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|gh[pousr]_\w{16,}|sk-[\w-]{16,}|xox[abp]-[\w-]{10,}|AKIA[0-9A-Z]{16})"),
        "•••",
    ),
)
# C0 and C1 but for tab and line feed; marks and overrides of direction; line and paragraph separators
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def without_secrets(text: str) -> str:
    """`text` with passwords, tokens and keys masked; lines longer than LONGEST are cut, so that no text takes long."""
    return "\n".join(_masked(line) for line in text.split("\n"))


def printable(text: str) -> str:
    r"""`text` with control characters written out, such as \u202e; within JSON they still mean the same."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def shown(text: str) -> str:
    """Both of the above, for a terminal."""
    return printable(without_secrets(text))


def _masked(line: str) -> str:
    if len(line) > LONGEST:
        line = re.sub(r"://\S*$", "://", line[:LONGEST]) + "…"  # the end of a URL may be what tells its password
    for pattern, stand_in in _SECRETS:
        line = pattern.sub(stand_in, line)
    return line
