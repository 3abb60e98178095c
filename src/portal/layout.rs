//! What every page has around its own content: wordmark, parts of the service, phase banner,
//! footer, and the warning before a session ends.
//!
//! A page's template begins with `{% extends "layout.html" %}`, its struct has a field `layout`,
//! and it fills the blocks `title`, `before_content` and `content`.

use askama::Template;
use askama::filters::HtmlSafe;

use super::assets::{Assets, assets};
use super::components::{
    Content, GenericHeader, Html, NavigationItem, NotificationBanner, PhaseBanner, ServiceNavigation, SkipLink, Tag,
};

/// What surrounds a page.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Who is signed in.
    pub signed_in: Option<SignedIn>,
    /// The parts of the service that the user may open.
    pub navigation: Vec<NavigationItem>,
    /// What everybody must know: maintenance that is planned.
    pub maintenance: Option<Content>,
    /// Whether the service is the demo, which shows its messages.
    pub is_demo: bool,
    /// Whether the page says what is wrong with what was entered. Its title then begins so.
    pub has_errors: bool,
}

/// The user of a session.
#[derive(Debug, Clone, Default)]
pub struct SignedIn {
    /// The user's name.
    pub name: String,
    /// The name of the organisation that they act for; empty until one is chosen.
    pub organisation: String,
    /// The session's token, which every form of it sends in the field `csrf`.
    pub csrf: String,
    /// Seconds until the session ends if nothing is done.
    pub seconds_left: u64,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    user: &'a SignedIn,
}

impl HtmlSafe for Account<'_> {}

impl Layout {
    /// The files that the page refers to.
    pub fn assets(&self) -> &'static Assets {
        assets()
    }

    /// The link past all this.
    pub fn skip_link(&self) -> SkipLink {
        SkipLink::new("Skip to main content", "main-content")
    }

    /// The wordmark.
    pub fn header(&self) -> GenericHeader {
        GenericHeader::new(Html::literal("<span class=\"lr-wordmark\">Learning Records</span>"))
    }

    /// What kind of service this is.
    pub fn phase(&self) -> PhaseBanner {
        let words = "This is a demonstration, not a government service. It has no real learner data.";
        PhaseBanner::new(Tag::new("Demonstration"), words)
    }

    /// The parts of the service, and who is signed in.
    pub fn bar(&self) -> ServiceNavigation {
        let bar = self.navigation.iter().cloned().fold(ServiceNavigation::new(), ServiceNavigation::item);
        match &self.signed_in {
            Some(user) => bar.end(Html::of(&Account { user })),
            None => bar,
        }
    }

    /// What everybody must know.
    pub fn notice(&self) -> Option<NotificationBanner> {
        self.maintenance.clone().map(|notice| NotificationBanner::important(notice).title_id("maintenance-title"))
    }

    /// The words and addresses of the links at the end.
    pub fn footer(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let always = [
            ("Help", "/help"),
            ("Service status", "/status"),
            ("Planned maintenance", "/maintenance"),
            ("For developers", "/developers"),
            ("Accessibility", "/accessibility"),
            ("Privacy", "/privacy"),
            ("Cookies", "/cookies"),
        ];
        always.into_iter().chain(self.is_demo.then_some(("Messages of this demonstration", "/demo/mail")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[derive(Template)]
    #[template(
        ext = "html",
        source = "{% extends \"layout.html\" %}{% block title %}Find & see{% endblock %}{% block content %}<h1>Hello</h1>{% endblock %}"
    )]
    struct Page {
        layout: Layout,
    }

    #[test]
    fn a_page_has_title_landmarks_and_footer_and_nothing_inline() {
        let page = Page { layout: Layout::default() }.render().unwrap();
        for part in [
            "<html lang=\"en\"",
            "<title>Find & see - Learning Records</title>",
            "href=\"#main-content\" class=\"govuk-skip-link\"",
            "<main id=\"main-content\">",
            "a demonstration, not a government service",
            "href=\"/accessibility\"",
        ] {
            assert!(page.contains(part), "{part} is missing:\n{page}");
        }
        assert!(
            !page.contains("Sign out")
                && !page.contains("/demo/mail")
                && !page.contains("style=")
                && !page.contains("<script>"),
            "{page}"
        );
    }

    #[test]
    fn who_is_signed_in_is_shown_escaped_and_may_sign_out() {
        let signed_in = SignedIn {
            name: "<b>Ann</b>".to_owned(),
            organisation: "Oak & Ash".to_owned(),
            csrf: "\"token\"".to_owned(),
            seconds_left: 1200,
        };
        let layout = Layout {
            signed_in: Some(signed_in),
            navigation: vec![NavigationItem::new("Find a learner", "/learners/find").seen_from("/learners/find")],
            maintenance: Some(Content::from("Closed on <Sunday>")),
            is_demo: true,
            has_errors: true,
        };
        let page = Page { layout }.render().unwrap();
        for part in [
            "<title>Error: Find",
            "&#60;b&#62;Ann&#60;/b&#62;, Oak &#38; Ash",
            "name=\"csrf\" value=\"&#34;token&#34;\"",
            "action=\"/sign-out\"",
            "aria-current=\"page\"",
            "Closed on &#60;Sunday&#62;",
            "data-seconds=\"1200\"",
            "href=\"/demo/mail\"",
        ] {
            assert!(page.contains(part), "{part} is missing:\n{page}");
        }
    }
}
