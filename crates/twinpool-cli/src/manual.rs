//! `twinpool completions` and `twinpool man`: what shells and `man` know of the command, from the command itself.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::examples::taught;
use crate::{Cli, Exit, Outcome};

/// For which shell.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell; the script goes to standard output.
    shell: Shell,
}

/// Into which folder.
#[derive(Debug, Args)]
pub(crate) struct Pages {
    /// The folder, which is made if it is not there.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(crate) fn completions(arguments: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut taught(Cli::command()), "twinpool", &mut script);
    Ok((String::from_utf8(script).context("the script is no text")?, Exit::Done))
}

pub(crate) fn pages(arguments: &Pages) -> Outcome {
    let folder = &arguments.folder;
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut command = taught(Cli::command()).disable_help_subcommand(true);
    command.build();
    let number = written(&command, "twinpool", folder)?;
    Ok((
        format!("{number} pages in {}: man -l {}\n", folder.display(), folder.join("twinpool.1").display()),
        Exit::Done,
    ))
}

/// A page for the command, and one for each below.
fn written(command: &Command, name: &str, folder: &Path) -> anyhow::Result<usize> {
    let path = folder.join(format!("{name}.1"));
    let page = Man::new(command.clone().name(name.to_owned()).bin_name(name.replace('-', " ")));
    let mut text = Vec::new();
    page.render(&mut text).context("the page cannot be rendered")?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    let below = command.get_subcommands().filter(|below| below.get_name() != "help");
    let numbers = below.map(|below| written(below, &format!("{name}-{}", below.get_name()), folder));
    Ok(numbers.collect::<anyhow::Result<Vec<_>>>()?.iter().sum::<usize>() + 1)
}

#[cfg(test)]
mod tests;
