//! Who may see a page. The domain decides again on each call: this only keeps people from filling
//! in a form that they may not send.

use super::problem::Problem;
use crate::domain::{Role, Session};
use crate::model::Permission;

/// Who may see a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody.
    Public,
    /// Users with a session, even before they have chosen an organisation.
    Session,
    /// Users who have signed in and work for an organisation now.
    SignedIn,
    /// Those of them with this permission, by their organisation and their roles.
    May(Permission),
    /// Super users of the organisation.
    SuperUser,
    /// The service desk.
    ServiceDesk,
    /// Those who may raise data challenges, or decide about some.
    Challenges,
}

impl Access {
    /// Whether the page is shown to this visitor.
    pub(super) fn check(self, session: Option<&Session>) -> Result<(), Problem> {
        if self == Self::Public {
            return Ok(());
        }
        let session = session.ok_or(Problem::NotSignedIn)?;
        if self == Self::Session {
            return Ok(());
        }
        if !session.has_agreed {
            return Err(Problem::NotAgreed);
        }
        let place = session.chosen.as_ref().ok_or(Problem::NoOrganisation)?;
        let allowed = match self {
            Self::Public | Self::Session | Self::SignedIn => true,
            Self::May(permission) => place.may(permission),
            Self::SuperUser => place.roles.contains(Role::SuperUser),
            Self::ServiceDesk => place.roles.contains(Role::ServiceDesk),
            Self::Challenges => {
                [Permission::ViewRecord, Permission::SubmitAchievements].into_iter().any(|each| place.may(each))
                    || place.roles.contains(Role::ServiceDesk)
            }
        };
        if allowed { Ok(()) } else { Err(Problem::Forbidden) }
    }
}
