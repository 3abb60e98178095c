//! Faults: their codes, texts, and the two shapes that the web services use (rules.md 3.4).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::envelope::{self, HeaderName, Prefix, Version};
use super::strict::Strict;
use crate::model::{Timestamp, london_text};
use crate::xml::{Place, escape};

/// The shape of a web service's faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `MIAPAPIException` with the prefix `ns10` and unqualified children, as captured from
    /// LearnerService.
    Miap,
    /// `DomainFault` with the detail in base64, as R9 and External declare it.
    Domain,
}

/// Which side is at fault, in SOAP's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The message; resending it unchanged will fail again.
    Client,
    /// The service.
    Server,
    /// The version of the envelope.
    VersionMismatch,
    /// A header that must be understood.
    MustUnderstand,
}

/// A fault of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The WSEC code.
    pub code: &'static str,
    /// The description of the code.
    pub description: &'static str,
    /// What is wrong with this particular request. It may quote the request and is never logged.
    pub further: String,
    /// The place in the request, if known.
    pub place: Option<Place>,
    /// What a strict validator reports, if LearnerService refused the request as invalid.
    pub strict: Option<Strict>,
    /// The headers that must be understood but are not.
    pub not_understood: Vec<HeaderName>,
    /// Which side is at fault.
    pub blame: Blame,
    /// What LearnerService names as the detecting class (our choice, except for the captured one).
    pub actor: &'static str,
    /// The number of seconds after which the same call may succeed, if the caller has to wait: the
    /// header `Retry-After`.
    pub retry_after_s: Option<u64>,
}

const EXCEPTION: &str = "uk.gov.miap.lrs.api.exceptions.MIAPAPIException";

impl Fault {
    /// The complete reply.
    pub fn envelope(&self, shape: Shape, version: Version, prefix: Prefix, at: Timestamp) -> String {
        let mut out = String::with_capacity(1024);
        envelope::begin_not_understood(version, &self.not_understood, prefix, &mut out);
        match version {
            Version::V11 => self.soap_11(shape, prefix.0, at, &mut out),
            Version::V12 => self.soap_12(shape, prefix.0, at, &mut out),
        }
        envelope::end(prefix, &mut out);
        out
    }

    fn soap_11(&self, shape: Shape, prefix: &str, at: Timestamp, out: &mut String) {
        let blame = match (self.blame, shape) {
            // Captured: LearnerService blames the server for everything that it refuses.
            (Blame::Client, Shape::Miap) if self.is_exception() => "Server",
            (Blame::Client, _) => "Client",
            (Blame::Server, _) => "Server",
            (Blame::VersionMismatch, _) => "VersionMismatch",
            (Blame::MustUnderstand, _) => "MustUnderstand",
        };
        push(out, &["<", prefix, ":Fault><faultcode>", prefix, ":", blame, "</faultcode>"]);
        out.push_str(match shape {
            Shape::Miap => "<faultstring>",
            Shape::Domain => "<faultstring xml:lang=\"en-GB\">",
        });
        escape(&self.reason(shape), out);
        out.push_str("</faultstring>");
        if self.has_detail() {
            out.push_str("<detail>");
            self.detail(shape, at, out);
            out.push_str("</detail>");
        }
        push(out, &["</", prefix, ":Fault>"]);
    }

    fn soap_12(&self, shape: Shape, prefix: &str, at: Timestamp, out: &mut String) {
        let blame = match self.blame {
            Blame::Client => "Sender",
            Blame::Server => "Receiver",
            Blame::VersionMismatch => "VersionMismatch",
            Blame::MustUnderstand => "MustUnderstand",
        };
        push(out, &["<", prefix, ":Fault><", prefix, ":Code><", prefix, ":Value>", prefix, ":", blame]);
        push(
            out,
            &["</", prefix, ":Value></", prefix, ":Code><", prefix, ":Reason><", prefix, ":Text xml:lang=\"en-GB\">"],
        );
        escape(&self.reason(shape), out);
        push(out, &["</", prefix, ":Text></", prefix, ":Reason>"]);
        if self.has_detail() {
            push(out, &["<", prefix, ":Detail>"]);
            self.detail(shape, at, out);
            push(out, &["</", prefix, ":Detail>"]);
        }
        push(out, &["</", prefix, ":Fault>"]);
    }

    fn reason(&self, shape: Shape) -> Cow<'_, str> {
        match shape {
            Shape::Miap if self.is_exception() => EXCEPTION.into(),
            _ if self.not_understood.is_empty() => self.description.into(),
            _ => format!("{} {}", self.description, self.headers()).into(),
        }
    }

    /// The names of the headers that are not understood.
    fn headers(&self) -> String {
        let names = self.not_understood.iter().map(|HeaderName { namespace, local }| match namespace.as_str() {
            "" => format!("'{local}' in no namespace"),
            _ => format!("'{local}' in the namespace '{namespace}'"),
        });
        format!("Not understood: {}.", names.collect::<Vec<_>>().join(", "))
    }

    /// Whether it is an exception of the service, as opposed to one of the envelope.
    fn is_exception(&self) -> bool {
        !self.actor.is_empty()
    }

    /// SOAP omits the detail if the fault is about headers or the version (SOAP 1.1, 4.4).
    fn has_detail(&self) -> bool {
        matches!(self.blame, Blame::Client | Blame::Server)
    }

    /// What is wrong, and where. The captured messages of LearnerService's validator stay
    /// unchanged.
    fn explained(&self, shape: Shape) -> Cow<'_, str> {
        if let Some(strict) = &self.strict {
            return Cow::Borrowed(&strict.text);
        }
        match &self.place {
            Some(place) if shape == Shape::Domain || !self.is_exception() => {
                format!("{} ({place})", self.further).into()
            }
            _ => Cow::Borrowed(&self.further),
        }
    }

    fn detail(&self, shape: Shape, at: Timestamp, out: &mut String) {
        match shape {
            Shape::Miap => {
                out.push_str("<ns10:MIAPAPIException xmlns:ns10=\"http://api.lrs.miap.gov.uk/exceptions\">");
                let at = london_text(at);
                for (name, value) in [
                    ("ErrorCode", self.code),
                    ("ErrorActor", self.actor),
                    ("Description", self.description),
                    ("FurtherDetails", &self.explained(shape)),
                    ("ErrorTimestamp", &at),
                ] {
                    push(out, &["<", name, ">"]);
                    escape(value, out);
                    push(out, &["</", name, ">"]);
                }
                out.push_str("</ns10:MIAPAPIException>");
                if let (Some(strict), Some(place)) = (&self.strict, &self.place) {
                    strict.write(place, &self.further, out);
                }
            }
            Shape::Domain => {
                push(out, &["<DomainFault xmlns=\"http://api.lrs.qcf.gov.uk/faults\"><ErrorCode>", self.code]);
                out.push_str("</ErrorCode><ErrorDetail>");
                let text = self.explained(shape);
                STANDARD.encode_string(if text.is_empty() { self.description } else { &text }, out);
                out.push_str("</ErrorDetail></DomainFault>");
            }
        }
    }
}

fn push(out: &mut String, pieces: &[&str]) {
    for piece in pieces {
        out.push_str(piece);
    }
}
