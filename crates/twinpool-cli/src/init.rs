//! `twinpool init`: reads two pools, and writes a first `twinpool.toml` for them.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use twinpool_core::id::{AttributeName, PoolId};
use twinpool_rules::site;
use twinpool_setup::propose::{self, Pools, Proposal};

use crate::defaults::file::NAME;
use crate::failure::Misuse;
use crate::options::a_pool;
use crate::{Exit, Outcome, show};

mod given;
mod pools;
mod question;

/// Which pools, and how the command reaches them. What is not said is asked for on the terminal.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The pool being left.
    #[arg(long, value_name = "ID", value_parser = a_pool)]
    old_pool: Option<PoolId>,
    /// The pool being moved to.
    #[arg(long, value_name = "ID", value_parser = a_pool)]
    new_pool: Option<PoolId>,
    /// The Region of the old pool, if its id does not begin with it.
    #[arg(long, value_name = "REGION", value_parser = a_region)]
    old_region: Option<String>,
    /// The Region of the new pool, if its id does not begin with it.
    #[arg(long, value_name = "REGION", value_parser = a_region)]
    new_region: Option<String>,
    /// The AWS profile for the old pool.
    #[arg(long, value_name = "NAME", value_parser = a_profile)]
    old_profile: Option<String>,
    /// The AWS profile for the new pool.
    #[arg(long, value_name = "NAME", value_parser = a_profile)]
    new_profile: Option<String>,
    /// The role to assume for a new pool in another account.
    #[arg(long, value_name = "ARN", value_parser = a_role)]
    new_role_arn: Option<String>,
    /// What the trust policy of that role asks for.
    #[arg(long, value_name = "ID", value_parser = an_external_id, requires = "new_role_arn")]
    new_external_id: Option<String>,
    /// The name of the stack [default: twinpool]
    #[arg(long, value_name = "NAME", value_parser = a_stack)]
    stack: Option<String>,
    /// The file to write [default: twinpool.toml]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The attribute of the new pool that twinpool writes.
    #[arg(long, env = "TWINPOOL_MARKER_ATTRIBUTE", value_name = "NAME", default_value = "custom:twinpool",
          value_parser = |text: &str| AttributeName::parse(text))]
    marker: AttributeName,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ENDPOINT_URL", value_name = "URL")]
    old_pool_endpoint: Option<String>,
    /// Asks nothing.
    #[arg(long)]
    yes: bool,
    /// Writes over a file that is there.
    #[arg(long)]
    force: bool,
}

fn a_region(text: &str) -> Result<String, &'static str> {
    fits(text, site::is_region, "a Region looks like eu-west-1")
}

fn a_profile(text: &str) -> Result<String, &'static str> {
    fits(text, site::is_profile, "no profile can be called so")
}

fn a_role(text: &str) -> Result<String, &'static str> {
    fits(text, site::is_role_arn, "the ARN of a role looks like arn:aws:iam::123456789012:role/name")
}

fn an_external_id(text: &str) -> Result<String, &'static str> {
    fits(text, site::is_external_id, "an external id has 2 to 1224 letters, digits and any of _+=,.@:/-")
}

fn a_stack(text: &str) -> Result<String, &'static str> {
    fits(
        text,
        site::is_stack_name,
        "the name of a stack has letters, digits and hyphens, and begins with a letter",
    )
}

fn fits(text: &str, is_fine: fn(&str) -> bool, problem: &'static str) -> Result<String, &'static str> {
    let text = text.trim();
    is_fine(text).then(|| text.to_owned()).ok_or(problem)
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let path = arguments.rules.as_deref().unwrap_or(Path::new(NAME));
    if !arguments.force {
        refuse_taken(path)?;
    }
    let site = given::site(arguments)?;
    let found = pools::read(arguments, &site).await?;
    let proposal = propose::propose(
        &site,
        &Pools {
            old: &found.old,
            new: &found.new,
            marker: &arguments.marker,
            providers: found.providers.as_ref(),
        },
    );
    write(path, &proposal.text, arguments.force)?;
    let exit = if proposal.undecided.is_empty() { Exit::Done } else { Exit::Warned };
    Ok((said(path, &proposal, found.note.as_deref()), exit))
}

fn said(path: &Path, proposal: &Proposal, note: Option<&str>) -> String {
    let shown = path.display();
    let mut out =
        format!("{shown} is written. What it says of attributes is proposed: read it, and correct it.\n");
    if let Some(note) = note {
        out += &format!("{note}\n");
    }
    if !proposal.undecided.is_empty() {
        let names: Vec<_> = proposal.undecided.iter().map(AttributeName::as_str).collect();
        out += &format!(
            "\nThe new pool requires {}, and users of the old one may have none. Decide in {shown} what they get\n\
             (default = \"\"): nothing runs with this file before.\n",
            names.join(", ")
        );
    }
    let steps = [
        ("twinpool rules check", "holds the file against both pools"),
        ("twinpool audit", "says what stands in the way, and what users will notice; only reads"),
        ("twinpool rehearse", "writes some users into a scratch pool, and removes it again"),
        ("twinpool package", "builds the functions, with this file inside"),
        ("twinpool deploy", "makes the stack, after showing what it will make"),
        ("twinpool attach", "puts capture into the old pool's triggers, after showing what it will change"),
        ("twinpool doctor", "follows one change through the whole chain"),
    ];
    out += "\nNext, in this order:\n";
    out + &steps.map(|(command, what)| show::beside(22, &format!("  {command}"), what)).concat()
}

fn refuse_taken(path: &Path) -> Result<(), Misuse> {
    let shown = path.display();
    match fs::symlink_metadata(path) {
        Err(problem) if problem.kind() == ErrorKind::NotFound => Ok(()),
        Err(problem) => Err(Misuse(format!("cannot look at {shown}: {problem}"))),
        Ok(_) => Err(Misuse(format!(
            "{shown} is there already, and would be lost: name another file with --rules, or say --force"
        ))),
    }
}

/// Whole or not at all; over another file only when told so.
fn write(path: &Path, text: &str, force: bool) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    if !force {
        let file = OpenOptions::new().write(true).create_new(true).open(path).with_context(failed)?;
        return fill(file, text).with_context(failed);
    }
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let done = File::create(&part).and_then(|file| fill(file, text)).and_then(|()| fs::rename(&part, path));
    if done.is_err() {
        drop(fs::remove_file(&part));
    }
    done.with_context(failed)
}

fn fill(mut file: File, text: &str) -> std::io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
