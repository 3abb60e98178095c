//! Writes a tree of fields as a SOAP 1.1 envelope: in the contract's order, with unique namespace
//! prefixes, and nil for elements that the contract requires but that have no value.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use std::io;

use super::fields::{Content, Node};
use crate::contract::Element;

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Elements whose text is never printed: the contracts' two names for an organisation's password.
const SECRET: [&str; 2] = ["OrgPassword", "Password"];

/// Replaces a password in printed text.
pub const MASK: &str = "****************";

/// The passwords in a request, which must never be printed.
pub fn passwords(node: &Node) -> Vec<String> {
    match &node.content {
        Content::Text(text) if SECRET.contains(&node.element.name) && !text.is_empty() => vec![text.clone()],
        Content::Text(_) => Vec::new(),
        Content::Members(members) => members.iter().flat_map(passwords).collect(),
    }
}

/// How passwords are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// Unchanged, for sending.
    Written,
    /// Replaced by asterisks, for printing.
    Masked,
}

/// The envelope as indented text.
pub fn write(root: &Node, secrets: Secrets) -> io::Result<String> {
    let mut namespaces = Vec::new();
    collect_namespaces(root.element, &mut namespaces);
    let mut envelope = EnvelopeWriter { xml: Writer::new_with_indent(Vec::new(), b' ', 2), namespaces, secrets };

    let mut start = BytesStart::new("soap:Envelope");
    start.push_attribute(("xmlns:soap", SOAP));
    start.push_attribute(("xmlns:xsi", XSI));
    for (number, namespace) in envelope.namespaces.iter().enumerate() {
        start.push_attribute((format!("xmlns:{}", prefix(number)).as_str(), *namespace));
    }
    envelope.xml.write_event(Event::Start(start))?;
    envelope.xml.write_event(Event::Start(BytesStart::new("soap:Body")))?;
    envelope.element(root)?;
    envelope.xml.write_event(Event::End(BytesEnd::new("soap:Body")))?;
    envelope.xml.write_event(Event::End(BytesEnd::new("soap:Envelope")))?;

    let mut bytes = envelope.xml.into_inner();
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn prefix(number: usize) -> String {
    format!("ns{}", number + 1)
}

fn collect_namespaces(element: &'static Element, found: &mut Vec<&'static str>) {
    if !element.namespace.is_empty() && !found.contains(&element.namespace) {
        found.push(element.namespace);
    }
    for child in element.children {
        collect_namespaces(child, found);
    }
}

struct EnvelopeWriter {
    xml: Writer<Vec<u8>>,
    namespaces: Vec<&'static str>,
    secrets: Secrets,
}

impl EnvelopeWriter {
    fn element(&mut self, node: &Node) -> io::Result<()> {
        let name = self.qualified(node.element);
        match &node.content {
            Content::Text(text) if text.is_empty() => self.xml.write_event(Event::Empty(BytesStart::new(name))),
            Content::Text(text) => {
                let masked = self.secrets == Secrets::Masked && SECRET.contains(&node.element.name);
                let text = if masked { MASK } else { text.as_str() };
                self.xml.write_event(Event::Start(BytesStart::new(name.as_str())))?;
                self.xml.write_event(Event::Text(BytesText::new(text)))?;
                self.xml.write_event(Event::End(BytesEnd::new(name)))
            }
            Content::Members(members) => {
                self.xml.write_event(Event::Start(BytesStart::new(name.as_str())))?;
                for child in node.element.children {
                    self.occurrences(child, members)?;
                }
                self.xml.write_event(Event::End(BytesEnd::new(name)))
            }
        }
    }

    /// Writes all given occurrences of a child, or nil if the contract requires it and allows nil.
    fn occurrences(&mut self, child: &'static Element, members: &[Node]) -> io::Result<()> {
        let mut given = members.iter().filter(|member| member.element.name == child.name).peekable();
        if given.peek().is_none() && child.min > 0 && child.nillable {
            let mut nil = BytesStart::new(self.qualified(child));
            nil.push_attribute(("xsi:nil", "true"));
            return self.xml.write_event(Event::Empty(nil));
        }
        given.try_for_each(|member| self.element(member))
    }

    fn qualified(&self, element: &Element) -> String {
        match self.namespaces.iter().position(|namespace| *namespace == element.namespace) {
            Some(number) => format!("{}:{}", prefix(number), element.name),
            None => element.name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::fields::{Field, arrange};
    use super::super::sample_contract::{EVENTS, REGISTER, RETRIEVE};
    use super::*;

    #[test]
    fn members_stand_in_the_contracts_order_unqualified_under_a_qualified_root() {
        let fields = [
            Field::new("Learner.FamilyName", "O'Example & <Sons>"),
            Field::new("Learner.GivenName", "Ada"),
            Field::new("Learner.Title", ""),
            Field::new("OrgPassword", "Synthetic-Pass16"),
            Field::new("UKPRN", "90000051"),
        ];
        let text = write(&arrange(&REGISTER, &fields).unwrap(), Secrets::Written).unwrap();
        assert_eq!(
            text,
            r#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ns1="http://api.lrs.miap.gov.uk/regmsg">
  <soap:Body>
    <ns1:RegisterLearner>
      <OrganisationRef xsi:nil="true"/>
      <UKPRN>90000051</UKPRN>
      <OrgPassword>Synthetic-Pass16</OrgPassword>
      <Learner>
        <Title/>
        <GivenName>Ada</GivenName>
        <FamilyName>O&apos;Example &amp; &lt;Sons&gt;</FamilyName>
      </Learner>
    </ns1:RegisterLearner>
  </soap:Body>
</soap:Envelope>
"#
        );
    }

    #[test]
    fn each_namespace_has_one_prefix() {
        let fields = [Field::new("invokingOrganisation.Ukprn", "90000051"), Field::new("uln", "1000000000")];
        let text = write(&arrange(&EVENTS, &fields).unwrap(), Secrets::Written).unwrap();
        assert!(text.contains("<ns1:invokingOrganisation>\n        <ns2:Ukprn>90000051</ns2:Ukprn>"), "{text}");
        assert!(text.contains(r#"<ns1:gender xsi:nil="true"/>"#), "{text}");
    }

    #[test]
    fn passwords_are_masked_for_people() {
        let fields = [Field::new("invokingOrganisation.Password", "Synthetic-Pass16")];
        let text = write(&arrange(&EVENTS, &fields).unwrap(), Secrets::Masked).unwrap();
        assert!(text.contains("<ns2:Password>****************</ns2:Password>"), "{text}");
        assert!(!text.contains("Synthetic-Pass16"), "{text}");
    }

    #[test]
    fn a_list_is_written_item_by_item() {
        let fields = [Field::new("ULNsToRetrieve.ULN", "1000000000"), Field::new("ULNsToRetrieve.ULN", "1000000019")];
        let text = write(&arrange(&RETRIEVE, &fields).unwrap(), Secrets::Written).unwrap();
        assert!(text.contains("<ULN>1000000000</ULN>\n        <ULN>1000000019</ULN>"), "{text}");
    }
}
