//! Asking for a certificate: the request is pasted or uploaded, checked, and sent to the operator
//! of the service, who signs it.

use serde::{Deserialize, Serialize};

use super::in_groups;
use crate::domain::{Action, Asked, NewCertificateRequest};
use crate::model::Fingerprint;
use crate::pki::{CertificateRequest, RequestError};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, FileUpload, SummaryList, Textarea, WarningText};
use crate::portal::form::FormErrors;
use crate::portal::problem::Problem;
use crate::portal::visit::{Kept, Visit};

/// The most bytes of a request (our choice): the largest key needs about 3 KB.
const MOST_BYTES: usize = 16 * 1024;

/// What stands at the form when another request waits, or there are two certificates.
pub(super) const TOO_MANY: &str =
    "Your organisation has two certificates that can be used, which is the most. Revoke one to ask for another.";

/// A request that was checked, until it is sent.
#[derive(Serialize, Deserialize)]
struct Checked {
    key: String,
    key_kind: String,
    pem: String,
}

impl Kept for Checked {
    const KIND: &'static str = "certificate request";
}

/// `GET /certificates/new`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&page(visit, "", &FormErrors::default()))
}

/// `POST /certificates/new`
pub(in crate::portal) fn check(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (form, mut file) = visit.file()?;
    let pasted = form.text("request");
    let mut bytes = Vec::new();
    while let Some(piece) = file.next()? {
        if bytes.len() + piece.len() > MOST_BYTES {
            return again(visit, pasted, "file", "The selected file is too large for a request");
        }
        bytes.extend_from_slice(&piece);
    }
    let field = match (bytes.is_empty(), pasted.is_empty()) {
        (true, true) => return again(visit, pasted, "request", "Paste the request, or select its file"),
        (false, false) => return again(visit, pasted, "request", "Paste the request or select a file, not both"),
        (true, false) => "request",
        (false, true) => "file",
    };
    let read = CertificateRequest::read(if field == "file" { &bytes } else { pasted.as_bytes() });
    match read {
        Ok(read) => {
            let checked = Checked { key: read.key.to_string(), key_kind: read.key_kind, pem: read.pem };
            Ok(Answer::redirect(format!("/certificates/new/{}", visit.keep(&checked)?)))
        }
        Err(error) => {
            // A private key must not come back in a page.
            let pasted = if error == RequestError::PrivateKey { "" } else { pasted };
            again(visit, pasted, field, words(error))
        }
    }
}

/// `GET /certificates/new/{handle}`
pub(in crate::portal) fn ask(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&check_page(visit, None)?)
}

/// `POST /certificates/new/{handle}`
pub(in crate::portal) fn send(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let Checked { key, key_kind, pem } = visit.kept(visit.parameter("handle"))?;
    let key: Fingerprint = key.parse().map_err(|_| Problem::NotFound)?;
    let (service, new) = (visit.service(), NewCertificateRequest { key, key_kind, pem });
    let asked = visit.call(Action::RequestCertificate, |caller| service.certificates(caller)?.ask(&new))?;
    let text = match asked {
        Asked::Done => return Ok(Answer::redirect("/certificates?asked")),
        Asked::TooMany => TOO_MANY,
        Asked::Waiting => "Another request of your organisation waits already. Withdraw it to send this one.",
        Asked::KnownKey => "The key of this request is in use, or was asked for before. Make a request with a new key.",
    };
    Answer::form_again(&check_page(visit, Some(text))?)
}

/// `GET /certificates/withdraw`
pub(in crate::portal) fn ask_to_withdraw(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let service = visit.service();
    let waiting = visit.call(Action::ViewCertificates, |caller| service.certificates(caller)?.requests())?.0;
    let Some(waiting) = waiting else { return Ok(Answer::redirect("/certificates")) };
    let form = Act::new(visit, "/certificates/withdraw").with(&Button::new("Withdraw the request").warning().once());
    Answer::page(
        &Blocks::new(visit, "Withdraw the request for a certificate")
            .back("/certificates")
            .with(&details(&waiting.key_kind, waiting.key))
            .say("The operator of the service does not see it any more. You can send it, or another, again.")
            .with(&form),
    )
}

/// `POST /certificates/withdraw`
pub(in crate::portal) fn withdraw(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let service = visit.service();
    visit.call(Action::WithdrawCertificateRequest, |caller| service.certificates(caller)?.withdraw())?;
    Ok(Answer::redirect("/certificates?not-asked"))
}

/// `GET /certificates/{fingerprint}/file`
pub(in crate::portal) fn file(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (fingerprint, service) = (super::named(visit)?, visit.service());
    let pem = visit.call(Action::ViewCertificates, |caller| service.certificates(caller)?.file(fingerprint))?;
    let pem = pem.ok_or(Problem::NotFound)?;
    Ok(Answer::file("application/x-pem-file", "certificate.pem", pem.into_bytes()))
}

/// The kind and the hash of a key.
pub(super) fn details(key_kind: &str, key: Fingerprint) -> SummaryList {
    SummaryList::new().row("Kind of key", key_kind).row("SHA-256 of the key", in_groups(key))
}

fn again(visit: &Visit<'_>, pasted: &str, field: &'static str, text: &'static str) -> Result<Answer, Problem> {
    Answer::form_again(&page(visit, pasted, &FormErrors::one(field, text)))
}

fn page(visit: &Visit<'_>, pasted: &str, errors: &FormErrors) -> Blocks {
    let request = Textarea::new("request", "Request (CSR)")
        .hint("The text from \u{201c}BEGIN CERTIFICATE REQUEST\u{201d} to its end")
        .value(pasted)
        .error(errors.of("request"));
    let file = FileUpload::new("file", "Or the file with the request").error(errors.of("file"));
    let act = Act::with_file(visit, "/certificates/new").with(&request).with(&file).with(&Button::new("Continue"));
    Blocks::new(visit, "Ask for a certificate")
        .errors(errors)
        .back("/certificates")
        .say(
            "Your program, or whoever runs it, makes a new private key and a request for a certificate (CSR). Send the \
             request here, and never the private key.",
        )
        .with(&act)
}

fn check_page(visit: &Visit<'_>, refused: Option<&'static str>) -> Result<Blocks, Problem> {
    let handle = visit.parameter("handle");
    let Checked { key, key_kind, .. } = visit.kept(handle)?;
    let key: Fingerprint = key.parse().map_err(|_| Problem::NotFound)?;
    let page = Blocks::new(visit, "Check the request").back("/certificates/new");
    let page = refused.into_iter().fold(page, |page, text| page.with(&WarningText::new(text)));
    let form =
        Act::new(visit, format!("/certificates/new/{handle}")).with(&Button::new("Ask for the certificate").once());
    Ok(page
        .with(&details(&key_kind, key))
        .say(
            "The operator of the service signs it. The certificate is valid for twelve months and has the name of your \
             organisation; from the request only the key is taken.",
        )
        .with(&form))
}

fn words(error: RequestError) -> &'static str {
    match error {
        RequestError::Unreadable => {
            "This is not a certificate request: it begins with \u{201c}BEGIN CERTIFICATE REQUEST\u{201d}"
        }
        RequestError::PrivateKey => {
            "There is a private key in it, which nobody else may have. Make a new key, and send only its request"
        }
        RequestError::Signature => "The request is not signed by its own key: make it again",
        RequestError::Key => {
            "The key must be RSA (2048 to 8192 bits), P-256, P-384 or Ed25519: make a request with such a key"
        }
    }
}
