//! What becomes of each attribute, for people at 80 columns and for programs.

use serde_json::json;
use twinpool_core::id::AttributeName;
use twinpool_core::snapshot::Snapshot;
use twinpool_rules::{Example, Row, Rules, SignInPolicy, Verdict};

use super::sign_in;
use crate::Exit;
use crate::show::{WIDTH, wrap};

const INDENT: usize = 4;
const GAP: usize = 2;
const HEAD: [&str; 5] = ["OLD POOL", "NEW POOL", "WHAT BECOMES OF IT", "EXAMPLE", "VERDICT"];

/// One row, with an example.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) row: Row,
    example: Option<Example>,
}

impl Line {
    /// The example is of the first of these users who has one.
    pub(super) fn of(row: Row, rules: &Rules, users: &[Snapshot]) -> Self {
        let example = row.source.as_ref().and_then(|source| {
            let example = users.iter().find_map(|user| rules.example(source, user))?;
            // The attribute that twinpool itself writes is not copied.
            let after = example.after.filter(|_| row.target.is_some());
            Some(Example { after, ..example })
        });
        Self { row, example }
    }

    /// A line for each cell; an example that changes has two.
    fn cells(&self) -> [Vec<String>; 5] {
        let name = |name: &Option<AttributeName>| name.as_ref().map_or("-".to_owned(), ToString::to_string);
        [
            vec![name(&self.row.source)],
            vec![name(&self.row.target)],
            vec![self.row.action.clone()],
            self.example.as_ref().map_or(Vec::new(), shown),
            vec![word(&self.row.verdict).to_owned()],
        ]
    }

    fn json(&self) -> serde_json::Value {
        let name = |name: &Option<AttributeName>| name.as_ref().map(ToString::to_string);
        json!({
            "source": name(&self.row.source),
            "target": name(&self.row.target),
            "action": self.row.action,
            "example": self.example.as_ref().map(|example| json!({ "before": example.before, "after": example.after })),
            "verdict": word(&self.row.verdict),
            "why": self.sentence(),
        })
    }

    fn sentence(&self) -> Option<&str> {
        match &self.row.verdict {
            Verdict::Fine => None,
            Verdict::Warning(sentence) | Verdict::Refused(sentence) => Some(sentence),
        }
    }
}

fn shown(example: &Example) -> Vec<String> {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let (before, after) = (side(&example.before), side(&example.after));
    if before == after { vec![before] } else { vec![before, format!("> {after}")] }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Fine => "fine",
        Verdict::Warning(_) => "warning",
        Verdict::Refused(_) => "refused",
    }
}

/// All that was found.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) lines: Vec<Line>,
    /// Of the pools themselves.
    pub(super) pools: Vec<Verdict>,
    pub(super) sign_in: SignInPolicy,
}

impl Sheet {
    fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.lines.iter().map(|line| &line.row.verdict).chain(&self.pools)
    }

    pub(super) fn exit(&self) -> Exit {
        if self.verdicts().any(|verdict| matches!(verdict, Verdict::Refused(_))) {
            Exit::Blocked
        } else if self.verdicts().any(|verdict| matches!(verdict, Verdict::Warning(_))) {
            Exit::Warned
        } else {
            Exit::Done
        }
    }

    pub(super) fn to_text(&self) -> String {
        let mut out = to_text(&self.lines);
        out.push('\n');
        for part in wrap(&sign_in::words(&self.sign_in), WIDTH - INDENT) {
            out += &format!("{part}\n");
        }
        for one in &self.pools {
            let (first, rest) = (format!("{}: {one}", word(one)), " ".repeat(INDENT));
            for (number, part) in wrap(&first, WIDTH - INDENT).iter().enumerate() {
                out += &format!("{}{part}\n", if number == 0 { "" } else { &rest });
            }
        }
        out += &format!("{}\n", self.sum());
        out
    }

    fn sum(&self) -> String {
        let count = |wanted: &str| self.verdicts().filter(|verdict| word(verdict) == wanted).count();
        let (refused, warnings) = (count("refused"), count("warning"));
        let sum = match (refused, warnings) {
            (0, 0) => "attributes: nothing stands in the way".to_owned(),
            (0, 1) => "it works, with a warning".to_owned(),
            (0, warnings) => format!("it works, with {warnings} warnings"),
            (refused, 0) => format!("{refused} refused: the mirror would not start"),
            (refused, warnings) => {
                format!("{refused} refused: the mirror would not start; warnings: {warnings}")
            }
        };
        format!("{sum};\ngroups, providers and who may sign up are not looked at")
    }

    pub(super) fn to_json(&self) -> String {
        let pool = |verdict: &Verdict| json!({ "verdict": word(verdict), "why": verdict.to_string() });
        let all = json!({
            "refused": self.exit() == Exit::Blocked,
            "attributes": self.lines.iter().map(Line::json).collect::<Vec<_>>(),
            "pools": self.pools.iter().map(pool).collect::<Vec<_>>(),
            "sign_in": sign_in::json(&self.sign_in),
        });
        format!("{all:#}\n")
    }
}

