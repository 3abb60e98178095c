//! What a learning record is filtered by: year, origin, state. It stands in the address and names
//! nobody.

use askama::Template;
use askama::filters::HtmlSafe;

use super::words;
use crate::domain::{Listing, ListingFilter, Origin};
use crate::model::EventStatus;
use crate::portal::components::{Html, Select};
use crate::portal::form::Form;
use crate::portal::visit::Visit;

/// The filter, and the page of what it finds.
pub(super) struct Filter {
    pub(super) wanted: ListingFilter,
    /// From 1.
    pub(super) page: usize,
}

/// The form of the filter. It is sent by GET and changes nothing, so it needs no token.
#[derive(Template)]
#[template(path = "records/filter.html")]
struct FilterForm<'f> {
    action: &'f str,
    controls: [Select; 3],
    is_set: bool,
}

impl HtmlSafe for FilterForm<'_> {}

impl Filter {
    /// The filter of the address.
    pub(super) fn of(visit: &Visit<'_>) -> Self {
        let asked = Form::of(visit.asked().query.as_bytes());
        let origin = Origin::ALL.iter().copied().find(|origin| name(*origin) == asked.text("source"));
        let status = asked.text("state").parse().ok().filter(|status| *status != EventStatus::Withdrawn);
        Self {
            wanted: ListingFilter { year: asked.text("year").parse().ok(), origin, status },
            page: asked.text("page").parse().unwrap_or(1).max(1),
        }
    }

    /// Whether it leaves anything out.
    pub(super) fn is_set(&self) -> bool {
        self.wanted != ListingFilter::default()
    }

    /// The address of a page of the record with this filter.
    pub(super) fn address(&self, record: &str, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let ListingFilter { year, origin, status } = self.wanted;
        for (key, value) in [
            ("year", year.map(|year| year.to_string())),
            ("source", origin.map(|origin| name(origin).to_owned())),
            ("state", status.map(|status| status.code().to_owned())),
            ("page", (page > 1).then(|| page.to_string())),
        ] {
            if let Some(value) = value {
                query.append_pair(key, &value);
            }
        }
        let query = query.finish();
        if query.is_empty() { record.to_owned() } else { format!("{record}?{query}") }
    }

    /// The form, with what the record has to choose from.
    pub(super) fn form(&self, listing: &Listing<'_>, action: &str) -> Html {
        let ListingFilter { year, origin, status } = self.wanted;
        let years = listing.years.iter().fold(Select::new("year", "Year").choice("", "All years"), |select, year| {
            select.choice(year.to_string(), words::year(Some(*year)))
        });
        let sources =
            listing.origins.iter().fold(Select::new("source", "Source").choice("", "All sources"), |select, origin| {
                select.choice(name(*origin), words::origin(*origin))
            });
        let states = [EventStatus::Final, EventStatus::Provisional]
            .into_iter()
            .fold(Select::new("state", "State").choice("", "Final and provisional"), |select, status| {
                select.choice(status.code(), words::status(status))
            });
        Html::of(&FilterForm {
            action,
            controls: [
                years.value(year.map(|year| year.to_string()).unwrap_or_default()),
                sources.value(origin.map(name).unwrap_or_default()),
                states.value(status.map(EventStatus::code).unwrap_or_default()),
            ],
            is_set: self.is_set(),
        })
    }
}

/// An origin in an address.
const fn name(origin: Origin) -> &'static str {
    match origin {
        Origin::Awarding => "awarding",
        Origin::Ilr => "ilr",
        Origin::Npd => "npd",
    }
}
