//! One page for a change board: printable, with nothing from outside and nothing that runs.

use twinpool_setup::audit::{Finding, Severity};

use super::told::Sheet;
use crate::show::thousands;

const STYLE: &str = "body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}\
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2rem}.basis{color:#555}\
.verdict{font-weight:600;padding:.6rem .8rem;border-left:.4rem solid #2e7d32;background:#f2f7f2}\
.verdict.blocks{border-color:#b71c1c;background:#fbf1f1}.verdict.warns{border-color:#b26a00;background:#fdf6ec}\
section{border:1px solid #ccc;border-left:.4rem solid #888;margin:.8rem 0;padding:.2rem .9rem .6rem;break-inside:avoid}\
section.blocks{border-left-color:#b71c1c}section.warns{border-left-color:#b26a00}section.accepted{opacity:.75}\
h3{font-size:1rem;margin:.5rem 0}code{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}\
dl{display:grid;grid-template-columns:6.5rem 1fr;gap:.2rem .8rem;margin:0}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}\
table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1.2rem .2rem 0;border-bottom:1px solid #ddd}\
@media print{body{margin:0;max-width:none;font-size:12px}}";

/// The page.
pub(super) fn page(sheet: &Sheet<'_>) -> String {
    let [old, new] = sheet.pools;
    let report = sheet.report;
    let class = report.verdict().map_or("fine", Severity::word);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Audit of {0} and {1}</title>\n<style>{STYLE}</style></head>\n<body>\n\
         <h1>Moving users from {0} to {1}</h1>\n<p class=\"basis\">{2}; {3}, twinpool {4}. Nothing was changed.</p>\n\
         <p class=\"verdict {class}\">{5}</p>\n",
        escaped(old),
        escaped(new),
        escaped(&sheet.basis()),
        escaped(&sheet.at),
        env!("CARGO_PKG_VERSION"),
        escaped(&sheet.verdict()),
    );
    out += "<table><tr><th>severity</th><th>open</th></tr>\n";
    for severity in Severity::ALL {
        out += &format!("<tr><td>{severity}</td><td>{}</td></tr>\n", report.open(severity));
    }
    out += &format!("<tr><td>accepted</td><td>{}</td></tr></table>\n", report.accepted());
    let parts = [
        ("What must be dealt with first", Some(Severity::Blocks)),
        ("What to know and decide", Some(Severity::Warns)),
        ("Good to know", Some(Severity::Notes)),
        ("Known and accepted", None),
    ];
    for (title, part) in parts {
        let is_in = |one: &&Finding| match part {
            Some(severity) => !one.is_accepted && one.code.severity == severity,
            None => one.is_accepted,
        };
        let findings: Vec<_> = report.findings.iter().filter(is_in).collect();
        if !findings.is_empty() {
            out += &format!("<h2>{title}</h2>\n");
            findings.into_iter().for_each(|finding| out += &section(finding));
        }
    }
    out + "</body></html>\n"
}

fn section(finding: &Finding) -> String {
    let accepted = if finding.is_accepted { " accepted" } else { "" };
    let mut out = format!(
        "<section class=\"{}{accepted}\"><h3>{} <code>{}</code></h3><dl>\n",
        finding.code.severity,
        escaped(finding.code.title),
        escaped(finding.code.name),
    );
    let mut row = |name: &str, text: &str| {
        if !text.is_empty() {
            out += &format!("<dt>{name}</dt><dd>{}</dd>\n", escaped(text));
        }
    };
    row("here", &finding.detail);
    row("about", &finding.names.join(", "));
    row("how many", &finding.count.map(thousands).unwrap_or_default());
    for example in &finding.examples {
        row("such as", &format!("{} {}", example.sub, example.shows));
    }
    row("for users", finding.code.effect);
    row("to do", &finding.fix);
    out + "</dl></section>\n"
}

/// Text as text: in a page, names of clients and groups are their owners' words.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c if c.is_control() => out.push('\u{b7}'),
            c => out.push(c),
        }
    }
    out
}
