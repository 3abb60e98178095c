//! What a page is given: the request, the session, calls of the service, values kept for the
//! session.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::asked::{Asked, Origin};
use super::form::Form;
use super::layout::{Layout, SignedIn};
use super::problem::Problem;
use super::upload::{File, Part};
use super::{maintenance, navigation};
use crate::domain::{Action, Caller, Error, Service, Session};
use crate::mail::Folder;
use crate::model::{Door, Permission};

/// The cookie of a session. Its prefix makes browsers refuse it from other hosts and without TLS.
pub(super) const SESSION_COOKIE: &str = "__Host-session";
/// The cookie of a sign-in that waits for its second factor.
pub(super) const PENDING_COOKIE: &str = "__Host-sign-in";

/// The field of a form that shows that it comes from a page of its session.
pub(super) const CSRF_FIELD: &str = "csrf";

/// What all pages share.
pub(super) struct Site {
    pub(super) service: Service,
    pub(super) addresses: Addresses,
    /// The portal's origin, as browsers write it.
    pub(super) origin: String,
    /// The messages of the demo; a real service has none to show.
    pub(super) demo_mail: Option<Folder>,
    /// What the service desk is told about the service itself.
    pub(super) notices: Notices,
}

/// Sentences about the service itself that are due now, such as that its certificate ends soon.
pub type Notices = Box<dyn Fn() -> Vec<String> + Send + Sync>;

/// What people and programs call the service, without a path.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The portal.
    pub portal: String,
    /// The web services.
    pub web_services: String,
}

/// What a session can keep between two requests.
pub(super) trait Kept: Serialize + DeserializeOwned {
    /// Tells kinds apart: a handle finds values of its own kind only. It never changes.
    const KIND: &'static str;
}

/// A visit of a page by somebody.
pub(super) struct Visit<'v> {
    site: &'v Site,
    asked: &'v Asked,
    parameters: Vec<(&'static str, &'v str)>,
    session: Option<Session>,
}

/// What surrounds a page at this path for a visitor: who they are, the parts of the service that
/// they may open, and maintenance that everybody must know of.
pub(super) fn surroundings(site: &Site, session: Option<&Session>, path: &str) -> Layout {
    let layout = Layout {
        maintenance: maintenance::notice(&site.service),
        is_demo: site.demo_mail.is_some(),
        ..Layout::default()
    };
    let Some(session) = session else { return layout };
    let organisation = session.chosen.as_ref().map(|place| place.organisation.name.clone());
    let signed_in = SignedIn {
        name: session.name.clone(),
        organisation: organisation.unwrap_or_default(),
        csrf: session.form_token.clone(),
        seconds_left: session.ends_in.as_secs(),
    };
    Layout { signed_in: Some(signed_in), navigation: navigation::items(session, path), ..layout }
}

/// The session of the visitor, if they have one. `extends` says that they are there.
pub(super) fn session(site: &Site, asked: &Asked, extends: bool) -> Result<Option<Session>, Problem> {
    match asked.cookie(SESSION_COOKIE) {
        "" => Ok(None),
        token => Ok(site.service.accounts().session(token, extends)?),
    }
}

impl<'v> Visit<'v> {
    pub(super) const fn new(
        site: &'v Site,
        asked: &'v Asked,
        parameters: Vec<(&'static str, &'v str)>,
        session: Option<Session>,
    ) -> Self {
        Self { site, asked, parameters, session }
    }

    /// The service.
    pub(super) const fn service(&self) -> &Service {
        &self.site.service
    }

    /// What people and programs call the service.
    pub(super) const fn addresses(&self) -> &Addresses {
        &self.site.addresses
    }

    /// The portal's origin, as browsers write it.
    pub(super) fn origin(&self) -> &str {
        &self.site.origin
    }

    /// The messages of the demo, where this is one.
    pub(super) const fn demo_mail(&self) -> Option<&Folder> {
        self.site.demo_mail.as_ref()
    }

    /// What the service desk is told about the service itself.
    pub(super) fn notices(&self) -> Vec<String> {
        (self.site.notices)()
    }

    /// The request.
    pub(super) const fn asked(&self) -> &Asked {
        self.asked
    }

    /// The fields of the form that was sent.
    pub(super) const fn form(&self) -> &Form {
        &self.asked.form
    }

