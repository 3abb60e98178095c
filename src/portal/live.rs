//! What script brings to life on a page: the progress of a job, and a button that copies.
//!
//! `assets/portal.js` finds them by their `data-` attributes. Without script the progress is as it
//! was when the page was made, and the button does not show.

use askama::Template;
use askama::filters::HtmlSafe;
use serde::Serialize;

/// The progress of a job, in words that change while the page is open.
#[derive(Debug, Clone, Template)]
#[template(path = "progress.html")]
pub struct Progress {
    /// How it stands now.
    pub words: String,
    /// The address that says how it stands, as [`ProgressNow`]. Asking there must not keep the
    /// session alive.
    pub source: String,
    /// The address of the page with the result, which is offered when the job is finished.
    pub result: String,
    /// The words of the link to it.
    pub result_words: &'static str,
}

/// What the address of a job's progress replies, as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct ProgressNow {
    /// How it stands, in words.
    pub words: String,
    /// Whether nothing more will happen.
    pub finished: bool,
}

/// A button that puts a value on the clipboard.
#[derive(Debug, Clone, Template)]
#[template(path = "copy_button.html")]
pub struct CopyButton {
    /// What is copied.
    pub value: String,
    /// What it is called on the button: `ULN`.
    pub what: &'static str,
}

impl HtmlSafe for Progress {}
impl HtmlSafe for CopyButton {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_they_show_is_escaped() {
        let progress =
            Progress { words: "<5> done".into(), source: "/a?b&c".into(), result: "/a".into(), result_words: "See" }
                .to_string();
        assert!(
            progress.contains("&#60;5&#62; done") && progress.contains("data-progress=\"/a?b&#38;c\""),
            "{progress}"
        );
        let copy = CopyButton { value: "\"1\"".into(), what: "ULN" }.to_string();
        assert!(copy.contains("data-copy=\"&#34;1&#34;\"") && copy.contains("hidden>Copy ULN<"), "{copy}");
    }
}
