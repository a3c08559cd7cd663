"""A letter as a mail message: plain text, HTML with its pictures, and the page.

In: a letter, one sender and one recipient, both checked. Out: `EmailMessage`, mixed > alternative > (plain, related > (HTML,
PNG)) and the page attached. One message per recipient, so that nobody reads who else gets it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from salesanalytics.mail.letter import Letter


@dataclass(frozen=True, slots=True)
class Page:
    """The page to attach: its file name and content."""

    name: str
    html: bytes


def message(letter: Letter, *, sender: str, to: str, key: str, stop: str, page: Page | None) -> EmailMessage:
    """`key` makes its id, the same whenever it is tried again; `stop`: the address that ends the mail."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, letter.subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = f"<mailto:{stop}?subject=stop>"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    if html := mail.get_body(("html",)):
        for name, png in letter.pictures.items():
            html.add_related(png, "image", "png", cid=f"<{name}>", filename=f"{name}.png", disposition="inline")
    if page is not None:
        mail.add_attachment(page.html, "text", "html", filename=page.name)
    return mail