fn to_text(lines: &[Line]) -> String {
    let rows: Vec<_> = lines.iter().map(Line::cells).collect();
    let wide = |column: usize| {
        let cells = rows.iter().flat_map(|row| &row[column]).map(|cell| cell.chars().count());
        cells.chain([HEAD[column].len()]).max().unwrap_or_default()
    };
    // What a rule does can be a long sentence: of these columns it is the one that gives way.
    let fixed = wide(0) + wide(1) + wide(3) + wide(4) + 4 * GAP;
    let action = wide(2).min(WIDTH.saturating_sub(fixed).max(HEAD[2].len()));
    let widths = [wide(0), wide(1), action, wide(3), wide(4)];
    let mut out = String::new();
    push(&mut out, &HEAD.map(|head| vec![head.to_owned()]), widths);
    for (line, mut cells) in lines.iter().zip(rows) {
        cells[2] = wrap(&line.row.action, action);
        push(&mut out, &cells, widths);
        for part in line.sentence().map(|sentence| wrap(sentence, WIDTH - INDENT)).unwrap_or_default() {
            out += &format!("{:INDENT$}{part}\n", "");
        }
    }
    out
}

/// One row of cells, over as many lines as the longest of them has.
fn push(out: &mut String, cells: &[Vec<String>; 5], widths: [usize; 5]) {
    let lines = cells.iter().map(Vec::len).max().unwrap_or_default();
    for number in 0..lines {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let cell = cell.get(number).map_or("", String::as_str);
            line += &format!("{cell:<width$}{:GAP$}", "");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::id::{Sub, Timestamp, Username};
    use twinpool_core::snapshot::{Mfa, Status};
    use twinpool_core::value::Value;
    use twinpool_testkit::world::{MARKER, attribute, email_pool};

    use super::*;

    const RULES: &str = r#"
[attributes]
email = { fold_case = true }
nickname = { drop = true }
"custom:company" = { map = { "1" = "acme" }, prefix = "t-", rename = "custom:tenant" }
"custom:age" = { rename = "custom:years" }
"#;

    fn sheet() -> Sheet {
        let mut old = email_pool("eu-west-1_Old");
        for name in ["email", "nickname", "custom:company", "custom:age", "custom:long"] {
            old.attributes.insert(attribute(name), twinpool_core::pool::AttributeSchema::TEXT);
        }
        let new = email_pool("eu-west-1_New");
        let attributes = [("email", "Jane@example.com"), ("nickname", "jane"), ("custom:company", "1")];
        let user = Snapshot {
            sub: Sub::parse("s").unwrap(),
            username: Username::parse("jane").unwrap(),
            status: Status::Confirmed,
            enabled: true,
            attributes: attributes.map(|(name, value)| (attribute(name), Value::new(value))).into(),
            groups: [].into(),
            identities: [].into(),
            mfa: Mfa::default(),
            factors: [].into(),
            created_at: Timestamp(0),
            modified_at: Timestamp(0),
        };
        let rules = Rules::parse(RULES).unwrap();
        let rows = rules.check(&old, &new, &attribute(MARKER));
        let lines = rows.into_iter().map(|row| Line::of(row, &rules, std::slice::from_ref(&user))).collect();
        let pools =
            vec![Verdict::Warning("a long story of upper and lower case; ".repeat(4).trim_end().to_owned())];
        Sheet { lines, pools, sign_in: rules.sign_in().clone() }
    }

    #[test]
    fn a_table_for_people() {
        let text = sheet().to_text();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(!text.contains("Jane@") && !text.contains("jane"), "{text}");
        insta::assert_snapshot!(text, @r"
        OLD POOL         NEW POOL       WHAT BECOMES OF IT      EXAMPLE          VERDICT
        custom:age       custom:years   renamed                                  refused
            the new pool has no such attribute: add custom:years with
            add-custom-attributes
        custom:born      custom:born    as it is                                 warning
            the new pool lets it be written at creation only: later changes are held
            back
        custom:company   custom:tenant  mapped, prefixed,       •••              refused
                                        renamed                 > t•••
            custom:tenant of the old pool is written to custom:tenant too: drop one of
            the two, or rename it
        custom:long      custom:long    as it is                                 warning
            the new pool has no such attribute: add custom:long with
            add-custom-attributes
        custom:tenant    custom:tenant  as it is                                 refused
            custom:company of the old pool is written to custom:tenant too: drop one of
            the two, or rename it
        custom:twinpool  -              left out: twinpool                       fine
                                        writes its own
        email            email          in lower case           J•••@e•••.com    fine
                                                                > j•••@e•••.com
        nickname         -              dropped                 j•••             fine
                                                                > -

        way to sign in: password
        warning: a long story of upper and lower case; a long story of upper and
            lower case; a long story of upper and lower case; a long story of upper and
            lower case;
        3 refused: the mirror would not start; warnings: 3;
        groups, providers and who may sign up are not looked at
        ");
    }

    #[test]
    fn an_object_for_programs() {
        let all: serde_json::Value = serde_json::from_str(&sheet().to_json()).unwrap();
        assert_eq!(all["refused"], true);
        let row = all["attributes"].as_array().unwrap().iter().find(|row| row["source"] == "email").unwrap();
        assert_eq!((row["verdict"].as_str(), row["why"].as_str()), (Some("fine"), None));
        assert!(row["example"]["after"].as_str().is_some_and(|after| after.contains('•')));
    }
}
