//! The fields of the forms about users: details and roles.

use super::words;
use crate::domain::{Role, Roles, Users};
use crate::portal::components::{Checkboxes, Input, Item};
use crate::portal::form::{Form, FormErrors};

/// The longest text (our choice).
const LONGEST: usize = 100;

/// A field with a line of text.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// What to do where it is empty and must not be.
    pub(super) instruction: Option<&'static str>,
    pub(super) hint: &'static str,
}

pub(super) static GIVEN_NAME: Line =
    Line { name: "given_name", label: "Given name", instruction: Some("Enter a given name"), hint: "" };
pub(super) static FAMILY_NAME: Line =
    Line { name: "family_name", label: "Family name", instruction: Some("Enter a family name"), hint: "" };
pub(super) static TELEPHONE: Line =
    Line { name: "telephone", label: "Telephone number (optional)", instruction: None, hint: "" };
pub(super) static STAFF_REFERENCE: Line = Line {
    name: "staff_reference",
    label: "Staff number (optional)",
    instruction: None,
    hint: "Your organisation\u{2019}s own number for this person",
};
pub(super) static IDENTITY_CHECK: Line = Line {
    name: "identity_check",
    label: "How you checked the identity",
    instruction: Some("Describe how you checked the identity"),
    hint: "For example, \u{201c}Passport seen\u{201d}. Do not enter its number",
};

impl Line {
    /// What was entered, and what is wrong with it.
    pub(super) fn read<'f>(&self, form: &'f Form, errors: &mut FormErrors) -> &'f str {
        let text = form.text(self.name);
        match self.instruction {
            Some(instruction) if text.is_empty() => errors.add(self.name, instruction),
            _ if text.chars().count() > LONGEST => {
                let label = self.label.trim_end_matches(" (optional)");
                errors.add(self.name, format!("{label} must have {LONGEST} characters or fewer"));
            }
            _ if text.chars().any(char::is_control) => errors.add(self.name, "Enter it on one line"),
            _ => {}
        }
        text
    }

    /// The field, with what was entered.
    pub(super) fn input(&self, value: &str, errors: &FormErrors) -> Input {
        let input = Input::new(self.name, self.label).value(value).error(errors.of(self.name));
        if self.hint.is_empty() { input } else { input.hint(self.hint) }
    }
}

/// An optional text, if it was entered.
pub(super) fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// The roles that the caller may give.
pub(super) fn offered(users: &Users<'_>) -> Roles {
    Role::ALL.iter().copied().filter(|role| users.may_give(std::iter::once(*role).collect())).collect()
}

/// The roles that were chosen.
pub(super) fn read_roles(form: &Form, errors: &mut FormErrors) -> Roles {
    let roles: Roles = form.all("roles").filter_map(|name| name.parse::<Role>().ok()).collect();
    if roles.is_empty() {
        errors.add("roles", "Choose at least one role");
    }
    roles
}

/// The choice of roles.
pub(super) fn roles(offered: Roles, chosen: Roles, errors: &FormErrors) -> Checkboxes {
    let boxes = Checkboxes::new("roles", "Roles").hint("A user may have several").error(errors.of("roles"));
    let item = |role: Role| Item::new(role.name(), words::role(role)).hint(words::about(role));
    offered.iter().fold(boxes, |boxes, role| boxes.item(item(role))).values(chosen.iter().map(Role::name))
}
