//! `twinpool where`: which values the commands use that nobody says, and from where.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use twinpool_aws::client::Patience;
use twinpool_aws::settings::{Environment, Source as _};

use crate::defaults::file::File;
use crate::defaults::known::{self, Known, Values};
use crate::defaults::{place, stack};
use crate::digest_key::{self, From};
use crate::{Exit, Outcome, show};

/// How to tell it.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file to go by [default: twinpool.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
}

/// One value.
struct Line {
    name: &'static str,
    value: Option<String>,
    from: String,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let file = File::at(arguments.rules.clone());
    let outputs = stack::ask(&file.site).await;
    let told = outputs.as_ref().map(known::of_stack).unwrap_or_default();
    let sources = Sources {
        file: known::of_file(&file.site),
        path: file.path.unwrap_or_default().display().to_string(),
        told,
        stack: stack::name(&file.site),
    };
    let mut lines: Vec<_> = known::ALL.iter().map(|known| sources.line(known)).collect();
    lines.push(key());
    let region = place::config(Patience::MIRROR).await.region().map(ToString::to_string);
    let exit = if outputs.is_ok() { Exit::Done } else { Exit::Warned };
    let problem = outputs.err();
    if arguments.json {
        let values: BTreeMap<_, _> =
            lines.iter().map(|line| (line.name, json!({ "value": line.value, "from": line.from }))).collect();
        let all = json!({ "values": values, "region": region, "problem": problem });
        return Ok((format!("{all:#}\n"), exit));
    }
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| vec![line.name.to_owned(), line.value.unwrap_or_else(|| "-".to_owned()), line.from])
        .collect();
    let mut out = show::table(&["variable", "value", "from"], &rows);
    out += &format!("\nAWS is called in {}.\n", region.as_deref().unwrap_or("no Region: none is known"));
    if let Some(problem) = problem {
        out += &format!("{problem}.\n");
    }
    Ok((out, exit))
}

/// All that can be told of values.
struct Sources {
    file: Values,
    path: String,
    told: Values,
    stack: String,
}

impl Sources {
    fn line(&self, known: &Known) -> Line {
        let said = Environment.get(known.variable).map(|value| (value, "the environment".to_owned()));
        let written = || {
            let value = self.file.get(known.variable)?.clone();
            Some((value, format!("{}, {}", self.path, known.key?)))
        };
        let told = || {
            let value = self.told.get(known.variable)?.clone();
            Some((value, format!("the stack {}, {}", self.stack, known.output?)))
        };
        let usual = || {
            let name = match known.variable {
                "TWINPOOL_STACK" => self.stack.clone(),
                "TWINPOOL_MARKER_ATTRIBUTE" => "custom:twinpool".to_owned(),
                _ => return None,
            };
            Some((name, "usual name".to_owned()))
        };
        match said.or_else(written).or_else(told).or_else(usual) {
            Some((value, from)) => {
                let value = if known.secret { "(not shown)".to_owned() } else { value };
                Line { name: known.variable, value: Some(value), from }
            }
            None => Line { name: known.variable, value: None, from: "nowhere".to_owned() },
        }
    }
}

fn key() -> Line {
    let (is_there, from) = match digest_key::from() {
        From::Environment => (true, "the environment"),
        From::File => (true, digest_key::FILE),
        From::Nowhere => (false, "nowhere"),
    };
    let value = is_there.then(|| "(not shown)".to_owned());
    Line { name: digest_key::VARIABLE, value, from: from.to_owned() }
}