    /// A parameter of the path; empty where the route has none of this name.
    pub(super) fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// The session, where the page may be shown without one.
    pub(super) const fn visitor(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// The session.
    ///
    /// # Errors
    /// The visitor has not signed in.
    pub(super) fn session(&self) -> Result<&Session, Problem> {
        self.session.as_ref().ok_or(Problem::NotSignedIn)
    }

    /// Makes a call of the service as the signed-in user. Returns its outcome once its audit lines
    /// are durable, so that no page shows what the trail may forget.
    ///
    /// # Errors
    /// Those of the call, of the service's hours, and of the store; no organisation is chosen.
    pub(super) fn call<T>(
        &self,
        action: Action,
        act: impl FnOnce(&Caller<'_>) -> Result<T, Error>,
    ) -> Result<T, Problem> {
        let session = self.session()?;
        let service = self.service();
        Ok(service.call(Door::Portal, action, |call| act(&service.accounts().caller(call, session)?))?)
    }

    /// Whether the user may do this in the organisation that they work for now. The domain decides
    /// again on each call: a page asks only to show no link that leads nowhere.
    pub(super) fn may(&self, permission: Permission) -> bool {
        self.session.as_ref().and_then(|session| session.chosen.as_ref()).is_some_and(|place| place.may(permission))
    }

    /// What surrounds the page.
    pub(super) fn layout(&self) -> Layout {
        surroundings(self.site, self.session.as_ref(), &self.asked.path)
    }

    /// Keeps a value for the session, and returns the handle that finds it again. Handles stand in
    /// addresses, where personal data must not.
    ///
    /// # Errors
    /// There is no session; errors of the store.
    pub(super) fn keep<T: Kept>(&self, value: &T) -> Result<String, Problem> {
        Ok(self.service().accounts().keep(self.session()?, T::KIND, json(value)?)?)
    }

    /// The value that the session keeps under a handle of the path.
    ///
    /// # Errors
    /// [`Problem::NotFound`] if the session keeps none of this kind; errors of the store.
    pub(super) fn kept<T: Kept>(&self, handle: &str) -> Result<T, Problem> {
        let kept = self.service().accounts().kept(self.session()?, T::KIND, handle)?;
        let kept = kept.ok_or(Problem::NotFound)?;
        serde_json::from_str(&kept).map_err(|_| Problem::Failed("a kept value is of another release".into()))
    }

    /// Replaces the value that the session keeps under a handle.
    ///
    /// # Errors
    /// [`Problem::NotFound`] if the session keeps none of this kind; errors of the store.
    pub(super) fn keep_instead<T: Kept>(&self, handle: &str, value: &T) -> Result<(), Problem> {
        let is_there = self.service().accounts().keep_instead(self.session()?, T::KIND, handle, json(value)?)?;
        if is_there { Ok(()) } else { Err(Problem::NotFound) }
    }

    /// The parts of a form with a file, up to the file. The form's token comes first, so that
    /// nothing of a file is read that another site sends.
    ///
    /// # Errors
    /// The form is not ours, or has no file; or the connection broke.
    pub(super) fn file(&self) -> Result<(Form, Box<File>), Problem> {
        let upload = self.asked.upload.as_ref().ok_or(Problem::Malformed)?;
        let mut form = Form::default();
        while let Some(part) = upload.next()? {
            match part {
                Part::Field(name, value) => form.push(name, value),
                Part::File(file) => {
                    self.check_token(&form)?;
                    return Ok((form, file));
                }
            }
        }
        Err(Problem::Malformed)
    }

    /// Refuses a form that no page of ours has sent: with a session, by its token; without one, by
    /// what the browser says.
    pub(super) fn check_origin(&self, has_file: bool) -> Result<(), Problem> {
        match (&self.session, self.asked.origin) {
            (_, Origin::Foreign) | (None, Origin::Unknown) => Err(Problem::Forged),
            (None, Origin::Ours) => Ok(()),
            // The page asks for it when it reads the form.
            (Some(_), Origin::Ours | Origin::Unknown) if has_file => Ok(()),
            (Some(_), Origin::Ours | Origin::Unknown) => self.check_token(self.form()),
        }
    }

    fn check_token(&self, form: &Form) -> Result<(), Problem> {
        let is_ours =
            self.session.as_ref().is_none_or(|session| is_same(form.as_typed(CSRF_FIELD), &session.form_token));
        if is_ours { Ok(()) } else { Err(Problem::Forged) }
    }
}

fn json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::Failed(format!("a value to keep: {error}").into()))
}

/// Compares secrets in a time that says nothing about them.
fn is_same(one: &str, other: &str) -> bool {
    blake3::hash(one.as_bytes()) == blake3::hash(other.as_bytes())
}
