//! Words and tables for people.

use twinpool_core::held_back::Reason;
use twinpool_core::id::Timestamp;
use twinpool_core::link::{Left, Link, LinkState};
pub(crate) use twinpool_core::words::thousands;

/// What a terminal shows in one line.
pub(crate) const WIDTH: usize = 80;

/// A moment.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    humantime::format_rfc3339_millis(time(at)).to_string()
}

/// A moment, for people: to the minute, and Z, because at night a day makes a difference.
pub(crate) fn minute(at: Timestamp) -> String {
    let text = humantime::format_rfc3339_seconds(time(at)).to_string();
    text.get(..16).map_or(text.clone(), |text| text.replace('T', " ") + "Z")
}

fn time(at: Timestamp) -> std::time::SystemTime {
    // What has no year of four digits was never a time, and cannot be written down.
    const LAST: u64 = 253_402_300_799_999;
    std::time::UNIX_EPOCH + std::time::Duration::from_millis(at.0.min(LAST))
}

/// How far a link has come, in one word.
pub(crate) fn state(link: &Link) -> &'static str {
    match link.state {
        LinkState::Pending { .. } => "pending",
        LinkState::Linked(_) => "linked",
        LinkState::Conflict { .. } => "conflict",
        LinkState::Tombstone { .. } => "tombstone",
        LinkState::Merged { .. } => "merged",
    }
}

/// How far a link has come, in a sentence.
pub(crate) fn state_in_words(link: &Link) -> String {
    match &link.state {
        LinkState::Pending { .. } => "pending: a user of the new pool is being made".to_owned(),
        LinkState::Linked(_) => "linked: the user is in both pools".to_owned(),
        LinkState::Conflict { reason: Reason::LeftOut, .. } => Reason::LeftOut.remedy().to_owned(),
        LinkState::Conflict { reason, .. } => format!("conflict: {}", reason.remedy()),
        LinkState::Tombstone { by, left, .. } => {
            let other = by.other();
            let left = match left {
                Left::Nobody => format!("there was nobody in the {other}"),
                Left::Kept => format!("the user of the {other} was kept"),
                Left::Disabled => format!("the user of the {other} was disabled"),
                Left::Deleted => format!("the user of the {other} was deleted"),
            };
            format!("tombstone: deleted from the {by}; {left}")
        }
        LinkState::Merged { into, .. } => format!("merged: one person with {into}"),
    }
}

/// Columns as wide as what stands in them.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head = head.iter().map(|text| (*text).to_owned()).collect();
    let lines: Vec<&Vec<String>> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let mut out = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// A name and what is to be said of it, in lines that fit a terminal.
pub(crate) fn field(name: &str, text: &str) -> String {
    beside(12, name, text)
}

/// The same, with so much room for the name. A longer one gets a line of its own.
pub(crate) fn beside(room: usize, name: &str, text: &str) -> String {
    let indent = format!("\n{:room$} ", "");
    let first = if name.chars().count() > room { indent.as_str() } else { " " };
    let lines = wrap(text, WIDTH.saturating_sub(room + 1));
    format!("{name:<room$}{first}{}\n", lines.join(&indent))
}

/// Sentences, in lines that fit a terminal. What begins with a blank or has columns stays as it is.
pub(crate) fn prose(text: &str) -> String {
    let stays = |line: &str| line.starts_with(' ') || line.contains("  ");
    let lines =
        text.lines().flat_map(|line| if stays(line) { vec![line.to_owned()] } else { wrap(line, WIDTH) });
    lines.map(|line| line + "\n").collect()
}

/// In lines of this width. A command to copy is not broken: a shell would run its first half.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces(text) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + piece.chars().count() <= width => {
                line.push(' ');
                line.push_str(piece);
            }
            _ => lines.push(piece.to_owned()),
        }
    }
    lines
}

/// Words, and a command of AWS's at the end as one.
fn pieces(text: &str) -> Vec<&str> {
    let begins = |at: &usize| {
        let before = text.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with(": ") || before.ends_with("→ ")
    };
    let command = text.match_indices("aws ").map(|(at, _)| at).find(begins);
    match command.map(|at| text.split_at(at)) {
        None => words(text),
        Some(("", command)) => vec![command],
        Some((before, command)) => words(before.trim_end()).into_iter().chain([command]).collect(),
    }
}

/// What stands between backticks is one.
fn words(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let is_end = |letter: char| {
        is_quoted ^= letter == '`';
        letter == ' ' && !is_quoted
    };
    text.split(is_end).collect()
}

/// `1 user`, `2 users`.
pub(crate) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_was_damaged_is_shown_and_breaks_nothing() {
        assert_eq!(minute(Timestamp(u64::MAX)), "9999-12-31 23:59Z");
        assert_eq!(rfc3339(Timestamp(0)), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_field_never_runs_over_the_edge() {
        let text = field("held back", &"word ".repeat(40));
        assert!(text.lines().count() > 2 && text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    }

    #[test]
    fn a_command_to_copy_is_never_broken() {
        let command = format!("aws cognito-idp add-custom-attributes {}", "--custom-attributes ".repeat(5));
        let text = field("marker", &format!("the new pool lacks it: {command}"));
        assert!(text.contains(&format!("lacks it:\n             {command}")), "{text}");
        let text = field("", &command);
        assert!(text.contains(&command), "{text}");
        for before in 0..WIDTH {
            let text = prose(&format!("{} `twinpool detach --pool new`, then deploy", "x".repeat(before)));
            assert!(text.contains("`twinpool detach --pool new`,"), "{text}");
        }
    }

    #[test]
    fn a_question_is_wrapped_and_what_stands_in_columns_is_not() {
        let columns = format!("old-1  {}", "merge into old-2 ".repeat(6));
        let told = prose(&format!("{}\n{columns}\n", "word ".repeat(40).trim_end()));
        assert!(told.lines().take(3).all(|line| line.chars().count() <= WIDTH), "{told}");
        assert!(told.ends_with(&format!("\n{columns}\n")), "{told}");
    }

    #[test]
    fn who_is_left_out_has_no_conflict() {
        let reason = Reason::LeftOut;
        let link = crate::samples::in_state(
            "old-1",
            LinkState::Conflict { reason, since: crate::samples::AT, holder: None },
        );
        assert!(state_in_words(&link).starts_with("left out: "));
    }

    #[test]
    fn a_moment_in_a_list() {
        assert_eq!(minute(Timestamp(1_795_219_200_123)), "2026-11-21 00:00Z");
    }
}
