//! What somebody must know besides the page: that something is done, or that something is coming.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A notice above the page's own content.
#[derive(Debug, Clone, Template)]
#[template(path = "components/notification_banner.html")]
pub struct NotificationBanner {
    pub(super) content: Content,
    pub(super) title: Content,
    pub(super) title_id: String,
    pub(super) title_level: String,
    pub(super) success: bool,
    pub(super) role: Option<String>,
    pub(super) disable_auto_focus: Option<bool>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(NotificationBanner);

impl NotificationBanner {
    /// Something to know.
    pub fn important(content: impl Into<Content>) -> NotificationBanner {
        NotificationBanner {
            content: content.into(),
            title: Content::default(),
            title_id: "govuk-notification-banner-title".to_owned(),
            title_level: "2".to_owned(),
            success: false,
            role: None,
            disable_auto_focus: None,
            classes: Classes::default(),
            attributes: Attributes::default(),
        }
    }

    /// Something that is done. It takes the focus when the page opens.
    pub fn success(content: impl Into<Content>) -> NotificationBanner {
        NotificationBanner { success: true, ..NotificationBanner::important(content) }
    }

    /// The id of its title, where a page has several.
    pub fn title_id(mut self, id: &str) -> NotificationBanner {
        self.title_id = id.to_owned();
        self
    }

    fn shown_role(&self) -> &str {
        self.role.as_deref().unwrap_or(if self.success { "alert" } else { "region" })
    }

    fn shown_title(&self) -> Content {
        match self.title.is_empty() {
            true => Content::from(if self.success { "Success" } else { "Important" }),
            false => self.title.clone(),
        }
    }
}
