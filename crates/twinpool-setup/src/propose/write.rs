//! The text of the file.

use twinpool_rules::Site;
use twinpool_rules::site::Place;

use super::attributes::{Entry, Rule};

/// In characters.
const WIDTH: usize = 110;

const HEAD: &str = "twinpool.toml: where the two pools are, and what travels from the old one to the new one. Proposed by \
    `twinpool init` from the schemas of both pools: read it, correct it, and hold it against them with `twinpool rules check`.";

pub(super) const REST: &str = "# By which way people get into the new pool: their old password goes on working, unless [sign_in] says otherwise.\n\
    # Groups, users to leave out, deletions, maps, prefixes: infra/twinpool.example.toml has all there is.\n";

const UNDECIDED: &str = "decide: write between the quotes what users get who have none; or take the default out, and they come without";

/// Where things are.
pub(super) fn site(site: &Site) -> String {
    let mut out =
        comment(HEAD) + "\n[old_pool]\n" + &place(&site.old_pool) + "\n[new_pool]\n" + &place(&site.new_pool);
    out += &line("role_arn", site.role_arn.as_deref());
    out += &line("external_id", site.external_id.as_deref());
    out += "\n[stack]\n";
    out += &line("name", site.stack.name.as_deref());
    out += &line("region", site.stack.region.as_deref());
    out + "\n"
}

fn place(place: &Place) -> String {
    let id = place.id.as_ref().map(ToString::to_string);
    line("id", id.as_deref()) + &line("region", place.region()) + &line("profile", place.profile.as_deref())
}

fn line(name: &str, value: Option<&str>) -> String {
    value.map(|value| format!("{name} = {}\n", quoted(value))).unwrap_or_default()
}

/// What is proposed, with the reasons.
pub(super) fn attributes(entries: &[Entry], notes: &[String]) -> String {
    let mut out = notes.iter().map(|note| comment(note)).collect::<String>();
    let is_plain = |entry: &&Entry| entry.rule == Rule::default();
    let plain: Vec<_> = entries.iter().filter(is_plain).map(|entry| entry.source.as_str()).collect();
    if !plain.is_empty() {
        out += &comment(&format!("These travel as they are: {}.", plain.join(", ")));
    }
    for entry in entries.iter().filter(|entry| is_plain(entry) && !entry.notes.is_empty()) {
        out += &comment(&format!("{}: {}", entry.source, entry.notes.join("; ")));
    }
    out += "[attributes]\n";
    for entry in entries.iter().filter(|entry| !is_plain(entry)) {
        out += &comment(&entry.notes.join("; "));
        if entry.rule.undecided {
            out += &comment(UNDECIDED);
        }
        out += &ruled(entry, entry.rule.undecided);
    }
    out + "\n"
}

/// The rules alone, as if nothing were left to decide.
pub(super) fn decided(entries: &[Entry]) -> String {
    let ruled = entries.iter().filter(|entry| entry.rule != Rule::default()).map(|entry| ruled(entry, false));
    "[attributes]\n".to_owned() + &ruled.collect::<String>()
}

fn ruled(entry: &Entry, undecided: bool) -> String {
    let Rule { drop, fold_case, rename, undecided: _ } = &entry.rule;
    let rename = rename.as_ref().map(|name| format!("rename = {}", quoted(name.as_str())));
    let parts = [
        drop.then(|| "drop = true".to_owned()),
        fold_case.then(|| "fold_case = true".to_owned()),
        rename,
        undecided.then(|| "default = \"\"".to_owned()),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("{} = {{ {} }}\n", key(entry.source.as_str()), parts.join(", "))
}

/// Lines that begin with `#`; nothing for nothing.
pub(super) fn comment(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count() + 1;
        if width == 0 || width + length > WIDTH {
            out += if width == 0 { "#" } else { "\n#" };
            width = 1;
        }
        out.push(' ');
        out += word;
        width += length;
    }
    if width > 0 {
        out.push('\n');
    }
    out
}

/// A key of TOML.
pub(super) fn key(text: &str) -> String {
    let is_bare =
        !text.is_empty() && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_');
    if is_bare { text.to_owned() } else { quoted(text) }
}

/// A string of TOML.
pub(super) fn quoted(text: &str) -> String {
    // JSON's strings are TOML's, but for one character, which JSON lets stand.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
