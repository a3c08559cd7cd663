"""How a message leaves: as a file in an outbox, or by SMTP; and what is then known of it.

In: messages. Out: `Outcome`: sent, failed, later (try again in a while) or uncertain. Passwords come from the environment and
go nowhere else. Without TLS nothing is said to another machine; a certificate that cannot be checked ends it.
"""

import os
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Protocol

from salesanalytics.base.whole_file import write_whole
from salesanalytics.errors import MailError

PREFIX = "SALESANALYTICS_SMTP_"
TIMEOUT = 60.0
WAITS = (1.0, 5.0, 15.0)  # seconds before what was put off is tried again
MOST_WAIT = 120.0  # seconds; whoever asks for more is asked another time
PORTS = {"starttls": 587, "tls": 465, "none": 25}
CLOSING = 421


@dataclass(frozen=True, slots=True)
class Outcome:
    """`state`, and what the other side `said`; `after`: the seconds it asks to wait before the next try."""

    state: Literal["sent", "failed", "later", "uncertain"]
    said: str = ""
    after: float = 0.0


def tried(handed: Callable[[], Outcome], wait: Callable[[float], None]) -> Outcome:
    """What became of something that is handed on again, after a while, as long as the other side puts it off."""
    outcome = handed()
    for pause in WAITS:
        if outcome.state != "later" or outcome.after > MOST_WAIT:
            break
        wait(max(pause, outcome.after))
        outcome = handed()
    return outcome


class Transport(Protocol):
    """Where messages go."""

    def deliver(self, mail: EmailMessage, name: str) -> Outcome:
        """Hand one message on; `name` is of a file, where it becomes one. Raises MailError where none can be."""
        ...

    def close(self) -> None:
        """Let go of the other side."""
        ...


@dataclass(frozen=True, slots=True)
class Outbox:
    """Messages as `.eml` files in `folder`, which any mail program opens; posts to a chat as `.json`."""

    folder: Path

    def deliver(self, mail: EmailMessage, name: str) -> Outcome:
        """Write it whole, or not at all."""
        return self._written(f"{name}.eml", mail.as_bytes())

    def post(self, team: str, body: bytes, name: str) -> Outcome:
        """The same for what would be posted."""
        del team
        return self._written(f"{name}.json", body)

    def _written(self, name: str, content: bytes) -> Outcome:
        write_whole(self.folder / name, content)
        return Outcome("sent", str(self.folder / name))

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to speak SMTP; `security` is starttls, tls or none (to this machine alone)."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    sender: str
    ca: str = ""

    @classmethod
    def of_environment(cls, given: Mapping[str, str] = os.environ) -> "Server":
        """From SALESANALYTICS_SMTP_HOST, _PORT, _SECURITY, _USER, _PASSWORD, _FROM and _CA (a file of trusted certificates)."""
        mine = {name: given.get(PREFIX + name, "") for name in ("HOST", "PORT", "SECURITY", "USER", "PASSWORD", "FROM", "CA")}
        security = mine["SECURITY"] or "starttls"
        lacking = [PREFIX + name for name in ("HOST", "FROM") if not mine[name]]
        if lacking:
            raise MailError(f"{' and '.join(lacking)} is not set; expected the mail server, and whose address mails come from.")
        if security not in PORTS:
            raise MailError(f"{PREFIX}SECURITY is {security!r}; expected starttls, tls or none.")
        if security == "none" and not is_here(mine["HOST"]):
            raise MailError(f"{PREFIX}SECURITY is none, but {mine['HOST']} is another machine; expected starttls or tls.")
        port = mine["PORT"] or str(PORTS[security])
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise MailError(f"{PREFIX}PORT is {port!r}; expected a number from 1 to 65535.")
        if not is_host(mine["HOST"]):
            raise MailError(f"{PREFIX}HOST is {mine['HOST']!r}; expected the name of a mail server, such as smtp.example.com.")
        if mine["CA"] and not Path(mine["CA"]).is_file():
            raise MailError(f"{PREFIX}CA is {mine['CA']!r}, and no such file is there; expected one of certificates to trust.")
        return cls(mine["HOST"], int(port), security, mine["USER"], mine["PASSWORD"], mine["FROM"], mine["CA"])


