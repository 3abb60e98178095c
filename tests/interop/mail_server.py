"""A mail server that takes mail over STARTTLS from one user alone, and writes each message to a folder as it reads it.

Usage: mail_server.py PORT CERTIFICATE USER PASSWORD FOLDER. It ends when its input does.
"""

import email
import email.policy
import pathlib
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

port, certificate, user, password, folder = sys.argv[1:]


class Keeper:
    async def handle_DATA(self, server, session, envelope):
        if session.ssl is None or not session.authenticated:
            return "530 5.7.0 STARTTLS and AUTH first"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        place = pathlib.Path(folder)
        number = len(list(place.glob("*.txt"))) + 1
        part = place / f"{number}.part"
        lines = [", ".join(envelope.rcpt_tos), str(message["To"]), str(message["Subject"]), message.get_content()]
        part.write_text("\n".join(lines), encoding="utf-8")
        part.rename(place / f"{number}.txt")
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    expected = LoginPassword(user.encode(), password.encode())
    return AuthResult(success=isinstance(data, LoginPassword) and data == expected)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate)
controller = Controller(
    Keeper(),
    hostname="127.0.0.1",
    port=int(port),
    tls_context=context,
    require_starttls=True,
    authenticator=authenticate,
    auth_required=True,
)
controller.start()
print("ready", flush=True)
sys.stdin.read()
controller.stop()
