//! How users are spoken of: roles, states, and what was done.

use crate::domain::{Role, Roles, User, UserStatus};
use crate::model::london_time;
use crate::portal::components::Tag;

/// A role.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::SuperUser => "Super user",
        Role::Online => "Online",
        Role::Batch => "Batch",
        Role::ViewOnly => "View only",
        Role::AwardingOrganisation => "Awarding organisation",
        Role::ServiceDesk => "Service desk",
    }
}

/// What a role lets people do.
pub(super) const fn about(role: Role) -> &'static str {
    match role {
        Role::SuperUser => "Manages users and certificates, and does all that the organisation does with learners",
        Role::Online => "Finds, registers and updates learners one by one",
        Role::Batch => "Submits batches of learners and works through exceptions",
        Role::ViewOnly => "Finds and verifies learners, and changes nothing",
        Role::AwardingOrganisation => "Verifies learners and submits achievements",
        Role::ServiceDesk => "Works for the operator of the service",
    }
}

/// The roles of a user.
pub(super) fn roles(roles: Roles) -> String {
    roles.iter().map(role).collect::<Vec<_>>().join(", ")
}

/// Whether a user can sign in, and if not, why.
pub(super) fn status(status: UserStatus) -> Tag {
    match status {
        UserStatus::Active => Tag::coloured("Active", "green"),
        UserStatus::Invited => Tag::coloured("Link sent", "blue"),
        UserStatus::Locked => Tag::coloured("Locked", "red"),
        UserStatus::Suspended => Tag::coloured("Suspended", "red"),
        UserStatus::Asleep => Tag::coloured("Asleep", "yellow"),
    }
}

/// The day of the last sign-in.
pub(super) fn last_seen(user: &User) -> String {
    let day = london_time(user.active_at).format("%-d %B %Y");
    if user.status == UserStatus::Invited { format!("Invited on {day}") } else { day.to_string() }
}
