//! Reports as an HTML page.

use std::fmt::Write;

use super::{Summary, place};
use crate::files::check::Checked;
use crate::files::finding::Weight;
use crate::xml::escape;

const PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<title>Check of batch files</title>\n<style>\n\
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #0b0c0c; background: #fff }\n\
table { border-collapse: collapse; width: 100% }\nth, td { border-bottom: 1px solid #b1b4b6; padding: .4rem; text-align: left; vertical-align: top }\n\
</style>\n</head>\n<body>\n<h1>Check of batch files</h1>\n";

pub(super) fn page(files: &[Checked]) -> String {
    let mut out = String::from(PAGE);
    for checked in files {
        let summary = Summary::of(checked);
        element("h2", summary.file, &mut out);
        element("p", &summary.title(checked), &mut out);
        element("p", &summary.verdict(checked), &mut out);
        if summary.findings.is_empty() {
            continue;
        }
        out.push_str("<table>\n<thead><tr>");
        for heading in ["Place", "Column", "Code", "Found", "Rule", "What to do"] {
            out.push_str("<th scope=\"col\">");
            escape(heading, &mut out);
            out.push_str("</th>");
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for finding in summary.findings {
            out.push_str("<tr>");
            let code = if finding.weight == Weight::Remark { "remark" } else { finding.code };
            for cell in
                [&place(checked, finding), &finding.column, code, &finding.found, &finding.rule, &finding.advice]
            {
                element("td", cell, &mut out);
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn element(name: &str, text: &str, out: &mut String) {
    let _ = write!(out, "<{name}>");
    escape(text, out);
    let _ = write!(out, "</{name}>");
}
