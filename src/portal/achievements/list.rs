//! The newest achievements of the organisation, and those of a learner.

use serde::{Deserialize, Serialize};

use super::words;
use crate::domain::Action;
use crate::model::{Achievement, Uln};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Input};
use crate::portal::form::{Form, FormErrors};
use crate::portal::learners::register::spaced;
use crate::portal::problem::Problem;
use crate::portal::visit::{Kept, Visit};

/// The ULN whose achievements are shown.
#[derive(Serialize, Deserialize)]
struct Asked {
    uln: String,
}

impl Kept for Asked {
    const KIND: &'static str = "achievements-of";
}

/// `GET /achievements`
pub(in crate::portal) fn list(visit: &Visit<'_>) -> Result<Answer, Problem> {
    Answer::page(&page(visit, &FormErrors::default())?)
}

/// `POST /achievements`: finds those of a learner. The ULN stands in no address.
pub(in crate::portal) fn find(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let typed: String = visit.form().text("uln").chars().filter(|letter| !letter.is_whitespace()).collect();
    let error = match typed.parse::<Uln>() {
        Ok(uln) => {
            let handle = visit.keep(&Asked { uln: uln.as_str().to_owned() })?;
            return Ok(Answer::redirect(format!("/achievements/found/{handle}")));
        }
        Err(_) if typed.is_empty() => "Enter a ULN",
        Err(_) => "Check the ULN: it must have 10 digits, and its last digit must fit the others",
    };
    Answer::form_again(&page(visit, &FormErrors::one("uln", error))?)
}

/// `GET /achievements/found/{handle}`
pub(in crate::portal) fn found(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked: Asked = visit.kept(visit.parameter("handle"))?;
    let uln: Uln = asked.uln.parse().map_err(|_| Problem::NotFound)?;
    let service = visit.service();
    let found = visit.call(Action::ViewAchievements, |caller| service.achievements().of_learner(caller, uln))?;
    let page = Blocks::new(visit, format!("Achievements of ULN {}", spaced(uln))).back("/achievements");
    Answer::page(&match found.is_empty() {
        true => page.say("Your organisation has submitted no achievement for this ULN."),
        false => page.with(&words::table("Achievements, the newest first", &found)),
    })
}

fn page(visit: &Visit<'_>, errors: &FormErrors) -> Result<Blocks, Problem> {
    let asked = Form::of(visit.asked().query.as_bytes());
    let before = asked.text("before").parse().ok();
    let service = visit.service();
    let newest = visit.call(Action::ViewAchievements, |caller| service.achievements().newest(caller, before))?;
    let find = Act::new(visit, "/achievements")
        .with(
            &Input::new("uln", "Find the achievements of a ULN")
                .unspelled()
                .autocomplete("off")
                .numeric()
                .width(20)
                .hint("10 digits. Spaces make no difference")
                .value(visit.form().text("uln"))
                .error(errors.of("uln")),
        )
        .with(&Button::new("Find achievements").secondary());
    let page = Blocks::new(visit, "Achievements").errors(errors);
    let page = page.with(&Button::link("Enter an achievement", "/achievements/new")).with(&find);
    Ok(with_newest(page, &newest.achievements, newest.next))
}

fn with_newest(page: Blocks, achievements: &[Achievement], next: Option<i32>) -> Blocks {
    if achievements.is_empty() {
        return page.say("Your organisation has submitted no achievements yet.");
    }
    let page = page.with(&words::table("Newest achievements", achievements));
    match next {
        Some(next) => page.link("Older achievements", format!("/achievements?before={next}")),
        None => page,
    }
}
