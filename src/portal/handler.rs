//! Answers the requests of the portal's listener: assets at once, pages on a thread that may wait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join;
use tokio::time::timeout_at;

use super::answer::{Answer, safe};
use super::asked::Asked;
use super::assets::assets;
use super::routes::{self, Found};
use super::upload::Upload;
use super::visit::{Addresses, Notices, Site};
use super::{phases, problem_page};
use crate::config;
use crate::domain::Service;
use crate::http::{
    Body, Called, Handler, HeaderValue, Method, Outcome, Refused, Request, Response, StatusCode, block, header,
};
use crate::mail::Folder;

/// How long a page may take, without the time that its file takes to arrive. Proxies give up after
/// a minute (our choice).
const PATIENCE: Duration = Duration::from_secs(15);

/// For what never changes at its address.
const UNCHANGING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The portal: pages for people, over one service.
pub struct Portal {
    site: Arc<Site>,
    behind_proxy: bool,
    /// What browsers are told about TLS.
    hsts: Option<HeaderValue>,
}

impl Portal {
    /// The pages over this service, which people and programs call by these addresses. The demo
    /// shows its messages besides. The service desk sees the notices.
    pub fn new(
        service: Service,
        addresses: Addresses,
        settings: &config::Portal,
        demo_mail: Option<Folder>,
        notices: Notices,
    ) -> Self {
        let origin = origin(&addresses.portal);
        let hsts = format!("max-age={}", settings.hsts_s);
        let hsts = HeaderValue::try_from(hsts).ok().filter(|_| settings.hsts_s > 0);
        let behind_proxy = settings.behind_proxy;
        Self { site: Arc::new(Site { service, addresses, origin, demo_mail, notices }), behind_proxy, hsts }
    }

    /// A response with what every response has.
    fn sent(&self, response: Response) -> Response {
        match &self.hsts {
            Some(hsts) => response.with(header::STRICT_TRANSPORT_SECURITY, hsts.clone()),
            None => response,
        }
    }
}

/// The origin of an address, as browsers write it: without a path, and without the usual port.
fn origin(address: &str) -> String {
    let host = address.trim_start_matches("https://").split('/').next().unwrap_or_default();
    format!("https://{}", host.strip_suffix(":443").unwrap_or(host))
}

impl Handler for Portal {
    async fn answer(&self, request: &Request<'_>, body: &mut Body<'_>) -> Result<Response, Refused> {
        request.is_for("portal");
        if request.is_reading()
            && let Some(asset) = assets().at(request.path())
        {
            let response = Response::new(StatusCode::OK, asset.content_type, asset.plain.as_slice());
            let response = safe(response.packed_as(asset.gzip.as_slice())).with(header::CACHE_CONTROL, UNCHANGING);
            return Ok(self.sent(response));
        }
        let mut asked = Asked::of(request, self.behind_proxy.then_some(self.site.origin.as_str()));
        let found = routes::find(request.method(), request.path(), self.site.demo_mail.is_some());
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
        let (site, id) = (Arc::clone(&self.site), request.id());
        let until = Instant::now() + PATIENCE;
        let has_file = source.is_some();
        let page = block(move || match read {
            // Its visitor has been told that it failed.
            Ok(()) if !has_file && Instant::now() > until => problem_page::late(),
            Ok(()) => phases::answer(&site, &asked),
            Err(problem) => problem_page::answer(&site, &asked, problem),
        });
        let page = async {
            if has_file {
                return page.await;
            }
            match timeout_at(until.into(), page).await {
                Ok(answer) => answer,
                Err(_) => Some(problem_page::late()),
            }
        };
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
        let response = self.sent(answer.into_response());
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
    fn an_origin_is_an_address_without_path_and_usual_port() {
        for address in
            ["https://p.example", "https://p.example:443", "https://p.example/portal", "https://p.example:443/a"]
        {
            assert_eq!(origin(address), "https://p.example", "{address}");
        }
        assert_eq!(origin("https://p.example:8444"), "https://p.example:8444");
    }

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
