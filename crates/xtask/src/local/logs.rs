//! What functions have logged.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::Stack;
use crate::wire::Aws;

/// Lines of one answer, which may be of a few kilobytes each.
const PAGE: usize = 1_000;

impl Stack {
    /// Everything that a function has logged: `capture`, `mirror` or `audit-trail`.
    ///
    /// # Errors
    /// When the local AWS does not answer.
    pub fn log(&self, function: &str) -> Result<String> {
        Ok(self.log_lines(function, "")?.join("\n"))
    }

    /// All lines that a function has logged and that hold this word.
    pub(crate) fn log_lines(&self, function: &str, word: &str) -> Result<Vec<String>> {
        lines(&self.aws(), &format!("/twinpool/{}/{function}", self.deployed_as()), word, PAGE)
    }
}

/// MiniStack has no token for a further page: the next one begins with the last millisecond of this one.
fn lines(aws: &Aws, group: &str, word: &str, page: usize) -> Result<Vec<String>> {
    let mut wanted = json!({ "logGroupName": group, "limit": page });
    if !word.is_empty() {
        wanted["filterPattern"] = format!("\"{word}\"").into();
    }
    let (mut lines, mut from, mut known) = (Vec::new(), 0, 0);
    loop {
        wanted["startTime"] = from.into();
        let answer = aws.logs("FilterLogEvents", &wanted)?;
        let events = answer["events"].as_array().with_context(|| format!("no lines of {group}"))?;
        let texts = events.iter().skip(known).filter_map(|event| event["message"].as_str());
        lines.extend(texts.map(str::to_owned));
        if events.len() < page {
            return Ok(lines);
        }
        let at = |event: &Value| event["timestamp"].as_u64().unwrap_or_default();
        let last = events.last().map(at).unwrap_or_default();
        ensure!(last > from, "{group}: {page} lines of one millisecond");
        known = events.iter().filter(|event| at(event) == last).count();
        from = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::{answer, serve};

    fn page(events: &[(u64, &str)]) -> String {
        let events: Vec<_> =
            events.iter().map(|(at, text)| json!({ "timestamp": at, "message": text })).collect();
        let body = json!({ "events": events }).to_string();
        answer("200 OK", body.len(), &body)
    }

    #[test]
    fn what_is_beyond_the_first_page_is_read_too() {
        let pages = [&[(7, "a"), (8, "b"), (8, "c")][..], &[(8, "b"), (8, "c"), (9, "d")], &[(9, "d")]];
        let (aws, server) = serve(pages.map(page).to_vec());
        assert_eq!(lines(&aws, "group", "word", 3).unwrap(), ["a", "b", "c", "d"]);
        let asked = server.join().unwrap();
        assert_eq!(asked.iter().map(|one| &one["startTime"]).collect::<Vec<_>>(), [0, 8, 9]);
        assert!(asked.iter().all(|one| one["filterPattern"] == "\"word\""), "{asked:?}");
    }

    #[test]
    fn more_lines_of_one_millisecond_than_a_page_holds_are_no_whole_log() {
        let (aws, server) = serve(vec![page(&[(8, "a"), (8, "b")]); 2]);
        let told = lines(&aws, "group", "", 2).unwrap_err().to_string();
        assert!(told.contains("2 lines of one millisecond"), "{told}");
        assert_eq!(server.join().unwrap().len(), 2);
    }
}
