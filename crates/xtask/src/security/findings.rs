//! What checkov finds in the templates, held against what is accepted. Pure.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// A check that a resource does not pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Such as `CKV_AWS_119`.
    pub check: String,
    /// As the template calls it.
    pub resource: String,
    /// What the check asks for.
    pub asks: String,
}

/// What checkov reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many checks pass.
    pub passed: u64,
    /// Those that do not.
    pub found: BTreeSet<Finding>,
}

/// A check that is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// Such as `CKV_AWS_119`.
    pub check: &'static str,
    /// Which resources do not follow it; none stands for any.
    pub resources: &'static [&'static str],
    /// Why not, for people.
    pub why: &'static str,
}

impl Accepted {
    fn covers(&self, finding: &Finding) -> bool {
        let here = self.resources.is_empty() || self.resources.contains(&finding.resource.as_str());
        self.check == finding.check && here
    }
}

/// Reads the report.
///
/// # Errors
/// When it is no report, or a template could not be read.
pub fn read(json: &[u8]) -> Result<Report> {
    let report: Value = serde_json::from_slice(json).context("checkov printed no report")?;
    let number = |name: &str| report["summary"][name].as_u64();
    anyhow::ensure!(number("parsing_errors") == Some(0), "checkov could not read the templates");
    let failed = report["results"]["failed_checks"].as_array().context("the report has no failed_checks")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = failed.iter().map(|one| Finding {
        check: text(&one["check_id"]),
        resource: text(&one["resource"]).rsplit('.').next().unwrap_or_default().to_owned(),
        asks: text(&one["check_name"]),
    });
    Ok(Report { passed: number("passed").unwrap_or_default(), found: found.collect() })
}

/// What is found and not accepted, and what is accepted and not found any more, one sentence each.
#[must_use]
pub fn judge(report: &Report, accepted: &[Accepted]) -> Vec<String> {
    let new = report.found.iter().filter(|finding| !accepted.iter().any(|one| one.covers(finding)));
    let new = new.map(|Finding { check, resource, asks }| format!("{check} at {resource}: {asks}"));
    let is_found = |check: &str, resource: Option<&str>| {
        report.found.iter().any(|one| one.check == check && resource.is_none_or(|it| it == one.resource))
    };
    let stale = accepted.iter().flat_map(|one| {
        let nowhere = one.resources.is_empty() && !is_found(one.check, None);
        let gone = one.resources.iter().filter(|it| !is_found(one.check, Some(it)));
        let gone = gone.map(|it| format!("{} is accepted at {it}, and not found there", one.check));
        gone.chain(nowhere.then(|| format!("{} is accepted, and not found", one.check))).collect::<Vec<_>>()
    });
    new.chain(stale).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(found: &[(&str, &str)]) -> Report {
        let failed: Vec<_> = found
            .iter()
            .map(|(check, name)| {
                json!({ "check_id": check, "check_name": "do it", "resource": format!("AWS::A::B.{name}") })
            })
            .collect();
        let json = json!({ "summary": { "passed": 7, "parsing_errors": 0 }, "results": { "failed_checks": failed } });
        read(json.to_string().as_bytes()).unwrap()
    }

    const TABLE: Accepted = Accepted { check: "C1", resources: &["Table"], why: "" };
    const ALL_LOGS: Accepted = Accepted { check: "C2", resources: &[], why: "" };

    #[test]
    fn what_is_accepted_is_no_problem_and_everything_else_is_told_at_once() {
        let found = report(&[("C1", "Table"), ("C2", "A"), ("C2", "B")]);
        assert_eq!(found.passed, 7);
        assert_eq!(judge(&found, &[TABLE, ALL_LOGS]), [""; 0]);
        let problems = judge(&report(&[("C1", "Table"), ("C1", "Other"), ("C3", "A")]), &[TABLE]);
        assert_eq!(problems, ["C1 at Other: do it", "C3 at A: do it"]);
    }

    #[test]
    fn what_is_accepted_and_not_found_any_more_is_told() {
        let problems = judge(&report(&[("C1", "Other")]), &[TABLE, ALL_LOGS]);
        let expected = [
            "C1 at Other: do it",
            "C1 is accepted at Table, and not found there",
            "C2 is accepted, and not found",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn a_report_that_is_none_or_of_templates_that_cannot_be_read_is_an_error() {
        let broken =
            json!({ "summary": { "passed": 0, "parsing_errors": 1 }, "results": { "failed_checks": [] } });
        for text in ["", "[]", "{}", &broken.to_string()] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
