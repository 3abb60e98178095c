#!/usr/bin/env bash
# node-soap (soap 1.13.0) sends a JavaScript Date for an element of type xs:dateTime as an empty
# element, without reporting an error. The same time given as text is sent unchanged. So an award
# date that looks right in the caller's code is never sent.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund soap@1.13.0
cat >service.wsdl <<'WSDL'
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:awards" targetNamespace="urn:awards">
  <types>
    <xs:schema targetNamespace="urn:awards" elementFormDefault="qualified">
      <xs:element name="Submit"><xs:complexType><xs:sequence>
        <xs:element name="AwardDate" type="xs:dateTime"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="SubmitResponse"><xs:complexType><xs:sequence>
        <xs:element name="Code" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:schema>
  </types>
  <message name="request"><part name="body" element="t:Submit"/></message>
  <message name="reply"><part name="body" element="t:SubmitResponse"/></message>
  <portType name="Awards">
    <operation name="Submit"><input message="t:request"/><output message="t:reply"/></operation>
  </portType>
  <binding name="Awards" type="t:Awards">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="Submit">
      <soap:operation soapAction=""/>
      <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output>
    </operation>
  </binding>
  <service name="Awards"><port name="Awards" binding="t:Awards"><soap:address location="http://127.0.0.1:1/"/></port></service>
</definitions>
WSDL
cat >call.js <<'NODE'
const http = require('http');
const soap = require('soap');
const reply = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
  '<SubmitResponse xmlns="urn:awards"><Code>received</Code></SubmitResponse></s:Body></s:Envelope>';
const received = [];

const server = http.createServer((request, response) => {
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    received.push(/AwardDate>([^<]*)</.exec(body)[1]);
    response.setHeader('Content-Type', 'text/xml');
    response.end(reply);
  });
});

server.listen(0, '127.0.0.1', async () => {
  const client = await soap.createClientAsync('service.wsdl', {}, `http://127.0.0.1:${server.address().port}/`);
  await client.SubmitAsync({ AwardDate: new Date(Date.UTC(2026, 6, 1)) });
  await client.SubmitAsync({ AwardDate: '2026-07-01T00:00:00Z' });
  server.close();
  console.log('a Date is sent as', JSON.stringify(received[0]), 'and text as', JSON.stringify(received[1]));
  const same = received[0] === '' && received[1] === '2026-07-01T00:00:00Z';
  if (!same) console.error('the behaviour has changed');
  process.exit(same ? 0 : 1);
});
NODE
node call.js
