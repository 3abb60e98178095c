//! SOAP: from the text of a request to the text of a reply.

pub mod envelope;
pub mod fault;
pub mod pages;
