//! `cargo xtask bench --flame`: on what a function spends its CPU, drawn.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::{EXAMPLE, cargo, say};
use crate::{paths, tools};

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Flame {
    /// An event of capture.
    Capture,
    /// An event in which the mirror finds nothing new: the most common one.
    Mirror,
    /// An event in which one attribute has changed.
    MirrorChanged,
}

impl Flame {
    fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Mirror => "mirror",
            Self::MirrorChanged => "mirror-changed",
        }
    }

    fn function(self) -> [&'static str; 4] {
        match self {
            Self::Capture => ["-p", "twinpool-capture", "--bin", "twinpool-capture"],
            Self::Mirror | Self::MirrorChanged => ["-p", "twinpool-functions", "--bin", "twinpool-mirror"],
        }
    }
}

/// Builds the function with its names, samples it at work, and draws the graph into `target/bench`.
///
/// # Errors
/// When something does not build, or `perf` is missing or may not sample here.
pub fn draw(flame: Flame) -> Result<()> {
    let tools = tools::install_flame()?;
    let mut build = paths::cargo();
    build.args(["build", "--locked", "--profile", "flame"]).args(flame.function());
    // By which the kernel finds the callers.
    build.env("RUSTFLAGS", "-C force-frame-pointers=yes");
    if !build.status().context("cannot start cargo")?.success() {
        bail!("the function does not build");
    }
    cargo(&[&["run", "--quiet"], &EXAMPLE[..], &["--", "flame", flame.name()]].concat())?;
    let folder = paths::target().join("bench");
    let file = |ending: &str| folder.join(format!("flame-{}.{ending}", flame.name()));
    let mut script = Command::new("perf");
    script.args(["script", "--no-inline", "-i"]).arg(file("data")).stderr(Stdio::null());
    let mut script = started(&mut script)?;
    let mut collapse = piped(&tools.collapse, &mut script)?;
    let mut collapse = started(&mut collapse)?;
    let mut draw = piped(&tools.draw, &mut collapse)?;
    draw.args(["--title", &format!("twinpool: {}", flame.name()), "--countname", "samples"]);
    let svg = file("svg");
    let status = draw.stdout(File::create(&svg).context("cannot write the graph")?).status();
    if !status.context("cannot start inferno")?.success() {
        bail!("the graph could not be drawn: is there anything in {}?", file("data").display());
    }
    for mut child in [script, collapse] {
        child.wait().context("cannot wait for perf")?;
    }
    say(&format!("look at it with a browser: {}", svg.display()));
    Ok(())
}

fn started(command: &mut Command) -> Result<Child> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))
}

fn piped(program: &Path, from: &mut Child) -> Result<Command> {
    let mut command = Command::new(program);
    command.stdin(from.stdout.take().context("no standard output")?);
    Ok(command)
}
