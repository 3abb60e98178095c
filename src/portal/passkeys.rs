//! The page on one's own second factor, and passkeys: adding one, removing one, and signing in with
//! one. The browser's part is in the script; without it the authenticator app remains.

use super::answer::Answer;
use super::blocks::{Act, Anchor, Blocks};
use super::components::{Button, Cell, Html, Input, SummaryList, Table};
use super::form::FormErrors;
use super::form_page::FormPage;
use super::passkey_question::Question;
use super::problem::Problem;
use super::visit::{PENDING_COOKIE, Visit};
use super::{sign_in, times};
use crate::domain::{Action, AddedPasskey, MOST_PASSKEYS, Passkey};
use crate::model::Door;

/// The page with the user's second factors.
const PAGE: &str = "/account/second-factor";

/// `GET /account/second-factor`
pub(super) fn overview(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (accounts, session) = (visit.service().accounts(), visit.session()?);
    let passkeys = accounts.passkeys(session)?;
    let codes = accounts.recovery_codes_left(session)?;
    let mut page = Blocks::new(visit, "Your second factor")
        .say("After your password you show that you are you: with a code from your authenticator app, or with a passkey.")
        .with(&SummaryList::new().row("Authenticator app", "Set up").row("Recovery codes left", codes.to_string()));
    page = match passkeys.as_slice() {
        [] => page.heading("Passkeys").say("You have no passkeys."),
        passkeys => page.with(&table(passkeys)),
    };
    Answer::page(&if passkeys.len() < MOST_PASSKEYS {
        page.with(&Button::link("Add a passkey", "/account/passkeys/new"))
    } else {
        page.say(format!("You have {MOST_PASSKEYS} passkeys, which is the most. Remove one to add another."))
    })
}

/// `GET /account/passkeys/new`
pub(super) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    match new_page(visit, "", FormErrors::default())? {
        Some(page) => Answer::page(&page),
        None => Ok(Answer::redirect(PAGE)),
    }
}

/// `POST /account/passkeys/new`
pub(super) fn add(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (service, session) = (visit.service(), visit.session()?);
    let (name, answer) = (visit.form().text("name"), visit.form().as_typed("answer"));
    let added = service.call(Door::Portal, Action::AddPasskey, |call| {
        service.accounts().add_passkey(call, session, visit.origin(), name, answer)
    })?;
    let text = match added {
        AddedPasskey::Done | AddedPasskey::TooMany => return Ok(Answer::redirect(PAGE)),
        AddedPasskey::Name if name.is_empty() => "Enter a name for the passkey",
        AddedPasskey::Name => "Name must have 50 characters or fewer",
        AddedPasskey::Wrong => "Your browser made no passkey that can be used here: try again",
    };
    match new_page(visit, name, FormErrors::one("name", text))? {
        Some(page) => Answer::form_again(&page),
        None => Ok(Answer::redirect(PAGE)),
    }
}

/// `GET /account/passkeys/{id}/remove`
pub(super) fn ask_to_remove(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let passkey = named(visit)?;
    let act = Act::new(visit, format!("/account/passkeys/{}/remove", passkey.id));
    Answer::page(
        &Blocks::new(visit, format!("Remove the passkey \u{201c}{}\u{201d}?", passkey.name))
            .back(PAGE)
            .say("You cannot sign in with it any more. Your authenticator app and your other passkeys stay.")
            .with(&act.with(&Button::new("Remove passkey").warning())),
    )
}

/// `POST /account/passkeys/{id}/remove`
pub(super) fn remove(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (service, session, id) = (visit.service(), visit.session()?, named(visit)?.id);
    service.call(Door::Portal, Action::RemovePasskey, |call| service.accounts().remove_passkey(call, session, id))?;
    Ok(Answer::redirect(PAGE))
}

/// `POST /sign-in/passkey`
pub(super) fn sign_in(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (service, pending) = (visit.service(), visit.asked().cookie(PENDING_COOKIE));
    let answer = visit.form().as_typed("answer");
    let given = service.call(Door::Portal, Action::UsePasskey, |call| {
        service.accounts().use_passkey(call, pending, visit.origin(), answer)
    })?;
    sign_in::given(visit, given, || {
        let text = "The passkey was not accepted: try it again, or enter the code that your app shows now";
        sign_in::second_factor_again(visit, FormErrors::one("code", text))
    })
}

fn new_page<'v>(visit: &'v Visit<'_>, name: &str, errors: FormErrors) -> Result<Option<FormPage<'v>>, Problem> {
    let asked = visit.service().accounts().ask_for_new_passkey(visit.session()?, visit.origin())?;
    let Some(options) = asked else { return Ok(None) };
    let name = Input::new("name", "Name of the passkey").width(20).value(name);
    let name = name.hint("For you alone, such as \u{201c}Work laptop\u{201d} or \u{201c}Blue key\u{201d}");
    Ok(Some(FormPage::new(visit, "Add a passkey", "/account/passkeys/new", errors, |errors| {
        vec![
            Html::of(&name.error(errors.of("name"))),
            Html::of(&Question { way: "create", options }),
            Html::of(&Button::new("Create passkey")),
        ]
    })))
}

fn named(visit: &Visit<'_>) -> Result<Passkey, Problem> {
    let id: i32 = visit.parameter("id").parse().map_err(|_| Problem::NotFound)?;
    let passkeys = visit.service().accounts().passkeys(visit.session()?)?;
    passkeys.into_iter().find(|passkey| passkey.id == id).ok_or(Problem::NotFound)
}

fn table(passkeys: &[Passkey]) -> Table {
    let head = ["Name", "Added", "Last used", "Remove"];
    passkeys.iter().fold(Table::new("Passkeys").head(head), |table, passkey| {
        let remove =
            Anchor::new(format!("Remove {}", passkey.name), format!("/account/passkeys/{}/remove", passkey.id));
        table.row([
            Cell::from(passkey.name.as_str()),
            Cell::from(times::moment(passkey.added_at)),
            Cell::from(passkey.used_at.map_or_else(|| "Not yet".to_owned(), times::moment)),
            Cell::from(Html::of(&remove)),
        ])
    })
}
