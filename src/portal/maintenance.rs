//! Planned maintenance in words: its notice on every page, and what is said while it is on.

use std::borrow::Cow;
use std::time::Duration;

use askama::Template;
use askama::filters::HtmlSafe;

use super::components::{Content, Html};
use super::times;
use crate::domain::Service;
use crate::model::{Affected, Door, MaintenanceWindow};

/// A window, in words.
pub(super) struct Line {
    pub(super) period: String,
    pub(super) closed: &'static str,
    pub(super) explanation: String,
    pub(super) state: &'static str,
}

/// The notice above a page's content.
#[derive(Template)]
#[template(path = "maintenance_notice.html")]
struct Notice {
    heading: String,
    explanation: String,
}

impl HtmlSafe for Notice {}

/// The notice of maintenance that is near or on; none if there is none, or if the service cannot
/// tell: a page must not fail for its notice.
pub(super) fn notice(service: &Service) -> Option<Content> {
    let window = service.maintenance().announced().ok().flatten()?;
    let is_on = window.is_on(service.clock().now());
    let closed = closed(window.affects);
    let heading = match is_on {
        true => format!("Maintenance: {closed} closed until {}", times::moment(window.ends_at)),
        false => {
            format!("Planned maintenance: {closed} closed from {}", times::period(window.starts_at, window.ends_at))
        }
    };
    Some(Html::of(&Notice { heading, explanation: window.explanation }).into())
}

/// The maintenance that closes the portal now.
pub(super) fn closing(service: &Service) -> Option<MaintenanceWindow> {
    service.maintenance().closing(Door::Portal).ok().flatten()
}

/// What became of a form that was sent meanwhile, and of what was sent before.
pub(super) const WHAT_BECAME_OF_IT: &str = "If you sent a form just now, it was not carried out and nothing of it was stored: \
     send it again when the portal is open. What was confirmed before is stored, and batches that were received are still processed.";

/// The heading and the paragraphs of the page that stands instead of others while the portal is
/// closed.
pub(super) fn words(window: &MaintenanceWindow) -> (&'static str, Vec<Cow<'static, str>>) {
    let returns = format!("It returns at {}.", times::moment(window.ends_at));
    let paragraphs = vec![window.explanation.clone().into(), returns.into(), WHAT_BECAME_OF_IT.into()];
    ("The portal is closed for maintenance", paragraphs)
}

/// How long until the portal is planned to be open again.
pub(super) fn wait(service: &Service, window: &MaintenanceWindow) -> Duration {
    (window.ends_at - service.clock().now()).to_std().unwrap_or_default()
}

impl Line {
    pub(super) fn of(window: &MaintenanceWindow, state: &'static str) -> Self {
        Self {
            period: times::period(window.starts_at, window.ends_at),
            closed: closed(window.affects),
            explanation: window.explanation.clone(),
            state,
        }
    }
}

/// What is closed, with its verb.
const fn closed(affects: Affected) -> &'static str {
    match affects {
        Affected::Everything => "the portal and the web services are",
        Affected::WebServices => "the web services are",
        Affected::Portal => "the portal is",
    }
}
