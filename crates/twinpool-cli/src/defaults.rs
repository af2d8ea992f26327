//! What nobody said on the command line: from the environment, else from `twinpool.toml`, else from the outputs of the stack.
//!
//! Every option with a variable of the environment gets it, and no command has to know. The stack is asked only for what a
//! command cannot do without.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory as _, FromArgMatches as _};
use twinpool_aws::settings::Environment;
use twinpool_rules::Site;

use crate::Cli;
use crate::examples::taught;
use crate::failure::Misuse;

pub(crate) mod file;
pub(crate) mod known;
pub(crate) mod place;
pub(crate) mod stack;

use file::File;
use known::Values;

/// A command line that was understood.
#[derive(Debug)]
pub struct Asked {
    /// What is to be done.
    pub cli: Cli,
    /// What a person should know before.
    pub notes: Vec<String>,
}

/// Why a command line cannot be used.
#[derive(Debug)]
pub enum Complaint {
    /// The words, and perhaps what helps.
    Words(clap::Error, Option<String>),
    /// What the command would go by.
    Problem(anyhow::Error),
}

/// Reads the command line.
///
/// # Errors
/// When something is missing, or makes no sense.
pub async fn read(words: Vec<OsString>) -> Result<Asked, Complaint> {
    let file = File::of(Cli::command(), &words);
    let mut notes = place::take(&file.site.old_pool, &Environment);
    let values = known::of_file(&file.site);
    let cli = match (parse(&values, &words), file.problem) {
        (Err(problem), _) if problem.kind() != ErrorKind::MissingRequiredArgument => {
            return Err(Complaint::Words(problem, None));
        }
        (Ok(cli), Some(_)) if cli.tells_of_a_broken_file() => cli,
        (Ok(cli), Some(problem)) if cli.goes_on_beside_a_broken_file() => {
            notes.push(format!(
                "{problem} (nothing of the file counts: this goes by the command line and the environment)"
            ));
            cli
        }
        (_, Some(problem)) => return Err(Complaint::Problem(Misuse(problem).into())),
        (Err(problem), None) => complete(&file.site, values, &words, problem).await?,
        (Ok(cli), None) => cli,
    };
    Ok(Asked { cli, notes })
}

/// Asks the stack, if it may know all that is missing.
async fn complete(
    site: &Site,
    mut values: Values,
    words: &[OsString],
    problem: clap::Error,
) -> Result<Cli, Complaint> {
    let missing = Missing::of(&problem);
    if !missing.can_be_asked_for() {
        return Err(Complaint::Words(problem, missing.sentence(None)));
    }
    let (problem, why) = match stack::ask(site).await {
        Ok(outputs) => {
            // What the file says counts more. What a command could do without is known now too.
            for (variable, value) in known::of_stack(&outputs) {
                values.entry(variable).or_insert(value);
            }
            match parse(&values, words) {
                Ok(cli) => return Ok(cli),
                Err(problem) => {
                    let why = Missing::of(&problem).why_not_told();
                    (problem, why.to_owned())
                }
            }
        }
        Err(why) => (problem, why),
    };
    let said = Missing::of(&problem).sentence(Some(&why));
    Err(Complaint::Words(problem, said))
}

fn parse(values: &Values, words: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = dressed(taught(Cli::command()), values);
    let matches = command.try_get_matches_from_mut(words)?;
    let cli = Cli::from_arg_matches(&matches).map_err(|problem| problem.format(&mut command))?;
    let lacking = cli.lacking();
    if lacking.is_empty() { Ok(cli) } else { Err(without(&command, &lacking)) }
}

/// Whether the words make sense, where all that can be asked for is known.
#[cfg(test)]
pub(crate) fn is_understood(words: Vec<String>) -> Result<(), String> {
    let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    match parse(&Values::default(), &words) {
        Err(problem) if Missing::of(&problem).is_all => Ok(()),
        Err(problem) => Err(problem.to_string()),
        Ok(_) => Ok(()),
    }
}

/// As clap itself says it of options that are always required.
fn without(command: &Command, lacking: &[&str]) -> clap::Error {
    let mut problem = clap::Error::new(ErrorKind::MissingRequiredArgument).with_cmd(command);
    let lacking = lacking.iter().map(|option| (*option).to_owned()).collect();
    problem.insert(ContextKind::InvalidArg, ContextValue::Strings(lacking));
    problem
}

/// Gives every option that has a variable of the environment its value, of this command and all below.
fn dressed(command: Command, values: &Values) -> Command {
    let value = |arg: &Arg| values.get(arg.get_env()?.to_str()?).cloned();
    let command = command.mut_args(|arg| match value(&arg) {
        // Help shows which variables there are, and never what they hold.
        None => arg.hide_env_values(true),
        Some(value) => {
            arg.hide_env_values(true).required(false).default_value(value).hide_default_value(true)
        }
    });
    command.mut_subcommands(|command| dressed(command, values))
}

/// What a command cannot do without.
struct Missing {
    /// Options and their variables.
    options: BTreeMap<String, String>,
    /// Whether that is all.
    is_all: bool,
}

impl Missing {
    fn of(problem: &clap::Error) -> Self {
        let named = match problem.get(ContextKind::InvalidArg) {
            Some(ContextValue::Strings(named)) => named.as_slice(),
            _ => &[],
        };
        let mut variables = BTreeMap::new();
        gather(&Cli::command(), &mut variables);
        let option = |usage: &String| {
            let option = usage.split([' ', '=']).next()?;
            Some((option.to_owned(), variables.get(option)?.clone()))
        };
        let options: BTreeMap<_, _> = named.iter().filter_map(option).collect();
        Self { is_all: !options.is_empty() && options.len() == named.len(), options }
    }

    /// Why a stack that was asked does not tell it.
    fn why_not_told(&self) -> &'static str {
        if self.options.values().any(|variable| variable == "TWINPOOL_SIGN_IN_ARN") {
            return "the stack has no sign-in function: it serves a new pool in the account and Region of the stack alone, and a \
                    stack that an earlier twinpool deployed has none";
        }
        "the outputs of the stack do not tell it"
    }

    fn can_be_asked_for(&self) -> bool {
        self.is_all && self.options.values().all(|variable| known::is_output(variable))
    }

    /// Where it can stand. `why`: why the stack has not told it.
    fn sentence(&self, why: Option<&str>) -> Option<String> {
        if self.options.is_empty() {
            return None;
        }
        let options: Vec<_> = self.options.keys().map(String::as_str).collect();
        let variables: Vec<_> = self.options.values().map(String::as_str).collect();
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        Some(format!(
            "What is missing can stand in three places: on the command line ({}), in the environment ({}), or in \
             twinpool.toml, which `twinpool init` writes, and in the outputs of the stack that it names{why}.",
            options.join(", "),
            variables.join(", ")
        ))
    }
}

/// Every option that has a variable of the environment.
fn gather(command: &Command, variables: &mut BTreeMap<String, String>) {
    let named = |arg: &Arg| {
        let variable = arg.get_env()?.to_str()?.to_owned();
        Some((format!("--{}", arg.get_long()?), variable))
    };
    variables.extend(command.get_arguments().filter_map(named));
    command.get_subcommands().for_each(|command| gather(command, variables));
}

#[cfg(test)]
mod tests;
