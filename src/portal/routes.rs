//! Every page: its method, its path, who may see it, and its handler.

use super::access::Access;
use super::answer::Answer;
use super::problem::Problem;
use super::visit::Visit;
use super::{
    account, account_links, achievements, batches, certificates, challenges, check_a_file, demo_mail, desk, developers,
    exceptions, furniture, home, learners, maintenance_page, passkeys, plans, records, sign_in, status, users,
};
use crate::http::Method;
use crate::model::Permission;

/// Answers a request for a page.
pub(super) type Page = fn(&Visit<'_>) -> Result<Answer, Problem>;

/// A page.
pub(super) struct Route {
    pub(super) method: Method,
    /// A segment in braces is a parameter.
    pub(super) path: &'static str,
    pub(super) access: Access,
    pub(super) page: Page,
    /// Whether its form has a file, which the page reads while it arrives.
    pub(super) has_file: bool,
    /// Whether a request shows that the user is there, so that the session's idle time starts
    /// again.
    pub(super) extends: bool,
    /// Whether it does what only a recent second factor allows.
    pub(super) is_sensitive: bool,
}

const fn get(path: &'static str, access: Access, page: Page) -> Route {
    Route { method: Method::GET, path, access, page, has_file: false, extends: true, is_sensitive: false }
}

const fn post(path: &'static str, access: Access, page: Page) -> Route {
    Route { method: Method::POST, path, access, page, has_file: false, extends: true, is_sensitive: false }
}

/// What scripts ask for by themselves.
const fn poll(path: &'static str, access: Access, page: Page) -> Route {
    Route { method: Method::GET, path, access, page, has_file: false, extends: false, is_sensitive: false }
}

/// A form that does what only a recent second factor allows. A GET of the same path shows it.
const fn sensitive(path: &'static str, access: Access, page: Page) -> Route {
    Route { method: Method::POST, path, access, page, has_file: false, extends: true, is_sensitive: true }
}

/// A form with a file.
const fn upload(path: &'static str, access: Access, page: Page) -> Route {
    Route { method: Method::POST, path, access, page, has_file: true, extends: true, is_sensitive: false }
}

use Access::{Challenges, May, Public, ServiceDesk, SignedIn, SuperUser};

/// All pages.
pub(super) static ROUTES: &[Route] = &[
    get("/sign-in", Public, sign_in::form),
    post("/sign-in", Public, sign_in::submit),
    get("/sign-in/second-factor", Public, sign_in::second_factor_form),
    post("/sign-in/second-factor", Public, sign_in::second_factor),
    post("/sign-in/passkey", Public, passkeys::sign_in),
    get("/sign-in/recovery", Public, account::recovery),
    post("/sign-in/recovery", Public, account::recover),
    get("/reset-password", Public, account_links::forgotten),
    post("/reset-password", Public, account_links::ask),
    get("/reset-password/{token}", Public, account_links::page),
    post("/reset-password/{token}", Public, account_links::submit),
    get("/second-factor/{token}", Public, account_links::page),
    post("/second-factor/{token}", Public, account_links::submit),
    get("/invitation/{token}", Public, account_links::page),
    post("/invitation/{token}", Public, account_links::submit),
    get("/organisation", Access::Session, account::organisations),
    post("/organisation", Access::Session, account::choose),
    post("/sign-out", Public, sign_in::sign_out),
    post("/stay-signed-in", Access::Session, sign_in::stay),
    get("/account/second-factor", SignedIn, passkeys::overview),
    get("/account/passkeys/new", SignedIn, passkeys::form),
    sensitive("/account/passkeys/new", SignedIn, passkeys::add),
    get("/account/passkeys/{id}/remove", SignedIn, passkeys::ask_to_remove),
    sensitive("/account/passkeys/{id}/remove", SignedIn, passkeys::remove),
    get("/", SignedIn, home::page),
    get("/batches", May(Permission::SubmitBatches), batches::list),
    get("/batches/new", May(Permission::SubmitBatches), batches::form),
    upload("/batches/new", May(Permission::SubmitBatches), batches::receive),
    get("/batches/templates/{layout}", May(Permission::SubmitBatches), batches::template),
    get("/batches/{id}", May(Permission::SubmitBatches), batches::show),
    poll("/batches/{id}/progress", May(Permission::SubmitBatches), batches::progress),
    get("/batches/{id}/output", May(Permission::SubmitBatches), batches::output),
    get("/batches/{id}/errors", May(Permission::SubmitBatches), batches::errors),
    get("/batches/{id}/rows", May(Permission::SubmitBatches), batches::rows),
    get("/batches/{id}/exceptions", May(Permission::SubmitBatches), exceptions::of_batch),
    post("/batches/{id}/submit", May(Permission::SubmitBatches), batches::submit),
    post("/batches/{id}/cancel", May(Permission::SubmitBatches), batches::cancel),
    post("/batches/{id}/resubmit", May(Permission::SubmitBatches), batches::resubmit),
    get("/exceptions", May(Permission::SubmitBatches), exceptions::list),
    get("/exceptions/export", May(Permission::SubmitBatches), exceptions::export),
    get("/exceptions/{id}", May(Permission::SubmitBatches), exceptions::show),
    post("/exceptions/{id}/choose", May(Permission::SubmitBatches), exceptions::choose),
    post("/exceptions/{id}/correct", May(Permission::SubmitBatches), exceptions::correct),
    post("/exceptions/{id}/register", May(Permission::SubmitBatches), exceptions::register),
    post("/exceptions/{id}/close", May(Permission::SubmitBatches), exceptions::close),
    get("/check-a-file", SignedIn, check_a_file::form),
    upload("/check-a-file", SignedIn, check_a_file::check),
    get("/learners/find", May(Permission::FindLearner), learners::find::form),
    post("/learners/find", May(Permission::FindLearner), learners::find::find),
    get("/learners/find/{handle}", May(Permission::FindLearner), learners::find::form_again),
    get("/learners/results/{handle}", May(Permission::FindLearner), learners::results::page),
    post("/learners/results/{handle}/choose", May(Permission::FindLearner), learners::results::choose),
    post("/learners/results/{handle}/register", May(Permission::RegisterLearner), learners::results::none_of_these),
    get("/learners/register/{handle}/check", May(Permission::RegisterLearner), learners::register::check),
    post("/learners/register/{handle}/check", May(Permission::RegisterLearner), learners::register::register),
    get("/learners/register/{handle}/done", May(Permission::RegisterLearner), learners::register::done),
    post("/learners/register/{handle}/view", May(Permission::RegisterLearner), learners::register::view),
    post("/learners/register/{handle}/another", May(Permission::RegisterLearner), learners::register::another),
    get("/learners/register/{handle}/{step}", May(Permission::RegisterLearner), learners::register::question),
    post("/learners/register/{handle}/{step}", May(Permission::RegisterLearner), learners::register::answer),
    get("/learners/{handle}", May(Permission::FindLearner), learners::show::page),
    get("/learners/{handle}/record", May(Permission::ViewRecord), records::page),
    get("/learners/{handle}/record/seen", May(Permission::ViewAudit), records::seen),
    get("/learners/{handle}/record/report", May(Permission::ViewRecord), records::report::form),
    post("/learners/{handle}/record/report", May(Permission::ViewRecord), records::report::choose),
    get("/learners/{handle}/record/report/{report}", May(Permission::ViewRecord), records::report::page),
    get("/learners/{handle}/record/report/{report}/{format}", May(Permission::ViewRecord), records::report::file),
    get("/learners/{handle}/record/{event}", May(Permission::ViewRecord), records::event),
    get("/learners/{handle}/record/{event}/problem", May(Permission::ViewRecord), challenges::raise_form),
    post("/learners/{handle}/record/{event}/problem", May(Permission::ViewRecord), challenges::raise),
    get("/learners/{handle}/change/{section}", May(Permission::UpdateLearner), learners::change::form),
    post("/learners/{handle}/change/{section}", May(Permission::UpdateLearner), learners::change::submit),
    get("/learners/{handle}/check/{change}", May(Permission::UpdateLearner), learners::change::check),
    post("/learners/{handle}/check/{change}", May(Permission::UpdateLearner), learners::change::save),
    get("/learners/{handle}/plans", May(Permission::MaintainPlans), plans::of_learner),
    get("/learners/{handle}/plans/{id}", May(Permission::MaintainPlans), plans::of_another),
    post("/learners/{handle}/plans/{id}", May(Permission::MaintainPlans), plans::take_over),
    get("/challenges", Challenges, challenges::list),
    get("/challenges/{id}", Challenges, challenges::show),
    post("/challenges/{id}", Challenges, challenges::act),
    get("/plans", May(Permission::MaintainPlans), plans::list),
    get("/plans/new/{handle}", May(Permission::MaintainPlans), plans::new_form),
    post("/plans/new/{handle}", May(Permission::MaintainPlans), plans::create),
    get("/plans/{id}", May(Permission::MaintainPlans), plans::show),
    get("/plans/{id}/change", May(Permission::MaintainPlans), plans::change_form),
    post("/plans/{id}/change", May(Permission::MaintainPlans), plans::change),
    get("/plans/{id}/aims/{aim}", May(Permission::MaintainPlans), plans::aim_form),
    post("/plans/{id}/aims/{aim}", May(Permission::MaintainPlans), plans::save_aim),
    get("/plans/{id}/history", May(Permission::MaintainPlans), plans::history),
    get("/plans/{id}/print", May(Permission::MaintainPlans), plans::print),
    get("/achievements", May(Permission::SubmitAchievements), achievements::list),
    post("/achievements", May(Permission::SubmitAchievements), achievements::find),
    get("/achievements/found/{handle}", May(Permission::SubmitAchievements), achievements::found),
    get("/achievements/new", May(Permission::SubmitAchievements), achievements::new_form),
    post("/achievements/new", May(Permission::SubmitAchievements), achievements::verify),
    get(
        "/achievements/new/{handle}/qualification",
        May(Permission::SubmitAchievements),
        achievements::qualification_form,
    ),
    post("/achievements/new/{handle}/qualification", May(Permission::SubmitAchievements), achievements::choose),
    post("/achievements/new/{handle}/search", May(Permission::SubmitAchievements), achievements::search),
    get("/achievements/new/{handle}/award", May(Permission::SubmitAchievements), achievements::award_form),
    post("/achievements/new/{handle}/award", May(Permission::SubmitAchievements), achievements::award),
    get("/achievements/new/{handle}/check", May(Permission::SubmitAchievements), achievements::check),
    post("/achievements/new/{handle}/check", May(Permission::SubmitAchievements), achievements::create),
    get("/achievements/new/{handle}/done", May(Permission::SubmitAchievements), achievements::done),
    get("/achievements/{id}", May(Permission::SubmitAchievements), achievements::show),
    get("/achievements/{id}/change", May(Permission::SubmitAchievements), achievements::change_form),
    post("/achievements/{id}/change", May(Permission::SubmitAchievements), achievements::change),
    get("/achievements/{id}/withdraw", May(Permission::SubmitAchievements), achievements::change_form),
    post("/achievements/{id}/withdraw", May(Permission::SubmitAchievements), achievements::change),
    get("/achievements/{id}/reinstate", May(Permission::SubmitAchievements), achievements::change_form),
    post("/achievements/{id}/reinstate", May(Permission::SubmitAchievements), achievements::change),
    get("/entries", May(Permission::SubmitAchievements), achievements::entries),
    get("/entries/new", May(Permission::SubmitAchievements), achievements::new_form),
    post("/entries/new", May(Permission::SubmitAchievements), achievements::verify),
    get("/entries/new/{handle}/qualification", May(Permission::SubmitAchievements), achievements::qualification_form),
    post("/entries/new/{handle}/qualification", May(Permission::SubmitAchievements), achievements::choose),
    post("/entries/new/{handle}/search", May(Permission::SubmitAchievements), achievements::search),
    get("/entries/new/{handle}/award", May(Permission::SubmitAchievements), achievements::award_form),
    post("/entries/new/{handle}/award", May(Permission::SubmitAchievements), achievements::award),
    get("/entries/new/{handle}/check", May(Permission::SubmitAchievements), achievements::check),
    post("/entries/new/{handle}/check", May(Permission::SubmitAchievements), achievements::create),
    get("/entries/new/{handle}/done", May(Permission::SubmitAchievements), achievements::done),
    get("/entries/{id}", May(Permission::SubmitAchievements), achievements::entry),
    post("/entries/{id}", May(Permission::SubmitAchievements), achievements::complete),
    get("/verify", May(Permission::VerifyLearner), learners::verify::form),
    post("/verify", May(Permission::VerifyLearner), learners::verify::verify),
    get("/users", SuperUser, users::list),
    get("/users/new", SuperUser, users::invite_form),
    sensitive("/users/new", SuperUser, users::invite),
    get("/users/{id}", SuperUser, users::show),
    get("/users/{id}/activity", SuperUser, users::activity),
    get("/users/{id}/details", SuperUser, users::update_form),
    sensitive("/users/{id}/details", SuperUser, users::update),
    get("/users/{id}/roles", SuperUser, users::roles_form),
    sensitive("/users/{id}/roles", SuperUser, users::set_roles),
    get("/users/{id}/{act}", SuperUser, users::ask),
    sensitive("/users/{id}/{act}", SuperUser, users::act),
    get("/uln-problems", May(Permission::VerifyLearner), learners::report::list),
    get("/uln-problems/new", May(Permission::VerifyLearner), learners::report::form),
    post("/uln-problems/new", May(Permission::VerifyLearner), learners::report::report),
    get("/desk/uln-problems", ServiceDesk, desk::queue),
    get("/desk/uln-problems/{number}", ServiceDesk, desk::problem),
    post("/desk/uln-problems/{number}", ServiceDesk, desk::compare_with),
    post("/desk/uln-problems/{number}/links", ServiceDesk, desk::choose),
    get("/desk/uln-problems/{number}/links/{handle}", ServiceDesk, desk::check),
    sensitive("/desk/uln-problems/{number}/links/{handle}", ServiceDesk, desk::change),
    get("/desk/uln-problems/{number}/split", ServiceDesk, desk::events_form),
    post("/desk/uln-problems/{number}/split", ServiceDesk, desk::choose_events),
    get("/desk/uln-problems/{number}/split/{handle}", ServiceDesk, desk::check_events),
    sensitive("/desk/uln-problems/{number}/split/{handle}", ServiceDesk, desk::move_events),
    get("/desk/subjects", ServiceDesk, desk::subject_form),
    post("/desk/subjects", ServiceDesk, desk::find_subject),
    get("/desk/subjects/{handle}", ServiceDesk, desk::subject),
    get("/desk/subjects/{handle}/csv", ServiceDesk, desk::subject_file),
    get("/desk/incidents", ServiceDesk, desk::list),
    get("/desk/incidents/new", ServiceDesk, desk::form),
    post("/desk/incidents/new", ServiceDesk, desk::log),
    get("/desk/incidents/rectified", ServiceDesk, desk::rectified),
    get("/desk/incidents/{number}", ServiceDesk, desk::show),
    post("/desk/incidents/{number}", ServiceDesk, desk::rectify),
    get("/certificates", SuperUser, certificates::list),
    get("/certificates/new", SuperUser, certificates::request::form),
    upload("/certificates/new", SuperUser, certificates::request::check),
    get("/certificates/new/{handle}", SuperUser, certificates::request::ask),
    sensitive("/certificates/new/{handle}", SuperUser, certificates::request::send),
    get("/certificates/withdraw", SuperUser, certificates::request::ask_to_withdraw),
    sensitive("/certificates/withdraw", SuperUser, certificates::request::withdraw),
    get("/certificates/{fingerprint}/file", SuperUser, certificates::request::file),
    get("/certificates/{fingerprint}/revoke", SuperUser, certificates::ask),
    sensitive("/certificates/{fingerprint}/revoke", SuperUser, certificates::revoke),
    get("/status", Public, status::page),
    get("/status/{month}", Public, status::month),
    get("/maintenance", Public, maintenance_page::show),
    get("/maintenance.ics", Public, maintenance_page::calendar),
    get("/developers", Public, developers::overview),
    get("/developers/contracts/{service}", Public, developers::contract_in_one),
    get("/developers/contracts/{service}/{file}", Public, developers::contract),
    get("/developers/{service}/{operation}", Public, developers::operation),
    get("/help", Public, furniture::help),
    get("/accessibility", Public, furniture::accessibility),
    get("/privacy", Public, furniture::privacy),
    get("/cookies", Public, furniture::cookies),
    get("/user-agreement", Public, account::agreement),
    post("/user-agreement", Access::Session, account::accept),
];

/// The pages that the demo has besides.
static DEMO_ROUTES: &[Route] =
    &[get("/demo/mail", Public, demo_mail::list), get("/demo/mail/{number}", Public, demo_mail::one)];

/// Every page of a real service as text, for the test of who may see what: method, path, access.
pub fn table() -> Vec<(&'static str, &'static str, String)> {
    ROUTES.iter().map(|route| (route.method.as_str(), route.path, format!("{:?}", route.access))).collect()
}

/// What a request asks for.
pub(super) enum Found<'r> {
    /// A page, with the parameters of its path.
    Page(&'static Route, Vec<(&'static str, &'r str)>),
    /// There are only pages with other methods at this path.
    OtherMethod,
    /// Nothing is at this path.
    Nothing,
}

/// The page for this method and path. HEAD asks for what GET does.
pub(super) fn find<'r>(method: &Method, path: &'r str, is_demo: bool) -> Found<'r> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let mut found = Found::Nothing;
    for route in ROUTES.iter().chain(if is_demo { DEMO_ROUTES } else { &[] }) {
        if let Some(parameters) = parameters(route.path, path) {
            if route.method == *method {
                return Found::Page(route, parameters);
            }
            found = Found::OtherMethod;
        }
    }
    found
}

