//! The look of the pages that the web services serve themselves: that of the portal, in a few rules
//! of style inside each page, because nothing else is served there.

use crate::xml::escape;

const STYLE: &str = include_str!("look.css");

/// The end of a page.
pub const END: &str = "</main>\n</body></html>\n";

/// The beginning of a page. `above` is HTML: the link to the page above this one, if any.
pub fn begin(title: &str, above: &str) -> String {
    let mut out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>".to_owned();
    escape(title, &mut out);
    out.push_str(" - Learning Records</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>\n");
    out.push_str(STYLE);
    out.push_str(
        "</style></head><body>\n<header><strong>Learning Records</strong></header>\n\
         <p class=\"phase\">This is a demonstration, not a government service. It has no real learner data.</p>\n",
    );
    if !above.is_empty() {
        out.push_str("<nav aria-label=\"Pages above\">");
        out.push_str(above);
        out.push_str("</nav>\n");
    }
    out.push_str("<main>\n");
    out
}
