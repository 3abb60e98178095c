//! What surrounds every control of a form: its group, its hint, its error, and the ids that join
//! them.

use super::{Attributes, Classes, Content, ErrorMessage, Fieldset, Hint, Html};

/// The surroundings of a control, or of a group of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    /// The id of the control, or what those of its parts begin with.
    pub id: String,
    /// The ids of further elements that describe the control.
    pub described_by: String,
    pub hint: Option<Hint>,
    pub error: Option<ErrorMessage>,
    /// Of the form group, the element around it all.
    pub group_classes: Classes,
    pub group_attributes: Attributes,
    /// What stands before and after the control, inside the form group.
    pub before: Content,
    pub after: Content,
}

impl Field {
    /// The surroundings of a control by its name, which is its id as well.
    pub fn named(name: &str) -> Field {
        Field { id: name.to_owned(), ..Field::default() }
    }

    /// The hint with the id by which the control names it.
    pub fn shown_hint(&self) -> Option<Hint> {
        self.hint.clone().map(|hint| Hint { id: Some(format!("{}-hint", self.id)), ..hint })
    }

    /// The error with the id by which the control names it.
    pub fn shown_error(&self) -> Option<ErrorMessage> {
        self.error.clone().map(|error| ErrorMessage { id: Some(format!("{}-error", self.id)), ..error })
    }

    /// The ids of all that describes the control, separated by spaces.
    pub fn descriptions(&self) -> String {
        let mut ids = self.described_by.clone();
        for (shown, name) in [(self.hint.is_some(), "hint"), (self.error.is_some(), "error")] {
            if shown {
                let space = if ids.is_empty() { "" } else { " " };
                ids = format!("{ids}{space}{}-{name}", self.id);
            }
        }
        ids
    }

    /// The classes of the form group after its own.
    pub fn shown_classes(&self) -> Classes {
        let error = if self.error.is_some() { "govuk-form-group--error" } else { "" };
        Classes::from(error).and(self.group_classes.0.trim_start())
    }

    /// Controls in their fieldset, if they have one, which then names what describes them.
    pub fn under(&self, fieldset: Option<&Fieldset>, controls: String) -> Html {
        let inside = Html(controls.into());
        match fieldset {
            Some(fieldset) => Html::of(&Fieldset { inside, described_by: self.descriptions(), ..fieldset.clone() }),
            None => inside,
        }
    }
}
