#!/usr/bin/env bash
# pysimplesoap 1.16.2 hides a SOAP fault with a detail if an operation's name differs from its request
# element's, as document/literal contracts allow: on a fault it looks up the operation by the element's
# name, and raises "Operation ... not found in WSDL" instead of SoapFault. Calls that succeed are not
# affected, so the error only shows up in production.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet pysimplesoap==1.16.2
cat >service.wsdl <<'WSDL'
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:learners" name="Learners" targetNamespace="urn:learners">
  <types>
    <xs:schema targetNamespace="urn:learners" elementFormDefault="qualified">
      <xs:element name="FindRequest"><xs:complexType><xs:sequence>
        <xs:element name="Name" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="FindReply"><xs:complexType><xs:sequence>
        <xs:element name="Code" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:schema>
  </types>
  <message name="request"><part name="body" element="t:FindRequest"/></message>
  <message name="reply"><part name="body" element="t:FindReply"/></message>
  <portType name="Learners">
    <operation name="find"><input message="t:request"/><output message="t:reply"/></operation>
  </portType>
  <binding name="Learners" type="t:Learners">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="find">
      <soap:operation soapAction="find"/>
      <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output>
    </operation>
  </binding>
  <service name="Learners"><port name="Learners" binding="t:Learners"><soap:address location="http://127.0.0.1:PORT/"/></port></service>
</definitions>
WSDL
cat >call.py <<'PYTHON'
import http.server
import pathlib
import threading

from pysimplesoap.client import SoapClient

ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
REPLY = '<t:FindReply xmlns:t="urn:learners"><t:Code>found</t:Code></t:FindReply>'
FAULT = "<s:Fault><faultcode>s:Client</faultcode><faultstring>Unknown organisation</faultstring><detail><Code>E3</Code></detail></s:Fault>"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status, body = (200, REPLY) if "Known" in text else (500, FAULT)
        body = ENVELOPE.format(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
wsdl = pathlib.Path("service.wsdl")
wsdl.write_text(wsdl.read_text().replace("PORT", str(server.server_port)))
client = SoapClient(wsdl=wsdl.resolve().as_uri(), cache=None)
print("reply:", client.find(Name="Known"))
try:
    client.find(Name="Other")
except Exception as error:
    print("fault:", type(error).__name__, str(error))
PYTHON
venv/bin/python call.py | tee output
grep -q "reply: {'Code': 'found'}" output
grep -q "fault: RuntimeError Operation FindRequest not found in WSDL" output
