#!/usr/bin/env bash
# soapix 0.5.11 (Python) ignores the contract's types when it reads a reply: a text of type xs:string
# that looks like a number or a boolean becomes one. The family name True comes back as a boolean, and
# the reference 600.10 as the number 600.1, without its last digit; the text 0123 stays unchanged.
# Writing such values back changes them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet soapix==0.5.11
cat >service.wsdl <<'WSDL'
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:learners" name="Learners" targetNamespace="urn:learners">
  <types>
    <xs:schema targetNamespace="urn:learners" elementFormDefault="qualified">
      <xs:element name="FindRequest"><xs:complexType><xs:sequence>
        <xs:element name="Name" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="FindReply"><xs:complexType><xs:sequence>
        <xs:element name="FamilyName" type="xs:string"/>
        <xs:element name="Reference" type="xs:string"/>
        <xs:element name="Candidate" type="xs:string"/>
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

from soapix import SoapClient

REPLY = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><t:FindReply xmlns:t="urn:learners">
<t:FamilyName>True</t:FamilyName><t:Reference>600.10</t:Reference><t:Candidate>0123</t:Candidate></t:FindReply></s:Body></s:Envelope>"""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = REPLY.encode()
        self.send_response(200)
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
reply = SoapClient(str(wsdl.resolve())).service.find(Name="Known")
print("reply:", reply)
PYTHON
venv/bin/python call.py | tee output
grep -q "'FamilyName': True" output
grep -q "'Reference': 600.1," output
grep -q "'Candidate': '0123'" output
