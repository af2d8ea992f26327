//! Another command, as if it was typed beside this one: with the options that this one was given, and through the same reading.

use std::ffi::OsString;

use anyhow::anyhow;
use clap::{Command, CommandFactory as _};

use crate::{Asked, Cli, Complaint, Outcome, read, run};

/// What this command was given: names of options, without dashes, and their values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Again(Vec<(&'static str, String)>);

impl Again {
    /// With these options. A command that does not know one goes without.
    pub(crate) fn with(given: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Self {
        Self(given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
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
        let given = Again::with([
            ("table", Some("Links".to_owned())),
            ("dlq-url", Some("http://dlq".to_owned())),
            ("rules", None),
        ]);
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
        assert_eq!(rollback, "twinpool rollback --why=--table=other --table=Links --dlq-url=http://dlq");
        assert_eq!(
            line(&["conflicts", "resolve", "old-1"]),
            "twinpool conflicts resolve old-1 --table=Links"
        );
        assert_eq!(line(&["where"]), "twinpool where");
    }
}
