//! `twinpool package`: from a checkout to zips that Lambda runs.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use twinpool_package::{Architecture, Checkout, RULES};

use crate::show::thousands;
use crate::{Exit, Outcome};

/// What to build for.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What the functions will run on [default: as this machine]
    #[arg(long, value_enum, value_name = "ARCHITECTURE")]
    arch: Option<Arch>,
    /// The rules that go inside [default: twinpool.toml here, or at the top of
    /// the checkout]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Arch {
    /// Intel and AMD.
    #[value(name = "x86_64")]
    X86_64,
    /// Graviton.
    Arm64,
}

/// The checkout that the command is said in.
pub(crate) fn checkout() -> anyhow::Result<Checkout> {
    let here = std::env::current_dir().context("cannot tell the current folder")?;
    Ok(Checkout::around(&here)?)
}

/// The rules that go inside: those of this folder count more than those of the checkout.
pub(crate) fn rules(checkout: &Checkout, named: Option<&Path>) -> Option<PathBuf> {
    let here = || Some(PathBuf::from(RULES)).filter(|path| path.exists());
    named.map(Path::to_owned).or_else(here).or_else(|| checkout.default_rules())
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let checkout = checkout()?;
    let wanted = match arguments.arch {
        Some(Arch::X86_64) => Architecture::X86_64,
        Some(Arch::Arm64) => Architecture::Arm64,
        None => Architecture::here().unwrap_or(Architecture::X86_64),
    };
    let rules = rules(&checkout, arguments.rules.as_deref());
    let zips = checkout.package_for(wanted, rules.as_deref())?;
    let mut out = String::new();
    for (path, size) in zips {
        let path = path.strip_prefix(checkout.root()).unwrap_or(&path);
        out += &format!("{:>11} bytes  {}\n", thousands(size), path.display());
    }
    out += &match rules {
        Some(rules) => format!("for {wanted}, with the rules of {}\n", rules.display()),
        None => format!("for {wanted}, without rules: everything travels as it is\n"),
    };
    Ok((out + "next: twinpool deploy\n", Exit::Done))
}
