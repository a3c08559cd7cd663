"""postfix and dovecot with settings, ports, queue and mailboxes of their own in a folder, for as long as they are looked at.

In: a folder, and who has a mailbox. Out: where both listen. postfix takes mail by STARTTLS and AUTH alone, asks dovecot for the
password, and puts mail into its readers' mailboxes; dovecot shows each by IMAP over TLS.
"""

import contextlib
import imaplib
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "readers.example"
NOBODY = 65534
PATIENCE = 60.0  # seconds
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
MAIN = """
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = localhost
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks =
alias_maps =
relayhost =
message_size_limit = 20480000
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {boxes}
virtual_mailbox_maps = texthash:{folder}/readers
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
smtpd_tls_cert_file = {folder}/localhost.pem
smtpd_tls_key_file = {folder}/localhost.key
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
"""
MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/localhost.pem
ssl_key = <{folder}/localhost.key
mail_location = maildir:{boxes}/%n
first_valid_uid = 1
mail_max_userip_connections = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={nobody} gid={nobody} home={boxes}/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imap}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service auth {{
  unix_listener {queue}/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
"""


@dataclass(frozen=True)
class Servers:
    """Where both listen, and what they take for a password."""

    folder: Path
    smtp: int
    imap: int
    password: str

    @property
    def environment(self) -> dict[str, str]:
        """What `send --smtp` goes by."""
        named = {
            "HOST": "localhost", "PORT": self.smtp, "FROM": f"reports@{DOMAIN}", "USER": "reports", "PASSWORD": self.password,
            "CA": self.folder / "localhost.pem",
        }  # fmt: skip
        return {**os.environ, **{f"SALESANALYTICS_SMTP_{name}": str(value) for name, value in named.items()}}

    def mails_of(self, reader: str) -> list[str]:
        """The Message-ID of each mail in a reader's mailbox."""
        trusted = ssl.create_default_context(cafile=str(self.folder / "localhost.pem"))
        with imaplib.IMAP4_SSL("localhost", self.imap, ssl_context=trusted) as line:
            line.login(reader, self.password)
            line.select("INBOX", readonly=True)
            _, (numbers,) = line.search(None, "ALL")
            heads = [line.fetch(number.decode(), "(BODY[HEADER.FIELDS (MESSAGE-ID)])")[1][0][1] for number in numbers.split()]
        return [head.decode().strip() for head in heads]

    def settle(self) -> None:
        """Wait until postfix has put into mailboxes all that it took."""
        queues = [self.folder / "queue" / name for name in ("incoming", "active", "maildrop")]
        wait_for(lambda: not any(path.is_file() for queue in queues for path in queue.rglob("*")), "postfix still has mail")


@contextlib.contextmanager
def running(folder: Path, readers: Sequence[str]) -> Iterator[Servers]:
    """Both servers, in `folder`, which others may look into; `readers`: addresses of DOMAIN that have a mailbox."""
    servers = Servers(folder, _free_port(), _free_port(), secrets.token_hex(16))
    places = {"folder": folder, "queue": folder / "queue", "data": folder / "data", "boxes": folder / "boxes"}
    values = {
        **places,
        "domain": DOMAIN,
        "nobody": NOBODY,
        "smtp": servers.smtp,
        "imap": servers.imap,
        "password": servers.password,
    }
    for place in (*list(places.values())[1:], folder / "etc"):
        place.mkdir()
    os.chown(folder / "boxes", NOBODY, NOBODY)
    shutil.chown(folder / "data", "postfix")
    for name, text in (("etc/main.cf", MAIN), ("etc/master.cf", MASTER), ("dovecot.conf", DOVECOT)):
        (folder / name).write_text(text.format(**values), encoding="utf-8")
    (folder / "readers").write_text("".join(f"{one} {one.partition('@')[0]}/\n" for one in readers), encoding="utf-8")
    _certificate(folder)
    _do("postfix", "-c", folder / "etc", "start", log=folder / "postfix.log")
    try:
        dovecot = subprocess.Popen(["dovecot", "-F", "-c", str(folder / "dovecot.conf")], env={**os.environ, "PATH": PATH})
        try:
            for port in (servers.smtp, servers.imap):
                wait_for(lambda port=port: _listens(port), f"nobody listens at port {port}: see postfix.log and dovecot.log")
            yield servers
        finally:
            dovecot.terminate()
            dovecot.wait()
    finally:
        _do("postfix", "-c", folder / "etc", "stop")


def wait_for(holds: Callable[[], bool], lacking: str) -> None:
    """Until it holds. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(lacking)
        time.sleep(0.05)


def _certificate(folder: Path) -> None:
    files = ["-keyout", folder / "localhost.key", "-out", folder / "localhost.pem"]
    asked = ["-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    _do("openssl", "req", "-x509", *asked, *files)


def _do(*words: object, log: Path | None = None) -> None:
    done = subprocess.run([*map(str, words)], env={**os.environ, "PATH": PATH}, capture_output=True, text=True, check=False)
    if done.returncode:
        logged = log.read_text("utf-8") if log and log.exists() else ""
        raise RuntimeError(f"{' '.join(map(str, words))} ended with {done.returncode}:\n{done.stderr}{logged}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0
