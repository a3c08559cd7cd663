"""One mail address, checked before it comes near a header: what could be read as two, or as another, is none.

In: text from a params file. Out: the address, its domain in small letters. Raises MailError that names what is wrong.
"""

import re

from salesanalytics.base.redact import shown
from salesanalytics.errors import MailError

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
MOST, MOST_LOCAL = 254, 64


def checked(text: str) -> str:
    """The address in `text`. Only plain ASCII letters and signs: letters of other scripts may look like these."""
    found = _ADDRESS.fullmatch(text)
    if not found or len(text) > MOST or len(found["local"]) > MOST_LOCAL:
        raise MailError(f"{shown(text)!r} is no mail address; expected one such as ana@example.com, and one per line.")
    return f"{found['local']}@{found['domain'].lower()}"
