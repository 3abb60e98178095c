//! What a decision changes in an event. Pure: it works on the event in memory.

use crate::model::{CatalogueEntry, EventField, EventStatus, EventTexts, LearningEvent};

/// How a challenge that is accepted is put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correction {
    /// These fields of the event get new texts.
    Fields(EventTexts),
    /// The event is withdrawn: it is a duplicate, or another learner's.
    Withdraw,
    /// The event was entered or changed in another way, such as a batch.
    Elsewhere,
}

/// Why a correction is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCorrected {
    /// The text is not a value of this field.
    Invalid(EventField),
    /// The catalogue has no such grade for the qualification or unit.
    UnknownGrade,
    /// The event has these values already.
    NothingToChange,
    /// The learner has an event with this reference and award date already.
    Exists,
    /// The challenge is about no event.
    NoEvent,
}

/// The event with the fields changed, and what they were and are.
pub(super) fn with_fields(
    event: &LearningEvent,
    fields: &EventTexts,
    entry: Option<&CatalogueEntry>,
) -> Result<(LearningEvent, EventTexts, EventTexts), NotCorrected> {
    let mut corrected = event.clone();
    for (field, text) in fields {
        field.set(&mut corrected, text.trim()).ok_or(NotCorrected::Invalid(*field))?;
    }
    if corrected.grade != event.grade
        && let Some(entry) = entry.filter(|entry| entry.reference.to_string() == corrected.subject_code)
    {
        let spelled = corrected.grade.as_deref().and_then(|grade| entry.grading.find(grade));
        corrected.grade = Some(spelled.ok_or(NotCorrected::UnknownGrade)?.to_owned());
    }
    let changed = |field: &&EventField| field.text_of(event) != field.text_of(&corrected);
    let texts = |of: &LearningEvent| -> EventTexts {
        EventField::ALL.iter().filter(changed).map(|field| (*field, field.text_of(of))).collect()
    };
    let (before, after) = (texts(event), texts(&corrected));
    if before.is_empty() { Err(NotCorrected::NothingToChange) } else { Ok((corrected, before, after)) }
}

/// Whether the learner has another event with the key that a corrected one would have.
pub(super) fn is_taken(corrected: &LearningEvent, of_learner: &[LearningEvent]) -> bool {
    of_learner.iter().any(|other| {
        other.id != corrected.id
            && other.source == corrected.source
            && other.status != EventStatus::Withdrawn
            && other.subject_code == corrected.subject_code
            && other.awarding_organisation_ukprn == corrected.awarding_organisation_ukprn
            && other.achievement_award_date == corrected.achievement_award_date
    })
}
