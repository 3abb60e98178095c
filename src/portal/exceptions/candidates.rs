//! The learners who may be meant by a record, beside it: the differences are told in words.

use crate::domain::registrations::RegistrationRow;
use crate::domain::{Action, Found, FoundLearner};
use crate::model::Learner;
use crate::portal::components::{Item, Radios, Table};
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// The learners who may be meant, best first: the same search, with the same audit, as at `Find a
/// learner`.
pub(super) fn find(visit: &Visit<'_>, row: &RegistrationRow) -> Result<Found, Problem> {
    let service = visit.service();
    visit.call(Action::FindByDetails, |caller| service.learners().search(caller, &row.texts()))
}

/// The record, and below it who may be meant.
pub(super) fn table(row: &RegistrationRow, found: &[FoundLearner]) -> Table {
    let text = |field| row.get(field).unwrap_or_default().to_owned();
    let name = format!("{} {}", text("GivenName"), text("FamilyName"));
    let head = ["Record", "Name", "Date of birth", "Gender", "Postcode", "ULN", "Differences"];
    let own = ["Your record".to_owned(), name, text("DateOfBirth"), text("Gender"), text("LastKnownPostCode")];
    let table = Table::new("Your record and the possible matches").head(head);
    let table = table.named_rows().row(own.into_iter().chain([text("ULN"), String::new()]));
    found.iter().zip(1..).fold(table, |table, (each, number)| {
        let learner = &each.learner;
        table.row([
            format!("Match {number}"),
            full_name(learner),
            learner.birth.date.to_string(),
            learner.gender.code().to_owned(),
            learner.address.postcode.to_string(),
            learner.uln.to_string(),
            differences(row, learner),
        ])
    })
}

/// The choice among them.
pub(super) fn radios(found: &[FoundLearner], error: Option<&str>) -> Radios {
    let radios = Radios::new("uln", "Which of them is the learner?").error(error);
    found.iter().zip(1..).fold(radios, |radios, (each, number)| {
        let learner = &each.learner;
        let words = format!("Match {number}: {}, ULN {}", full_name(learner), learner.uln);
        radios.item(Item::new(learner.uln.as_str(), words))
    })
}

fn full_name(learner: &Learner) -> String {
    format!("{} {}", learner.names.given, learner.names.family)
}

fn differences(row: &RegistrationRow, learner: &Learner) -> String {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>().to_uppercase();
    let held = [
        ("GivenName", "given name", learner.names.given.clone()),
        ("FamilyName", "family name", learner.names.family.clone()),
        ("DateOfBirth", "date of birth", learner.birth.date.to_string()),
        ("Gender", "gender", learner.gender.code().to_owned()),
        ("LastKnownPostCode", "postcode", learner.address.postcode.to_string()),
    ];
    let differ = held.iter().filter(|(field, _, held)| squeezed(row.get(field).unwrap_or_default()) != squeezed(held));
    let differ: Vec<&str> = differ.map(|(_, words, _)| *words).collect();
    if differ.is_empty() { "None".to_owned() } else { format!("Other {}", differ.join(", ")) }
}
