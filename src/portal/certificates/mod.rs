//! The certificates with which the organisation's programs call, for its super users: until when
//! each can be used, asking for another, and revoking one.

pub(super) mod request;

use super::answer::Answer;
use super::blocks::{Act, Anchor, Blocks};
use super::components::{Button, Cell, Html, NotificationBanner, SummaryList, Table, Tag, WarningText};
use super::problem::Problem;
use super::visit::Visit;
use crate::domain::{Action, MOST_CERTIFICATES, OwnCertificate, Revoked, Validity};
use crate::model::{Fingerprint, Timestamp, london_time};

/// `GET /certificates`
pub(super) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let certificates = all(visit)?;
    let done = match visit.asked().query.as_str() {
        "revoked" => Some("The certificate is revoked. The web services refuse it from now on"),
        "asked" => Some("The operator of the service has your request"),
        "not-asked" => Some("The request is withdrawn"),
        "withdrawn" => Some("The certificate no longer acts for your organisation"),
        _ => None,
    };
    let page = Blocks::new(visit, "Certificates");
    let page = done.into_iter().fold(page, |page, text| page.with(&NotificationBanner::success(text)));
    let page = page.say("Your programs show one of these certificates when they call the web services.");
    let service = visit.service();
    let (waiting, signed) = visit.call(Action::ViewCertificates, |caller| service.certificates(caller)?.requests())?;
    let page = match certificates.as_slice() {
        [] => page.say("Your organisation has no certificate yet."),
        certificates => page.with(&table(certificates, &signed)),
    };
    let page = page.heading("Get another certificate");
    let usable = certificates.iter().filter(is_usable).count();
    Answer::page(&match waiting {
        Some(waiting) => page
            .say(format!(
                "Your organisation asked for a certificate on {}. When the operator of the service has signed it, it \
                 stands above.",
                day(waiting.asked_at)
            ))
            .with(&request::details(&waiting.key_kind, waiting.key))
            .link("Withdraw the request", "/certificates/withdraw"),
        None if usable >= MOST_CERTIFICATES => page.say(request::TOO_MANY),
        None => page
            .say(
                "Before a certificate ends, ask for the next one. Change your programs over when you have it, and \
                 then revoke the old one. An organisation has at most two that can be used.",
            )
            .with(&Button::link("Ask for a certificate", "/certificates/new")),
    })
}

/// `GET /certificates/{fingerprint}/revoke`
pub(super) fn ask(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (fingerprint, all) = (named(visit)?, all(visit)?);
    let own = all.iter().find(|own| own.fingerprint == fingerprint).ok_or(Problem::NotFound)?;
    if matches!(own.validity, Validity::Revoked(_)) {
        return Ok(Answer::redirect("/certificates"));
    }
    let details = SummaryList::new()
        .row("Name", own.subject.as_str())
        .row("Fingerprint", in_groups(own.fingerprint))
        .row("Until", day(own.not_after));
    let page = Blocks::new(visit, "Revoke a certificate").back("/certificates").with(&details);
    let page = if own.is_shared {
        page.say(
            "It acts for other organisations too, and stops acting for yours alone. If somebody else may have its \
             key, tell the operator of the service, who revokes it for all.",
        )
    } else {
        page.say("The web services refuse it at once, and this cannot be undone.")
    };
    let is_last = all.iter().filter(is_usable).all(|other| other.fingerprint == fingerprint);
    let page = if is_last {
        page.with(&WarningText::new("It is the last certificate of your organisation: your programs cannot call then"))
    } else {
        page
    };
    let form = Act::new(visit, format!("/certificates/{fingerprint}/revoke"))
        .with(&Button::new("Revoke the certificate").warning().once());
    Answer::page(&page.with(&form))
}

/// `POST /certificates/{fingerprint}/revoke`
pub(super) fn revoke(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (fingerprint, service) = (named(visit)?, visit.service());
    let revoked = visit.call(Action::RevokeCertificate, |caller| service.certificates(caller)?.revoke(fingerprint))?;
    match revoked {
        Revoked::Done => Ok(Answer::redirect("/certificates?revoked")),
        Revoked::Withdrawn => Ok(Answer::redirect("/certificates?withdrawn")),
        Revoked::Unknown => Err(Problem::NotFound),
    }
}

fn all(visit: &Visit<'_>) -> Result<Vec<OwnCertificate>, Problem> {
    let service = visit.service();
    visit.call(Action::ViewCertificates, |caller| service.certificates(caller)?.all())
}

fn named(visit: &Visit<'_>) -> Result<Fingerprint, Problem> {
    visit.parameter("fingerprint").parse().map_err(|_| Problem::NotFound)
}

fn is_usable(own: &&OwnCertificate) -> bool {
    !matches!(own.validity, Validity::Revoked(_) | Validity::Ended)
}

/// `signed` are those that the organisation asked for, whose files the service has.
fn table(certificates: &[OwnCertificate], signed: &[Fingerprint]) -> Table {
    let rows = certificates.iter().map(|own| {
        let act =
            |text: &str, path: &str| Html::of(&Anchor::new(text, format!("/certificates/{}/{path}", own.fingerprint)));
        let acts = match own.validity {
            Validity::Revoked(_) => Cell::from(""),
            _ if signed.contains(&own.fingerprint) => {
                Cell::from(Html::all([act("Download", "file"), Html::literal("<br>"), act("Revoke", "revoke")]))
            }
            _ => Cell::from(act("Revoke", "revoke")),
        };
        [
            Cell::from(own.subject.as_str()),
            Cell::from(in_groups(own.fingerprint)),
            Cell::from(day(own.not_after)),
            Cell::from(Html::of(&validity(own.validity))),
            acts,
        ]
    });
    let head = ["Name", "Fingerprint (SHA-256)", "Until", "State", "What you can do"];
    rows.fold(Table::new("Certificates of your organisation").head(head), Table::row)
}

fn validity(validity: Validity) -> Tag {
    match validity {
        Validity::Valid => Tag::coloured("Valid", "green"),
        Validity::EndsSoon(0) => Tag::coloured("Ends within a day", "red"),
        Validity::EndsSoon(1) => Tag::coloured("Ends in 1 day", "yellow"),
        Validity::EndsSoon(days) => Tag::coloured(format!("Ends in {days} days"), "yellow"),
        Validity::Ended => Tag::coloured("Ended", "red"),
        Validity::Revoked(at) => Tag::coloured(format!("Revoked on {}", day(at)), "grey"),
    }
}

fn day(moment: Timestamp) -> String {
    london_time(moment).format("%-d %B %Y").to_string()
}

/// A fingerprint in groups of eight digits, which narrow screens can break.
fn in_groups(fingerprint: Fingerprint) -> String {
    let digits: Vec<char> = fingerprint.to_string().chars().collect();
    digits.chunks(8).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
