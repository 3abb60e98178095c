//! Refusals of requests that are no calls: an HTTP status and a sentence instead of an envelope.

use crate::http::{Refused, StatusCode};

/// What an Azure static site returns while the service is away, and what clients look for (rules.md
/// 3.4).
const MAINTENANCE_TEXT: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>UnsupportedHttpVerb</Code>\
     <Message>The resource doesn't support specified Http Verb.</Message></Error>";

pub(super) const UNKNOWN_PATH: Refused =
    Refused::new(StatusCode::NOT_FOUND, "unknown_path", "There is nothing here. The page / lists the services.\n");

pub(super) const METHOD: Refused =
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Use POST for calls, and GET for the contract (?wsdl).\n")
        .with("allow", "GET, HEAD, POST");

pub(super) const MAINTENANCE: Refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, "maintenance", MAINTENANCE_TEXT)
    .of_type("application/xml")
    .with("allow", "GET, HEAD");

pub(super) const MEDIA_TYPE: Refused = Refused::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "media_type",
    "The Content-Type must be text/xml (SOAP 1.1) or application/soap+xml (SOAP 1.2).\n",
);

pub(super) const CHARSET: Refused =
    Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "charset", "The charset must be utf-8 or utf-16.\n");
