//! A person at a browser without scripts: keeps cookies, follows links, fills in forms.

use std::collections::BTreeMap;
use std::sync::Mutex;

use scraper::{ElementRef, Html, Selector};

use super::actor::request;
use super::wire::{Answer, Connection};
use super::{Actor, Deployment};

/// The cookie of a session.
const SESSION: &str = "__Host-session";

/// How many redirects a browser follows at least.
const REDIRECTS: usize = 10;

/// Somebody who visits the portal of a deployment.
pub struct Visitor<'d> {
    deployment: &'d Deployment,
    browser: Actor<'d>,
    port: u16,
    cookies: BTreeMap<String, String>,
    page: Page,
    /// Whether the server may be killed.
    may_lose_server: bool,
}

/// What the visitor sees.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it is.
    pub path: String,
    pub answer: Answer,
}

impl<'d> Visitor<'d> {
    /// Somebody who has just opened a browser.
    pub fn of(deployment: &'d Deployment) -> Visitor<'d> {
        Visitor {
            deployment,
            browser: deployment.nobody(),
            port: deployment.portal_port(),
            cookies: BTreeMap::new(),
            page: Page { path: String::new(), answer: nothing() },
            may_lose_server: false,
        }
    }

    /// The same, whose server may be killed: a page that does not come has the status 0.
    pub fn that_may_lose_server(self) -> Visitor<'d> {
        Visitor { may_lose_server: true, ..self }
    }

