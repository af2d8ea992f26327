//! Another command, as if it was typed beside this one: with the options that this one was given, and through the same reading.

use std::ffi::OsString;

use anyhow::anyhow;
use clap::{Command, CommandFactory as _};

use crate::{Asked, Cli, Complaint, Outcome, read, run};

/// What this command was given: names of options, without dashes, and their values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Again(Vec<(&'static str, String)>);

impl Again {
    /// With what of these was typed: what was not, the other command finds as it always does, in the environment, the file or the
    /// stack.
    pub(crate) fn typed(names: &[&'static str]) -> Self {
        let line = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        Self::of(names, &line.collect::<Vec<_>>())
    }

    fn of(names: &[&'static str], line: &[String]) -> Self {
        let value = |name: &'static str| {
            let option = format!("--{name}");
            let at =
                line.iter().position(|word| *word == option || word.starts_with(&format!("{option}=")))?;
            match line.get(at)?.split_once('=') {
                Some((_, value)) => Some((name, value.to_owned())),
                None => Some((name, line.get(at + 1)?.clone())),
            }
        };
        Self(names.iter().filter_map(|name| value(name)).collect())
    }

    /// Reads the words that stand behind `twinpool`.
    pub(crate) async fn read(&self, words: &[String]) -> anyhow::Result<Cli> {
        match Box::pin(read(self.line(words))).await {
            Ok(Asked { cli, .. }) => Ok(cli),
            Err(Complaint::Words(problem, help)) => {
                let help = help.map(|help| format!("\n{help}")).unwrap_or_default();
                Err(anyhow!("{}{help}", problem.to_string().trim_end()))
            }
            Err(Complaint::Problem(problem)) => Err(problem),
        }
    }

    /// Does it, and gives what it would print.
    pub(crate) async fn run(&self, words: &[String]) -> Outcome {
        let cli = self.read(words).await?;
        Box::pin(run(cli)).await
    }

    fn line(&self, words: &[String]) -> Vec<OsString> {
        let command = Cli::command();
        let command = named(&command, words);
        let knows = |name: &str| command.get_arguments().any(|argument| argument.get_long() == Some(name));
        let options = self.0.iter().filter(|(name, _)| knows(name));
        let options = options.map(|(name, value)| format!("--{name}={value}"));
        let all = std::iter::once("twinpool".to_owned()).chain(words.iter().cloned()).chain(options);
        all.map(OsString::from).collect()
    }
}

/// The command that the first words name.
fn named<'a>(command: &'a Command, words: &[String]) -> &'a Command {
    let below = words.first().and_then(|word| command.find_subcommand(word));
    below.map_or(command, |below| named(below, words.get(1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gets_the_options_that_it_knows() {
        let typed =
            ["twinpool", "serve", "--ui", "--table", "Links", "--dlq-url=http://dlq?a=b", "--listen", "x"];
        let given = Again::of(&["table", "dlq-url", "rules"], &typed.map(str::to_owned));
        let line = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            given
                .line(&words)
                .into_iter()
                .map(|word| word.into_string().unwrap())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let rollback = line(&["rollback", "--why=--table=other"]);
        assert_eq!(rollback, "twinpool rollback --why=--table=other --table=Links --dlq-url=http://dlq?a=b");
        assert_eq!(
            line(&["conflicts", "resolve", "old-1"]),
            "twinpool conflicts resolve old-1 --table=Links"
        );
        assert_eq!(line(&["where"]), "twinpool where");
    }
}
