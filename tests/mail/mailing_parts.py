"""A folder of pages as a run leaves it, params with addresses, and mail servers that behave well, badly or not at all."""

import asyncio
import datetime as dt
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from salesanalytics.report.plan import PagePlace
from salesanalytics.report.run.ledger import Ledger
from salesanalytics.show.blocks import Standing
from tests.report.report_parts import figure, finding, notebook, shown, strip

DAY, TODAY = date(2026, 11, 22), date(2026, 11, 23)
TEAMS = {"n": "North", "s": "South"}


def pages(
    folder: Path,
    *,
    failed: str = "",
    sentence: str = "The chance of reaching the goal is 42%",
    day: date = DAY,
    severity: str = "watch",
    likely: float | None = None,
) -> Path:
    """A run of two teams that came to its end; the page of `failed` was not made."""
    made = folder / day.isoformat()
    for name in ("north", "south"):
        (made / "notebooks" / name[0]).mkdir(parents=True, exist_ok=True)
    ledger = Ledger(folder)
    facts = {"version": "0", "snapshot": "s", "snapshot_hash": "0", "as_of": day.isoformat(), "folder": str(made)}
    ledger.begin({}, facts)
    places = [PagePlace(team, name, made / f"{name.lower()}.html") for team, name in TEAMS.items()]
    ledger.plan([PagePlace("", "Company", made / "company.html"), *places], [])
    for place in places:
        place.page.write_text(f"<p>page of {place.name}</p>", encoding="utf-8")
        opening = finding(f"{sentence} in {place.name}", severity, key="landing.open", about="forecast:2026-10-01")
        lands = () if likely is None else (Standing(f"{place.name} lands", likely),)
        book = notebook(shown(strip(), figure("Likely to end near €2M"), opening, *lands))
        book.cells[0].metadata["tags"] = ["headline"]
        nbformat.write(book, made / "notebooks" / place.team / "6_dashboard.ipynb")
        ledger.page(place.team, "failed" if place.team == failed else "done")
    ledger.end("done", 0)
    ledger.close()
    return folder


def params(folder: Path, *, defaults: str = "mail_by: ops@example.com\n", **teams: str) -> Path:
    """A params folder; `teams`: what stands in each team's file."""
    folder.mkdir(exist_ok=True)
    (folder / "_defaults.yaml").write_text(defaults, encoding="utf-8")
    for team, text in teams.items():
        (folder / f"{team}.yaml").write_text(text, encoding="utf-8")
    return folder


class Box:
    """A server's handler: keeps what it takes, and answers as told, one answer per message and command."""

    def __init__(self, rcpt: tuple[str, ...] = (), data: tuple[str, ...] = ()) -> None:
        self.taken: list[Envelope] = []
        self.tried: list[tuple[str, str]] = []
        self.resets = 0
        self._rcpt, self._data = list(rcpt), list(data)

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        answer = self._rcpt.pop(0) if self._rcpt else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_RSET(self, server: Any, session: Session, envelope: Envelope) -> str:
        self.resets += 1
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        answer = self._data.pop(0) if self._data else "250 taken"
        if answer == "hang up":
            server.transport.abort()
            await asyncio.sleep(0)
            return "421 gone"
        if answer.startswith("2"):
            self.taken.append(envelope)
        return answer

    def authenticate(self, server: Any, session: Session, envelope: Envelope, mechanism: str, said: Any) -> AuthResult:
        assert isinstance(said, LoginPassword)
        self.tried.append((said.login.decode(), said.password.decode()))
        return AuthResult(success=said.password == b"right", handled=False)


@contextmanager
def server(box: Box, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on this machine with STARTTLS and AUTH required where it has a certificate; its port."""
    more: dict[str, Any] = {}
    if tls is not None:
        more = {"tls_context": tls, "require_starttls": True, "authenticator": box.authenticate, "auth_required": True}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A context for a server called `name`, and the file of its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_, private = folder / f"{name}.pem", folder / f"{name}.key"
    certificate_.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_, private)
    return context, certificate_


def settings(port: int, **more: str) -> Mapping[str, str]:
    """The environment that speaks to a server here."""
    given = {"HOST": "localhost", "PORT": str(port), "SECURITY": "none", "FROM": "reports@example.com", **more}
    return {f"SALESANALYTICS_SMTP_{name}": value for name, value in given.items()}
