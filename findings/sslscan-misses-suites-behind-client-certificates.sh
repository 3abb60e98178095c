#!/usr/bin/env bash
# sslscan 2.0.7 (Debian 12) reports no cipher suite of TLS 1.2 for a server that demands client
# certificates, as gateways between organisations do, although it says that TLS 1.2 is enabled and
# the server offers weak suites there. It counts only handshakes that end, and in TLS 1.2 a client
# without a certificate is turned away before the end; in TLS 1.3 it is turned away after it, so that
# those suites are listed. Nothing says that the list is incomplete: a report without weak suites
# means nothing unless sslscan was given a certificate (--certs, --pk).
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet sslscan=2.0.7-1+b1 >/dev/null 2>&1
dpkg-deb --extract sslscan_*.deb .
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -subj /CN=localhost -days 2 2>/dev/null
cat >server.py <<'PYTHON'
import pathlib
import socketserver
import ssl
import sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("certificate.pem", "key.pem")
context.set_ciphers("AES128-SHA")
if sys.argv[1] == "demands":
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations("certificate.pem")


class Server(socketserver.ThreadingTCPServer):
    def get_request(self):
        connection, address = super().get_request()
        connection.settimeout(5)
        return context.wrap_socket(connection, server_side=True), address

    def handle_error(self, request, address):
        pass


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            self.request.recv(1)
        except OSError:
            pass


with Server(("127.0.0.1", 0), Handler) as server:
    pathlib.Path("port").write_text(str(server.server_address[1]))
    server.serve_forever()
PYTHON
echo "sslscan $(usr/bin/sslscan --version 2>&1 | grep -o '2\.[0-9.]*' | head -n 1)"
# Prints what sslscan lists for a server that demands a certificate, or does not.
scan() {
    rm -f port
    python3 server.py "$1" 2>/dev/null &
    server=$!
    until [ -s port ]; do sleep 0.1; done
    usr/bin/sslscan --no-colour "${@:2}" "127.0.0.1:$(cat port)" >all.txt
    kill "$server"
    grep -E '^(TLSv1.2 +enabled|Preferred|Accepted)' all.txt
}
scan open >open.txt
scan demands >without.txt
scan demands --certs=certificate.pem --pk=key.pem >with.txt
head -n 20 open.txt without.txt with.txt
readonly WEAK='TLSv1.2 .* AES128-SHA'
grep -q "$WEAK" open.txt
grep -Eq '^TLSv1.2 +enabled' without.txt
! grep -E '^(Preferred|Accepted) +TLSv1.2' without.txt || exit 1
grep -q "$WEAK" with.txt