/// The parameters if the path has this form.
fn parameters<'r>(form: &'static str, path: &'r str) -> Option<Vec<(&'static str, &'r str)>> {
    let (mut wanted, mut given) = (form.split('/'), path.split('/'));
    let mut parameters = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(given)) => match wanted.strip_prefix('{').and_then(|wanted| wanted.strip_suffix('}')) {
                Some(name) if !given.is_empty() => parameters.push((name, given)),
                None if wanted == given => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_path_finds_its_page_and_its_parameters() {
        let Found::Page(route, parameters) = find(&Method::GET, "/learners/0123", false) else {
            panic!("nothing found")
        };
        assert_eq!((route.path, parameters), ("/learners/{handle}", vec![("handle", "0123")]));
        let Found::Page(route, _) = find(&Method::HEAD, "/learners/find", false) else { panic!("nothing found") };
        assert_eq!(route.path, "/learners/find", "a fixed path comes before a parameter");
        assert!(matches!(find(&Method::DELETE, "/learners/find", false), Found::OtherMethod));
        for path in ["/learners/", "/learners", "/learners/0123/", "//sign-in", "/Sign-In", "/learners/a/b/c/d/e/f"] {
            assert!(matches!(find(&Method::GET, path, false), Found::Nothing), "{path}");
        }
        for path in ["/demo/mail", "/demo/mail/1"] {
            assert!(matches!(find(&Method::GET, path, false), Found::Nothing), "{path} of a real service");
            assert!(matches!(find(&Method::GET, path, true), Found::Page(..)), "{path} of the demo");
        }
    }

    #[test]
    fn no_page_hides_another() {
        let mut seen = BTreeSet::new();
        for (place, route) in ROUTES.iter().enumerate() {
            assert!(seen.insert((route.method.as_str(), route.path)), "{} {} is there twice", route.method, route.path);
            let example = route.path.replace(['{', '}'], "");
            let first = ROUTES.iter().position(|r| r.method == route.method && parameters(r.path, &example).is_some());
            assert_eq!(first, Some(place), "{} is hidden by a page before it", route.path);
        }
    }
}