    /// A user of the demo who has signed in, by the variable of the e-mail address. All visitors
    /// of this user share one session, because each code of the second factor works once.
    pub fn signed_in(deployment: &'d Deployment, variable: &'static str) -> Visitor<'d> {
        static SESSIONS: Mutex<BTreeMap<(u16, &str), String>> = Mutex::new(BTreeMap::new());
        let mut visitor = Visitor::of(deployment);
        let mut sessions = SESSIONS.lock().expect("no test has failed here");
        let session = sessions.entry((visitor.port, variable)).or_insert_with(|| {
            let mut visitor = Visitor::of(deployment);
            visitor.sign_in(variable);
            visitor.cookie(SESSION).expect("a session").to_owned()
        });
        visitor.set_cookie(SESSION, session);
        visitor.open("/");
        visitor
    }

    /// Somebody who has followed the link of an invitation, with a password, a second factor and
    /// the user agreement, and is signed in.
    pub fn invited(deployment: &'d Deployment, link: &str) -> Visitor<'d> {
        let mut visitor = Visitor::of(deployment);
        visitor.open(link);
        visitor.send(&[("password", "Walrus-kettle-91"), ("again", "Walrus-kettle-91")]);
        let secret = visitor.page.one("main p code");
        visitor.send(&[("code", &code(&secret.replace(' ', ""), 0))]);
        visitor.follow("Continue to the user agreement");
        visitor.press("Accept the user agreement");
        visitor
    }

    /// The first user of another learning provider, `Riverside` with the UKPRN 90000051, which has
    /// the permission to maintain plans.
    pub fn of_new_provider(deployment: &'d Deployment) -> Visitor<'d> {
        Visitor::of_new(deployment, ["90000051", "RIVER1", "Riverside", "--lrb"], "super-user")
    }

    /// A user of another awarding organisation, `Lakeside` with the UKPRN 90000052.
    pub fn of_new_awarding_organisation(deployment: &'d Deployment) -> Visitor<'d> {
        Visitor::of_new(deployment, ["90000052", "LAKES1", "Lakeside", "--ao"], "awarding-organisation")
    }

    fn of_new(deployment: &'d Deployment, [ukprn, reference, name, kind]: [&str; 4], role: &str) -> Visitor<'d> {
        let run = |arguments: &[&str]| {
            let output = deployment.lrs(arguments);
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{arguments:?}: {told}{}", String::from_utf8_lossy(&output.stderr));
            told
        };
        run(&["org", "add", "--ukprn", ukprn, "--ref", reference, "--name", name, kind]);
        if kind == "--lrb" {
            run(&["org", "grant", ukprn, "maintain-plans"]);
        }
        let email = format!("ada@{}.example", name.to_lowercase());
        let new = ["user", "add", ukprn, &*email, "--given", "Ada", "--family", "Example"];
        let told = run(&[&new[..], &["--role", role, "--identity", "Passport seen"]].concat());
        let link = told.lines().find_map(|line| line.find("/invitation/").and_then(|at| line.get(at..)));
        Visitor::invited(deployment, link.expect("a link"))
    }

    /// Signs in with password and code. Each user of the demo can do that once in 30 seconds.
    pub fn sign_in(&mut self, variable: &str) -> &Page {
        let deployment = self.deployment;
        self.open("/sign-in");
        let password = deployment.variable("PORTAL_PASSWORD");
        self.send(&[("email", deployment.variable(variable)), ("password", password)]);
        self.send(&[("code", &deployment.portal_code())]);
        assert!(self.cookie(SESSION).is_some(), "{variable}: {}", self.page.text());
        &self.page
    }

    /// Where the portal is.
    pub fn deployment(&self) -> &'d Deployment {
        self.deployment
    }

    /// The page that is shown now.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// A cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Gives the browser a cookie, like a thief who found it.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// The token that every form of the session carries; empty for somebody who has not signed in.
    pub fn form_token(&mut self) -> String {
        let page = self.ask("GET", "/", "", b"");
        let html = page.html();
        let field = html.select(&selector("input[name=csrf]")).next();
        field.and_then(|field| field.attr("value")).unwrap_or_default().to_owned()
    }

    /// Opens a page by its address.
    pub fn open(&mut self, path: &str) -> &Page {
        self.go("GET", path, "", b"")
    }

    /// Fills in fields of the form on this page, and sends it with what its other fields have. With
    /// several forms, it is the first in `main` that has all these fields.
    pub fn send(&mut self, fields: &[(&str, &str)]) -> &Page {
        let html = self.page.html();
        let form = html
            .select(&selector("main form"))
            .find(|form| fields.iter().all(|(name, _)| has_field(*form, name)))
            .unwrap_or_else(|| panic!("no form with {fields:?} on {}:\n{}", self.page.path, self.page.text()));
        let action = form.attr("action").unwrap_or(&self.page.path).to_owned();
        let mut sent: Vec<(String, String)> = Vec::new();
        for (name, value) in initial(form) {
            if !fields.iter().any(|(filled, _)| *filled == name) {
                sent.push((name, value));
            }
        }
        sent.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(&action, &sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
    }

    /// Fills in the form that has a file, and sends it with these bytes as the file.
    pub fn send_file(&mut self, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> &Page {
        let (action, headers, body) = self.filled_with_file(fields, name, bytes);
        self.go("POST", &action, &headers, &body)
    }

    /// Begins to send the form with a file, and stops in the middle of the file.
    pub fn send_half_of_file(&mut self, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Connection {
        let (action, headers, body) = self.filled_with_file(fields, name, bytes);
        let request = request("POST", &action, &format!("{headers}{}", self.cookie_header()), &body);
        let mut connection = self.browser.connect_to(self.port).expect("a connection");
        connection.send(&request[..request.len() - bytes.len() / 2]).expect("sent");
        connection
    }

    /// The form's address, headers and body.
    fn filled_with_file(&self, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> (String, String, Vec<u8>) {
        const BOUNDARY: &str = "----a-boundary-of-the-tests";
        let html = self.page.html();
        let form =
            html.select(&selector("main form[enctype='multipart/form-data']")).next().expect("a form with a file");
        let action = form.attr("action").unwrap_or(&self.page.path).to_owned();
        let mut sent = initial(form);
        sent.retain(|(name, _)| !fields.iter().any(|(filled, _)| filled == name));
        sent.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut body = Vec::new();
        for (name, value) in sent {
            body.extend_from_slice(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .as_bytes(),
            );
        }
        let name = name.replace('"', "%22");
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let headers = format!(
            "Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nOrigin: null\r\nSec-Fetch-Site: same-origin\r\n"
        );
        (action, headers, body)
    }

    /// Presses the button with this text, in the form that it stands in.
    pub fn press(&mut self, text: &str) -> &Page {
        let html = self.page.html();
        let button = html
            .select(&selector("form button"))
            .find(|button| squeezed(*button) == text)
            .unwrap_or_else(|| panic!("no button {text:?} on {}:\n{}", self.page.path, self.page.text()));
        let form = button.ancestors().filter_map(ElementRef::wrap).find(|element| element.value().name() == "form");
        let form = form.expect("a form");
        let action = form.attr("action").unwrap_or(&self.page.path).to_owned();
        let mut sent = initial(form);
        if let Some(name) = button.attr("name") {
            sent.push((name.to_owned(), button.attr("value").unwrap_or_default().to_owned()));
        }
        self.post(&action, &sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
    }

    /// Follows the link with this text.
    pub fn follow(&mut self, text: &str) -> &Page {
        let html = self.page.html();
        let link = html.select(&selector("a[href]")).find(|link| squeezed(*link) == text);
        let link = link.unwrap_or_else(|| panic!("no link {text:?} on {}:\n{}", self.page.path, self.page.text()));
        let path = link.attr("href").expect("an address").to_owned();
        self.open(&path)
    }

    /// Sends these fields, whatever form is on the page.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> &Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers =
            "Content-Type: application/x-www-form-urlencoded\r\nOrigin: null\r\nSec-Fetch-Site: same-origin\r\n";
        self.go("POST", path, headers, body.as_bytes())
    }

    /// Sends a request with these headers and follows its redirects.
    pub fn go(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> &Page {
        self.page = self.ask(method, path, headers, body);
        for _ in 0..REDIRECTS {
            if self.page.answer.status != 303 {
                break;
            }
            let next = self.page.answer.header("location").expect("a location").to_owned();
            assert!(next.starts_with('/') && !next.starts_with("//"), "a redirect to {next}");
            self.page = self.ask("GET", &next, "", b"");
        }
        &self.page
    }

    /// Sends one request and keeps its cookies. Follows nothing.
    pub fn ask(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Page {
        let cookies = self.cookie_header();
        let call = || {
            let mut connection = self.browser.connect_to(self.port)?;
            connection.send(&request(method, path, &format!("{headers}{cookies}"), body))?;
            connection.receive_for(method)
        };
        let answer = match call() {
            Err(_) if self.may_lose_server => nothing(),
            answer => answer.expect("an answer"),
        };
        for (_, set) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let (name, rest) = set.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        Page { path: path.to_owned(), answer }
    }

    fn cookie_header(&self) -> String {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if cookies.is_empty() { String::new() } else { format!("Cookie: {}\r\n", cookies.join("; ")) }
    }
}

/// No answer.
fn nothing() -> Answer {
    Answer { status: 0, headers: Vec::new(), body: Vec::new() }
}

impl Page {
    pub fn status(&self) -> u16 {
        self.answer.status
    }

    pub fn html(&self) -> Html {
        Html::parse_document(&self.answer.text())
    }

    /// The texts of what this CSS selector finds, with single spaces.
    pub fn all(&self, css: &str) -> Vec<String> {
        self.html().select(&selector(css)).map(squeezed).collect()
    }

    /// The first of them; empty where there is none.
    pub fn one(&self, css: &str) -> String {
        self.all(css).into_iter().next().unwrap_or_default()
    }

    pub fn heading(&self) -> String {
        self.one("h1")
    }

    pub fn title(&self) -> String {
        self.one("title")
    }

    /// What the page says.
    pub fn text(&self) -> String {
        self.one("body")
    }

    /// What the error summary says. Each of its errors must stand at a field too, whose id it leads
    /// to, and the title must say that there are errors.
    pub fn errors(&self) -> Vec<String> {
        let html = self.html();
        let links = selector(".govuk-error-summary__list a");
        let errors: Vec<String> = html.select(&links).map(squeezed).collect();
        for link in html.select(&links) {
            let target = link.attr("href").expect("an address").trim_start_matches('#');
            let field = html.select(&selector(&format!("[id=\"{target}\"]"))).next();
            assert!(field.is_some(), "{}: the summary leads to #{target}, which is not there", self.path);
            let said = squeezed(link);
            let at_fields = self.all(".govuk-error-message");
            assert!(at_fields.iter().any(|at| at.contains(&said)), "{}: {said:?} stands at no field", self.path);
        }
        assert_eq!(self.title().starts_with("Error: "), !errors.is_empty(), "{}: {}", self.path, self.title());
        errors
    }

    /// What stands beside a key of a summary list.
    pub fn summary(&self, key: &str) -> Option<String> {
        let html = self.html();
        let rows = selector(".govuk-summary-list__row");
        let mut rows = html.select(&rows);
        let row = rows.find(|row| row.select(&selector("dt")).next().is_some_and(|dt| squeezed(dt) == key))?;
        row.select(&selector(".govuk-summary-list__value")).next().map(squeezed)
    }
}

/// What a form sends if nobody touches it.
fn initial(form: ElementRef<'_>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for field in form.select(&selector("input[name], textarea[name], select[name]")) {
        let name = field.attr("name").expect("a name").to_owned();
        let value = match (field.value().name(), field.attr("type").unwrap_or("text")) {
            ("textarea", _) => field.text().collect(),
            ("select", _) => {
                let chosen = field.select(&selector("option[selected]")).next();
                let chosen = chosen.or_else(|| field.select(&selector("option")).next());
                chosen.and_then(|option| option.attr("value")).unwrap_or_default().to_owned()
            }
            (_, "radio" | "checkbox") if field.attr("checked").is_none() => continue,
            (_, "file" | "submit" | "button") => continue,
            _ => field.attr("value").unwrap_or_default().to_owned(),
        };
        fields.push((name, value));
    }
    fields
}

fn has_field(form: ElementRef<'_>, name: &str) -> bool {
    form.select(&selector("input, textarea, select, button")).any(|field| field.attr("name") == Some(name))
}

fn squeezed(element: ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css}: {error}"))
}

/// The code that an authenticator app shows for a secret in base32, in so many seconds.
pub fn code(secret: &str, seconds: u64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base32");
    let totp = totp_rs::Builder::new().with_secret(secret).build().expect("a secret");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    totp.generate(now.as_secs() + seconds).to_string()
}
