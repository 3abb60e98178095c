//! Answers the requests of the portal's listener: assets at once, pages on a thread that may wait.

use std::sync::Arc;

use futures_util::future::join;

use super::answer::{Answer, safe};
use super::asked::Asked;
use super::assets::assets;
use super::routes::{self, Found};
use super::upload::Upload;
use super::visit::{Addresses, Site};
use super::{phases, problem_page};
use crate::domain::Service;
use crate::http::{
    Body, Called, Handler, HeaderValue, Method, Outcome, Refused, Request, Response, StatusCode, block, header,
};

/// For what never changes at its address.
const UNCHANGING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The portal: pages for people, over one service.
pub struct Portal(Arc<Site>);

impl Portal {
    /// The pages over this service, which people and programs call by these addresses.
    pub fn new(service: Service, addresses: Addresses) -> Self {
        Self(Arc::new(Site { service, addresses }))
    }
}

impl Handler for Portal {
    async fn answer(&self, request: &Request<'_>, body: &mut Body<'_>) -> Result<Response, Refused> {
        request.is_for("portal");
        if request.is_reading()
            && let Some(asset) = assets().at(request.path())
        {
            let response = Response::new(StatusCode::OK, asset.content_type, asset.plain.as_slice());
            return Ok(safe(response.packed_as(asset.gzip.as_slice())).with(header::CACHE_CONTROL, UNCHANGING));
        }
        let mut asked = Asked::of(request);
        let found = routes::find(request.method(), request.path());
        let (mut read, mut source) = (Ok(()), None);
        if let Found::Page(route, _) = found
            && route.method == Method::POST
        {
            if route.has_file {
                // Without a file the page says so, once it knows that the visitor may send one.
                if let Ok((from, upload)) = Upload::of(request.headers()) {
                    (source, asked.upload) = (Some(from), Some(upload));
                }
            } else {
                read = asked.read(request, body).await?;
            }
        }
        let (site, id) = (Arc::clone(&self.0), request.id());
        let page = block(move || match read {
            Ok(()) => phases::answer(&site, &asked),
            Err(problem) => problem_page::answer(&site, &asked, problem),
        });
        let filled = async {
            match source {
                Some(source) => source.fill(body).await,
                None => Ok(()),
            }
        };
        let (answer, filled) = join(page, filled).await;
        filled?;
        // A page that panicked says no more than one that failed.
        let answer = answer.unwrap_or_else(|| Answer::bare(StatusCode::INTERNAL_SERVER_ERROR));
        if let Some(reason) = answer.failure() {
            log::error!("request {id}: the page failed: {reason}");
        }
        let status = answer.status();
        let response = answer.into_response();
        Ok(match found {
            Found::Page(route, _) => response.to_call(called(route.path, status)),
            Found::OtherMethod | Found::Nothing => response,
        })
    }
}

/// How a page counts in the metrics and in the availability of the service. Its function is the
/// first segment of the path: what people do there belongs together.
fn called(path: &'static str, status: StatusCode) -> Called {
    let end = path.match_indices('/').nth(1).map_or(path.len(), |(at, _)| at);
    let outcome = match status.as_u16() {
        429 | 503 => Outcome::Busy,
        500.. => Outcome::Failed,
        400.. => Outcome::Refused,
        _ => Outcome::Ok,
    };
    Called { function: path.get(..end), outcome, code: "page", organisation: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_noun_are_one_function() {
        let function = |path| called(path, StatusCode::OK).function;
        assert_eq!(function("/learners/{handle}/change"), Some("/learners"));
        assert_eq!((function("/learners"), function("/")), (Some("/learners"), Some("/")));
        let outcome = |status| called("/", status).outcome;
        assert_eq!(outcome(StatusCode::SEE_OTHER), Outcome::Ok);
        assert_eq!(outcome(StatusCode::UNPROCESSABLE_ENTITY), Outcome::Refused, "the form comes back");
        assert_eq!(outcome(StatusCode::SERVICE_UNAVAILABLE), Outcome::Busy, "maintenance is no failure");
        assert_eq!(outcome(StatusCode::INTERNAL_SERVER_ERROR), Outcome::Failed);
    }
}
