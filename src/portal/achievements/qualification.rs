//! Which qualification or unit was achieved: a search limited to what the organisation may submit.
//! What it may not submit is listed with the reason.

use super::new::{Flow, New};
use super::words;
use crate::domain::Action;
use crate::domain::catalogue::Offered;
use crate::model::Reference;
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Cell, Html, Input, Item, Radios, Table};
use crate::portal::form::FormErrors;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// `GET /achievements/new/{handle}/qualification`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let new = New::of(visit)?;
    Answer::page(&page(visit, &new, &FormErrors::default())?)
}

/// `POST /achievements/new/{handle}/search`
pub(in crate::portal) fn search(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let handle = visit.parameter("handle");
    let text: String = visit.form().text("search").chars().take(200).collect();
    let new = New { search: text, ..New::of(visit)? };
    if new.search.is_empty() {
        let errors = FormErrors::one("search", "Enter a number or words of the title");
        return again(visit, &new, &errors);
    }
    visit.keep_instead(handle, &new)?;
    let address = Flow::of(visit).address();
    Ok(Answer::redirect(format!("{address}/{handle}/qualification")))
}

/// `POST /achievements/new/{handle}/qualification`
pub(in crate::portal) fn choose(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (handle, mut new) = (visit.parameter("handle"), New::of(visit)?);
    let Ok(reference) = visit.form().text("reference").parse::<Reference>() else {
        return again(visit, &new, &FormErrors::one("reference", "Choose a qualification or unit"));
    };
    let Some(entry) = visit.service().catalogue().entry(reference)? else {
        return again(visit, &new, &FormErrors::one("reference", words::sentence("B001")));
    };
    let is_other = new.row.reference.as_deref() != Some(reference.to_string().as_str());
    if is_other {
        new.row.grade = None;
    }
    new.row.reference = Some(reference.to_string());
    new.title = entry.title;
    visit.keep_instead(handle, &new)?;
    let address = Flow::of(visit).address();
    Ok(Answer::redirect(format!("{address}/{handle}/award")))
}

/// The page again, with what is wrong with it.
pub(super) fn again(visit: &Visit<'_>, new: &New, errors: &FormErrors) -> Result<Answer, Problem> {
    Answer::form_again(&page(visit, new, errors)?)
}

fn page(visit: &Visit<'_>, new: &New, errors: &FormErrors) -> Result<Blocks, Problem> {
    let (handle, address) = (visit.parameter("handle"), Flow::of(visit).address());
    let service = visit.service();
    let offered = match new.search.as_str() {
        "" => Offered::default(),
        text => visit.call(Action::SearchCatalogue, |caller| service.catalogue().search(caller, text))?,
    };
    let page = Blocks::new(visit, "Which qualification or unit?").caption(new.learner()).back(address).errors(errors);
    let search = Act::new(visit, format!("{address}/{handle}/search"))
        .with(
            &Input::new("search", "Search by number or title")
                .hint("For example, 601/7001/3, or words of the title")
                .value(new.search.as_str())
                .error(errors.of("search")),
        )
        .with(&Button::new("Search").secondary());
    let page = page.with(&search);
    let page = match (offered.open.is_empty(), new.search.is_empty()) {
        (_, true) => page,
        (true, false) => page.say("Your organisation may submit nothing that has these words."),
        (false, false) => page.with(&choices(visit, new, &offered, errors)),
    };
    let page = match offered.closed.is_empty() {
        true => page,
        false => page.with(&closed(&offered)),
    };
    Ok(if offered.more { page.say("There are more than are shown. Enter more words.") } else { page })
}

fn choices(visit: &Visit<'_>, new: &New, offered: &Offered, errors: &FormErrors) -> Act {
    let radios = offered.open.iter().fold(Radios::new("reference", "Choose one"), |radios, entry| {
        let item = Item::new(entry.reference.to_string(), format!("{} ({})", entry.title, entry.reference));
        radios.item(item.hint(words::about(entry)))
    });
    let radios = radios.value(new.row.reference.clone().unwrap_or_default()).error(errors.of("reference"));
    Act::new(visit, format!("{}/{}/qualification", Flow::of(visit).address(), visit.parameter("handle")))
        .with(&radios)
        .with(&Button::new("Continue"))
}

/// What the organisation may not submit, with the reason.
fn closed(offered: &Offered) -> Table {
    let head = ["Qualification or unit", "Reference", "Why not"];
    offered.closed.iter().fold(Table::new("What you may not submit").head(head), |table, (entry, why)| {
        table.row([
            Cell::from(entry.title.as_str()),
            Cell::from(entry.reference.to_string()),
            Cell::from(Html::of(&words::why_not(*why))),
        ])
    })
}
