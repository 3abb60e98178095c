//! Changing, withdrawing and reinstating an achievement.

use super::award::{self, Filled};
use super::{not_configured, own, words};
use crate::domain::Action;
use crate::domain::achievements::{AchievementChange, AchievementRow, Acted, ShownAchievement};
use crate::model::{AchievementAction, SubmissionType, london_day};
use crate::portal::answer::Answer;
use crate::portal::blocks::{Act, Blocks};
use crate::portal::components::{Button, Textarea};
use crate::portal::form::FormErrors;
use crate::portal::problem::Problem;
use crate::portal::visit::Visit;

/// What a page does to an achievement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Change,
    Withdraw,
    Reinstate,
}

impl Does {
    /// What the address says.
    fn of(visit: &Visit<'_>) -> Result<Self, Problem> {
        match visit.asked().path.rsplit('/').next() {
            Some("change") => Ok(Self::Change),
            Some("withdraw") => Ok(Self::Withdraw),
            Some("reinstate") => Ok(Self::Reinstate),
            _ => Err(Problem::NotFound),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Withdraw => "withdraw",
            Self::Reinstate => "reinstate",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Change => "Change the achievement",
            Self::Withdraw => "Withdraw the achievement",
            Self::Reinstate => "Reinstate the achievement",
        }
    }

    const fn of_batch(self) -> (AchievementAction, Action) {
        match self {
            Self::Change => (AchievementAction::Update, Action::ChangeAchievement),
            Self::Withdraw => (AchievementAction::Withdraw, Action::WithdrawAchievement),
            Self::Reinstate => (AchievementAction::Reinstate, Action::ReinstateAchievement),
        }
    }
}

/// `GET /achievements/{id}/change`, `/withdraw` and `/reinstate`
pub(in crate::portal) fn form(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (does, shown) = (Does::of(visit)?, own(visit)?);
    let row = words::row(&shown.achievement);
    let filled = Filled::of(&row, shown.achievement.standing().code());
    Answer::page(&page(visit, does, &shown, &filled, &FormErrors::default()))
}

/// `POST /achievements/{id}/change`, `/withdraw` and `/reinstate`
pub(in crate::portal) fn submit(visit: &Visit<'_>) -> Result<Answer, Problem> {
    let (does, shown) = (Does::of(visit)?, own(visit)?);
    let form = visit.form();
    let (action, audited) = does.of_batch();
    let mut row = AchievementRow {
        action: Some(action.code().to_owned()),
        action_date: Some(london_day(visit.service().clock().now()).to_string()),
        ..AchievementRow::default()
    };
    let standing = shown.achievement.standing();
    let mut submission_type = standing;
    let filled = Filled::typed(form);
    match does {
        Does::Change => {
            filled.write(&mut row);
            row.award_date = None;
            // The rule asks for it: an empty one is not left as it was.
            row.provider_ukprn = row.provider_ukprn.or_else(|| Some(String::new()));
            submission_type = match standing {
                SubmissionType::Final => standing,
                SubmissionType::Provisional => filled.submission_type.parse().unwrap_or(standing),
            };
        }
        Does::Withdraw | Does::Reinstate => row.action_reason = Some(form.text("reason").to_owned()),
    }
    let id = shown.achievement.event.id;
    let version = form.text("version").parse().unwrap_or(-1);
    let change = AchievementChange { id, version, submission_type, row };
    let service = visit.service();
    let mut errors = FormErrors::default();
    let field = match does {
        Does::Change if shown.achievement.is_entry() => "provider",
        Does::Change => "grade",
        Does::Withdraw | Does::Reinstate => "reason",
    };
    match visit.call(audited, |caller| service.achievements().change(caller, &change))? {
        Acted::Done { .. } => return Ok(Answer::redirect(format!("/achievements/{id}"))),
        Acted::NotConfigured => return not_configured(visit),
        Acted::Unknown => return Err(Problem::NotFound),
        Acted::Overtaken => errors.add(field, OVERTAKEN),
        Acted::Refused(codes) => {
            for code in codes {
                let own = words::field(code);
                let is_here = does == Does::Change && matches!(own, "provider" | "language" | "mis_identifier");
                errors.add(if is_here { own } else { field }, words::sentence(code));
            }
        }
    }
    Answer::form_again(&page(visit, does, &shown, &filled, &errors))
}

/// What is said when somebody else was faster.
const OVERTAKEN: &str =
    "Somebody has changed the achievement since you opened it: look at it in another window, then decide again";

fn page(visit: &Visit<'_>, does: Does, shown: &ShownAchievement, filled: &Filled, errors: &FormErrors) -> Blocks {
    let event = &shown.achievement.event;
    let address = format!("/achievements/{}", event.id);
    // A form that comes back has the version that its user saw.
    let version = match visit.form().text("version") {
        "" => shown.version.to_string(),
        seen => seen.to_owned(),
    };
    let act = Act::new(visit, format!("{address}/{}", does.name())).hidden("version", version);
    let act = match does {
        Does::Change => {
            let act = if shown.achievement.is_entry() {
                act
            } else {
                award::grade(act, shown.entry.as_ref(), filled, errors)
            };
            let act = award::rest(act, filled, errors);
            match shown.achievement.standing() {
                SubmissionType::Provisional if shown.achievement.is_entry() => act,
                SubmissionType::Provisional => act.with(&award::standing(filled, errors)),
                SubmissionType::Final => act,
            }
            .with(&Button::new("Save the achievement").once())
        }
        Does::Withdraw | Does::Reinstate => {
            let reason = Textarea::new("reason", "Reason").value(visit.form().text("reason"));
            let reason = reason.hint("At most 255 characters. No personal data").error(errors.of("reason"));
            let button = Button::new(does.words()).once();
            act.with(&reason).with(&if does == Does::Withdraw { button.warning() } else { button })
        }
    };
    let page = Blocks::new(visit, does.words()).caption(format!("{}, {}", event.subject, shown.learner));
    let page = page.back(&address).errors(errors);
    let page = match does {
        Does::Change => page.say(
            "Learner, reference and award date stay. To change those, withdraw the achievement and enter it again.",
        ),
        Does::Withdraw => page.say("The learner\u{2019}s record no longer shows it. You can reinstate it later."),
        Does::Reinstate => page.say("The learner\u{2019}s record shows it again, as it was."),
    };
    page.with(&act)
}
