"""How one letter of a mailing leaves: as a mail to an address, or as a line in a chat.

In: a post and its letter. Out: what became of it. A mail's recipient is checked against its own team's params once more.
"""

from dataclasses import dataclass
from typing import Protocol

from salesanalytics.errors import MailError
from salesanalytics.mail.chat import body, is_chat
from salesanalytics.mail.letter import Letter
from salesanalytics.mail.message import Page, message
from salesanalytics.mail.post import Post, still_meant
from salesanalytics.mail.transport import Outcome, Transport
from salesanalytics.mail.webhook import Board
from salesanalytics.report.page.links import alone
from salesanalytics.show.words import Words


class Carrier(Protocol):
    """One way a letter leaves."""

    def carry(self, post: Post, told: Letter, *, key: str, name: str) -> Outcome:
        """Hand `told` on; `key` is the same whenever it is tried again, `name` of a file, where it becomes one."""
        ...


@dataclass(frozen=True, slots=True)
class ByMail:
    """From `sender`, with `stop` as the address that ends it."""

    transport: Transport
    sender: str
    stop: str

    def carry(self, post: Post, told: Letter, *, key: str, name: str) -> Outcome:
        """Raises MailError where the recipient is none of the team's."""
        page = None if post.link else Page(f"{post.page.stem}-{post.page.parent.name}.html", alone(post.page.read_bytes()))
        mail = message(told, sender=self.sender, to=post.address, key=key, stop=self.stop, page=page)
        if told.team != post.team.team_id or not still_meant(post, str(mail["To"])):
            raise MailError(f"{post.address} is no address of {post.team.name}; nothing more is sent.")
        return self.transport.deliver(mail, name)


@dataclass(frozen=True, slots=True)
class ByChat:
    """To the team's own webhook."""

    board: Board

    def carry(self, post: Post, told: Letter, *, key: str, name: str) -> Outcome:
        """The letter in a line. Raises MailError where it is another team's."""
        del key
        if told.team != post.team.team_id or not is_chat(post.address) or post.params.mail_webhook != post.address:
            raise MailError(f"{post.team.name} has no post to {post.address}; nothing more is sent.")
        label = Words(post.params.locale, "EUR").say("mail.page")
        return self.board.post(post.team.team_id, body(post.address, told.summary, post.link, label), name)
