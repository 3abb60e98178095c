//! How a page is made: the route, the session, the origin of a form, access, and then the page.

use super::access::Access;
use super::answer::Answer;
use super::asked::Asked;
use super::confirm;
use super::problem::Problem;
use super::problem_page;
use super::routes::{self, Found};
use super::visit::{Site, Visit, session};
use crate::http::Method;
use crate::model::Door;

/// Answers a request for a page. It may wait for the database.
pub(super) fn answer(site: &Site, asked: &Asked) -> Answer {
    page(site, asked).unwrap_or_else(|problem| problem_page::answer(site, asked, problem))
}

/// The phases of each visit: the page, the session, the origin of a form, access, whether the
/// service is open, a recent second factor, and then the page itself, whose calls open and settle
/// by [`Visit::call`].
fn page(site: &Site, asked: &Asked) -> Result<Answer, Problem> {
    let (route, parameters) = match routes::find(&asked.method, &asked.path, site.demo_mail.is_some()) {
        Found::Page(route, parameters) => (route, parameters),
        Found::OtherMethod => return Err(Problem::Method),
        Found::Nothing => return Err(Problem::NotFound),
    };
    let session = session(site, asked, route.extends)?;
    let visit = Visit::new(site, asked, parameters, session);
    if route.method == Method::POST {
        visit.check_origin(route.has_file)?;
    }
    route.access.check(visit.visitor())?;
    // Public pages stay open: they say when the service returns. What they call is refused itself.
    if route.access != Access::Public {
        site.service.status().check_open(Door::Portal, true)?;
    }
    if route.is_sensitive
        && let Some(question) = confirm::ask(&visit)?
    {
        return Ok(question);
    }
    (route.page)(&visit)
}
