//! Answers the requests of the portal's listener: assets at once, pages on a thread that may wait.

use std::sync::Arc;

use futures_util::future::join;

use super::answer::{Answer, safe};
use super::asked::Asked;
use super::assets::assets;
use super::problem_page;
use super::routes::{self, Found};
use super::upload::Upload;
use super::visit::{self, Site};
use crate::domain::Service;
use crate::http::{Body, Handler, HeaderValue, Method, Refused, Request, Response, StatusCode, block, header};

/// For what never changes at its address.
const UNCHANGING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The portal: pages for people, over one service.
pub struct Portal(Arc<Site>);

impl Portal {
    /// The pages over this service.
    pub fn new(service: Service) -> Self {
        Self(Arc::new(Site { service }))
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
                match Upload::of(request.headers()) {
                    Ok((from, upload)) => (source, asked.upload) = (Some(from), Some(upload)),
                    Err(problem) => read = Err(problem),
                }
            } else {
                read = asked.read(request, body).await?;
            }
        }
        let (site, id) = (Arc::clone(&self.0), request.id());
        let page = block(move || match read {
            Ok(()) => visit::answer(&site, &asked),
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
        Ok(answer.into_response())
    }
}
