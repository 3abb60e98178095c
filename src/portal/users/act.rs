//! What is done with a user's access, each after a page that says what it means.

use super::{call, named, refusal, user};
use crate::domain::{Action, Changed, Error, UserStatus, Users};
use crate::http::StatusCode;
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::Button;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// Something that is done with a user's access.
pub(super) struct AccessAct {
    /// Its segment of the address.
    pub(super) slug: &'static str,
    /// The words of the link to its page.
    pub(super) link: &'static str,
    /// What it means.
    about: &'static str,
    /// The words of the button.
    button: &'static str,
    /// What the next page says.
    done: &'static str,
    action: Action,
    run: fn(&Users<'_>, i32) -> Result<Changed, Error>,
    /// The states in which it is offered.
    when: &'static [UserStatus],
}

use UserStatus::{Active, Asleep, Invited, Locked, Suspended};

static ACTS: [AccessAct; 8] = [
    AccessAct {
        slug: "invite-again",
        link: "Send the link again",
        about: "The link that was sent before ends. The new one works once, within 48 hours.",
        button: "Send the link",
        done: "A new link is on its way by e-mail",
        action: Action::AddUser,
        run: |users, id| Ok(users.invite_again(id)?.map_or(Changed::Unknown, |_| Changed::Done)),
        when: &[Invited],
    },
    AccessAct {
        slug: "unlock",
        link: "Unlock the account",
        about: "The account was locked after wrong passwords or codes. Speak with the user first: it may have been \
                somebody else. The password stays as it is.",
        button: "Unlock the account",
        done: "The account is unlocked",
        action: Action::UnlockUser,
        run: |users, id| users.unlock(id),
        when: &[Locked],
    },
    AccessAct {
        slug: "wake",
        link: "Wake the account",
        about: "Nobody used the account for 180 days. Check that this person still works for your organisation.",
        button: "Wake the account",
        done: "The user can sign in again",
        action: Action::ReinstateUser,
        run: |users, id| users.reinstate(id),
        when: &[Asleep],
    },
    AccessAct {
        slug: "reinstate",
        link: "Reinstate the user",
        about: "The user can work for your organisation again, with the same roles.",
        button: "Reinstate the user",
        done: "The user is reinstated",
        action: Action::ReinstateUser,
        run: |users, id| users.reinstate(id),
        when: &[Suspended],
    },
    AccessAct {
        slug: "reset-password",
        link: "Reset the password",
        about: "The password ends at once, and the user is signed out. A link for a new password is sent by e-mail; \
                it works once, within 24 hours.",
        button: "Reset the password",
        done: "The password has ended, and a link for a new one is on its way by e-mail",
        action: Action::ResetUserPassword,
        run: |users, id| users.reset_password(id),
        when: &[Active, Locked, Asleep],
    },
    AccessAct {
        slug: "reset-factor",
        link: "Reset the second factor",
        about: "For somebody who has lost their authenticator app. The second factor and the recovery codes end at \
                once, and the user is signed out. A link for a new second factor is sent by e-mail; it works once, \
                within 24 hours, and asks for the password.",
        button: "Reset the second factor",
        done: "The second factor has ended, and a link for a new one is on its way by e-mail",
        action: Action::ResetUserFactor,
        run: |users, id| users.reset_factor(id),
        when: &[Active, Locked, Asleep],
    },
    AccessAct {
        slug: "suspend",
        link: "Suspend the user",
        about: "The user is signed out and can no longer work for your organisation, until a super user reinstates \
                them. Other organisations are not affected.",
        button: "Suspend the user",
        done: "The user is suspended",
        action: Action::SuspendUser,
        run: |users, id| users.suspend(id),
        when: &[Invited, Active, Locked, Asleep],
    },
    AccessAct {
        slug: "remove",
        link: "Remove the user",
        about: "The user is signed out and no longer belongs to your organisation. What they did stays in the audit \
                trail. To let them in again, invite them.",
        button: "Remove the user",
        done: "The user is removed",
        action: Action::RevokeUser,
        run: |users, id| users.revoke(id),
        when: &[Invited, Active, Locked, Asleep, Suspended],
    },
];

/// What can be done with a user in this state.
pub(super) fn possible(status: UserStatus) -> impl Iterator<Item = &'static AccessAct> {
    ACTS.iter().filter(move |act| act.when.contains(&status))
}

/// What the next page says after this act.
pub(super) fn done(slug: &str) -> Option<&'static str> {
    ACTS.iter().find(|act| act.slug == slug).map(|act| act.done)
}

/// `GET /users/{id}/{act}`
pub(in crate::portal) fn ask(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (act, user) = (asked(visit)?, user(visit)?);
    let path = format!("/users/{}", user.account_id);
    let form = Act::new(visit, format!("{path}/{}", act.slug)).with(&button(act));
    Answer::page(&Blocks::new(visit, act.link).caption(user.name()).back(&path).say(act.about).with(&form))
}

/// `POST /users/{id}/{act}`
pub(in crate::portal) fn act(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (act, id) = (asked(visit)?, named(visit)?);
    let changed = call(visit, act.action, |users| (act.run)(users, id))?;
    match refusal(changed)? {
        None if act.slug == "remove" => Ok(Answer::redirect(format!("/users?done={}", act.slug))),
        None => Ok(Answer::redirect(format!("/users/{id}?done={}", act.slug))),
        Some(why) => {
            let page = Blocks::new(visit, "Nothing was changed").back(&format!("/users/{id}")).say(format!("{why}."));
            Answer::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn asked(visit: &Visit<'_>) -> Result<&'static AccessAct, Problem> {
    ACTS.iter().find(|act| act.slug == visit.parameter("act")).ok_or(Problem::NotFound)
}

/// What takes access away has the button of a warning.
fn button(act: &AccessAct) -> Button {
    let button = Button::new(act.button).once();
    if matches!(act.slug, "suspend" | "remove" | "reset-password" | "reset-factor") { button.warning() } else { button }
}
