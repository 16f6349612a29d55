"""Telling people by mail: one plain text a message, by SMTP, to each addressee until every one has it."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import textwrap
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from ipaddress import ip_address
from threading import Timer
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from storage.publish.parcels import Sent, failed
from storage.publish.secrets import SecretError, secret_of
from storage.publish.words import line, subject_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from config.receivers import Email
    from config.settings import Settings
    from storage.publish.parcels import Parcel

__all__ = ["in_time", "mail_of", "send_mail", "sender_of"]

_NAME = "Jiaxing Today"
_PORTS = {"smtp": 25, "smtps": 465}
_STEP, _WHOLE = 10.0, 20.0
"""Longest that one step of a conversation, and that all of it may take, in seconds."""
_WIDTH = 98
_LONGEST_HEADER = 250
_PERMANENT = 500
_LABEL = re.compile(r"\s*(?:[A-Z][a-z ]*\s{2,})?(?:\d+\. )?")


def sender_of(receiver: Email) -> str:
    """Return the address that mails come from: the one configured, or the user's at the server."""
    server = urlsplit(receiver.smtp)
    user = unquote(server.username or "") or "jiaxing-today"
    host = server.hostname or ""
    return receiver.sender or (user if "@" in user else f"{user}@{f'[{host}]' if _is_literal(host) else host}")


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def mail_of(parcel: Parcel, receiver: Email, public_url: str, now: datetime) -> EmailMessage:
    """Return the mail of a message.  Its Message-ID is made of the message's key and the sender's domain, and names no machine."""
    sender = sender_of(receiver)
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((_NAME, sender))
    mail["To"] = ", ".join(receiver.to)
    mail["Subject"] = line(subject_of(parcel))
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{parcel.key}@{domain}>"
    if parcel.reply_to:
        mail["In-Reply-To"] = mail["References"] = f"<{parcel.reply_to}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice comes back
    text = "\n".join(_wrapped(each) for each in text_of(parcel, public_url).encode("utf-8", "replace").decode().split("\n"))
    mail.set_content(text, charset="utf-8", cte="quoted-printable" if text.isascii() else "base64")
    return mail


def _bytes_of(mail: EmailMessage) -> bytes:
    """Return a mail as it is sent.  A plain subject stays on its line: folded, it would leave the first one empty."""
    return mail.as_bytes(policy=SMTP.clone(max_line_length=_LONGEST_HEADER) if mail["Subject"].isascii() else SMTP)


def _wrapped(text: str) -> str:
    """Return a line broken at spaces, the rest under its beginning, behind its label; addresses and Chinese are not broken."""
    label = _LABEL.match(text)
    indent = " " * (label.end() if label else 0)
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) if text else ""


def send_mail(parcel: Parcel, receiver: Email, settings: Settings, now: datetime) -> Sent:
    """Send a message to those of its addressees who have not got it yet."""
    mail = _bytes_of(mail_of(parcel, receiver, settings.public_url, now))
    missing = [address for address in receiver.to if address not in parcel.reached]
    began = False
    try:
        with _server(receiver) as server:
            began = True
            refused = server.sendmail(sender_of(receiver), missing, mail)
    except SecretError as exc:
        return failed(parcel, str(exc))
    except smtplib.SMTPRecipientsRefused as exc:
        return _refused(parcel, exc.recipients, ())
    except smtplib.SMTPResponseException as exc:
        is_refusal = exc.smtp_code >= _PERMANENT
        # What is said of the text of one mail says nothing of the next.
        is_receivers = not (isinstance(exc, smtplib.SMTPDataError) and is_refusal)
        return failed(parcel, f"{exc.smtp_code} {_said(exc.smtp_error)}", is_receivers=is_receivers, is_refusal=is_refusal)
    except (smtplib.SMTPException, OSError) as exc:
        return failed(parcel, line(f"{type(exc).__name__}: {exc}", 300), is_unsure=began)
    if refused:
        return _refused(parcel, refused, tuple(address for address in missing if address not in refused))
    return Sent(parcel, f"taken by {urlsplit(receiver.smtp).hostname} for {', '.join(receiver.to)}")


def _refused(parcel: Parcel, refused: dict[str, tuple[int, bytes]], taken: tuple[str, ...]) -> Sent:
    """Return that some addressees were refused: they alone are tried again."""
    why = "; ".join(f"{address}: {code} {_said(text)}" for address, (code, text) in refused.items())
    is_refusal = all(code >= _PERMANENT for code, _ in refused.values())
    return failed(parcel, why, is_receivers=not taken, is_refusal=is_refusal, reached=(*parcel.reached, *taken))


def _said(text: bytes | str) -> str:
    return line(text if isinstance(text, str) else text.decode("utf-8", "replace"), 200)


@contextmanager
def _server(receiver: Email) -> Iterator[smtplib.SMTP]:
    """Open a conversation with a receiver's server, encrypted and logged in, that ends in time whatever the server does.

    Within this machine there is nobody to hide from.  Elsewhere TLS is used where it is offered, and a password is sent by no
    other way.
    """
    address = urlsplit(receiver.smtp)
    host, port = address.hostname or "", address.port or _PORTS[address.scheme]
    password = secret_of(receiver.password_file) if receiver.password_file else ""
    name = sender_of(receiver).rpartition("@")[2]
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if address.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=_STEP, context=context)
    else:
        server = smtplib.SMTP(host, port, local_hostname=name, timeout=_STEP)
    with in_time(server), _said_goodbye(server):
        server.ehlo()
        if address.scheme == "smtp" and server.has_extn("starttls") and not _is_here(host):
            server.starttls(context=context)
            server.ehlo()
        if password:
            if not isinstance(server.sock, ssl.SSLSocket) and not _is_here(host):
                raise smtplib.SMTPException("the server offers no TLS: the password is not sent in the clear")
            server.login(unquote(address.username or ""), password)
        yield server


@contextmanager
def _said_goodbye(server: smtplib.SMTP) -> Iterator[None]:
    """End a conversation; what was taken is taken, whatever the server says to the farewell."""
    with closing(server):
        yield
        with suppress(smtplib.SMTPException):
            server.quit()


def _is_here(host: str) -> bool:
    return host == "localhost" or (_is_literal(host) and ip_address(host).is_loopback)


@contextmanager
def in_time(server: smtplib.SMTP, seconds: float = _WHOLE) -> Iterator[None]:
    """Cut a conversation off that takes too long: each step has its limit, and a server may take any number of them."""
    timer = Timer(seconds, _cut, (server,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(server: smtplib.SMTP) -> None:
    sock = server.sock
    if sock is not None:
        with suppress(OSError):  # it may be over by now
            sock.shutdown(socket.SHUT_RDWR)