class Smtp:
    """One connection for many messages; opened anew where it was lost between two."""

    def __init__(self, server: Server) -> None:
        self._server, self._line = server, None  # type: tuple[Server, smtplib.SMTP | None]

    def deliver(self, mail: EmailMessage, name: str) -> Outcome:
        """Envelope and content; only what happens after the content has gone out is uncertain."""
        del name
        try:
            line = self._connected()
            for command, argument in (("mail", mail["From"]), ("rcpt", mail["To"])):
                code, said = getattr(line, command)(str(argument))
                if code not in (250, 251):
                    return self._refused(code, said)
            code, said = line.docmd("DATA")
            if code != 354:
                return self._refused(code, said)
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            raise MailError(f"{self._where()} does not take the user and password of {PREFIX}USER and _PASSWORD.") from error
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise MailError(f"{self._where()} shows a certificate that cannot be trusted ({_short(error)}).") from error
        except ssl.SSLError as error:
            self.close()
            if error.reason == "WRONG_VERSION_NUMBER":
                raise MailError(f"{self._where()} does not speak TLS; look at {PREFIX}PORT and {PREFIX}SECURITY.") from error
            return Outcome("later", _short(error))
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Outcome("later", _short(error))
        return self._content(line, mail)

    def _content(self, line: smtplib.SMTP, mail: EmailMessage) -> Outcome:
        body = mail.as_bytes().replace(b"\r\n.", b"\r\n..")
        try:
            line.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            code, said = line.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Outcome("uncertain", f"the connection broke after the content had gone out ({_short(error)})")
        return Outcome("sent", _text(said)) if code == 250 else self._refused(code, said)

    def _refused(self, code: int, said: bytes) -> Outcome:
        """4xx may be taken another time, 5xx never; after a 421 the other side hangs up."""
        if code == CLOSING:
            self.close()
        else:
            self._reset()
        return Outcome("later" if 400 <= code < 500 else "failed", f"{code} {_text(said)}")

    def _connected(self) -> smtplib.SMTP:
        if self._line is not None:
            return self._line
        server, context = self._server, ssl.create_default_context(cafile=self._server.ca or None)
        if server.security == "tls":
            line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        try:
            line.ehlo()
            if server.security == "starttls":
                line.starttls(context=context)
                line.ehlo()
            if server.user:
                _log_in(line, server)
        except BaseException:
            line.close()
            raise
        self._line = line
        return line

    def _reset(self) -> None:
        try:
            if self._line is not None:
                self._line.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        line, self._line = self._line, None
        if line is not None:
            try:
                line.quit()
            except (smtplib.SMTPException, OSError):
                line.close()

    def _where(self) -> str:
        return f"{self._server.host}:{self._server.port}"


def _log_in(line: smtplib.SMTP, server: Server) -> None:
    """One try: a second one with the same password only locks the account."""
    offered = str(line.esmtp_features.get("auth", "")).upper().split()
    line.user, line.password = server.user, server.password
    for mechanism, answer in (("PLAIN", line.auth_plain), ("LOGIN", line.auth_login)):
        if mechanism in offered:
            line.auth(mechanism, answer)
            return
    raise smtplib.SMTPAuthenticationError(504, b"no way to log in that is known here: " + " ".join(offered).encode())


def _text(said: bytes) -> str:
    return " ".join(said.decode("utf-8", "replace").split())


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def is_host(name: str) -> bool:
    """Whether a network can be asked for it at all."""
    try:
        return bool(name.encode("idna")) and "\0" not in name
    except UnicodeError:
        return False


def is_here(host: str) -> bool:
    """Whether it is this machine, by its name or address alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
