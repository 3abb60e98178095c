//! Plans in words: their states, and what is wrong with a form.

use crate::domain::plans::PlanFault;
use crate::model::PlanStatus;
use crate::portal::components::Tag;
pub(super) use crate::portal::dates::{day, parts, typed};
use crate::portal::form::FormErrors;
pub(super) use crate::portal::learners::words::date;

/// The state, as a tag.
pub(super) fn status(status: PlanStatus) -> Tag {
    match status {
        PlanStatus::Draft => Tag::coloured("Draft", "yellow"),
        PlanStatus::Active => Tag::coloured("Active", "green"),
        PlanStatus::Closed => Tag::coloured("Closed", "grey"),
    }
}

/// What is wrong, at the fields of the forms.
pub(super) fn errors(faults: &[PlanFault]) -> FormErrors {
    let mut errors = FormErrors::default();
    for fault in faults {
        let (field, text) = match fault {
            PlanFault::NoTitle => ("title", "Enter a title"),
            PlanFault::LongTitle => ("title", "Title must have 200 characters or fewer"),
            PlanFault::NoEstablishment => ("establishment", "Enter an establishment"),
            PlanFault::LongEstablishment => ("establishment", "Establishment must have 200 characters or fewer"),
            PlanFault::EndsBeforeStart => ("ends-day", "Last day must be on or after the first day"),
            PlanFault::ClosedWithoutEnd => ("ends-day", "Enter the last day of a closed plan"),
            PlanFault::TooManyAims => ("aim", "A plan has at most 50 aims: make another plan"),
            PlanFault::NoAim => ("aim", "Enter an aim"),
            PlanFault::LongAim => ("aim", "Aim must have 200 characters or fewer"),
            PlanFault::LongOutcome => ("outcome", "Outcome must have 200 characters or fewer"),
            PlanFault::LongComments => ("comments", "Comments must have 2,000 characters or fewer"),
        };
        errors.add(field, text);
    }
    errors
}
