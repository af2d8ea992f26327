//! `cargo xtask`: the project's own commands.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "commands talk to the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use xtask::bench::{Bench, Flame};
use xtask::drill::carry_over::{self, Drill};
use xtask::drill::faults::{self, Faults};
use xtask::drill::switching::{self, Switching};
use xtask::fuzz::{self, Fuzz};
use xtask::local::{Options, PoolServer, SignIn, Stack};
use xtask::{bench, demo, local, package, paths, process, security, simulate, test, traffic};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows in two minutes what twinpool does: real sign-ups and sign-ins in an old pool, arriving in a new one.
    Demo {
        /// Leaves a local AWS running, to look around in.
        #[arg(long)]
        keep: bool,
        /// Deploys the functions as they were packaged last.
        #[arg(long)]
        as_packaged: bool,
    },
    /// Lets people sign in and change things, in the local AWS that was left running, until Ctrl-C.
    Traffic {
        /// About so many things happen in a minute.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=600))]
        per_minute: u32,
    },
    /// Stops or starts the mirror, in the local AWS that was left running.
    Mirror {
        #[command(subcommand)]
        command: Mirror,
    },
    /// Starts or stops a local AWS with twinpool deployed in it.
    Local {
        #[command(subcommand)]
        command: Local,
    },
    /// Measures what sign-ins and changes cost, how fast a pool is carried over, and what comparing two pools takes; beside what people
    /// would otherwise run.
    Bench {
        /// What to measure [default: everything]
        #[arg(value_enum)]
        names: Vec<Bench>,
        /// Writes the figures into docs/benchmarks.md too.
        #[arg(long)]
        write: bool,
        /// Measures nothing, and draws on what a function spends its CPU.
        #[arg(long, value_enum, conflicts_with_all = ["names", "write"])]
        flame: Option<Flame>,
    },
    /// Switches to the new pool step by step and back again, while people use both, and sees whether anything is lost.
    #[command(args_conflicts_with_subcommands = true)]
    Drill {
        #[command(subcommand)]
        other: Option<OtherDrill>,
        /// How many users there are at the beginning.
        #[arg(long, default_value_t = 200)]
        users: usize,
        /// Deploys the functions as they were packaged last, and builds the command only.
        #[arg(long)]
        as_packaged: bool,
    },
    /// Builds the functions and zips them for Lambda, with the rules of twinpool.toml.
    Package {
        /// The rules [default: twinpool.toml at the top of the workspace, if there is one]
        #[arg(long, value_name = "FILE")]
        rules: Option<PathBuf>,
    },
    /// Scans the templates, and looks at the licences, the origins and the known weaknesses of what the project is built of.
    Security,
    /// Lets users, administrators, operators and mirrors act at once on pools in memory, in random order, and sees whether a change is
    /// lost or echoes.
    Simulate {
        /// How many runs [default: 10000; with --planted at most 3000 for each bug]
        #[arg(long)]
        runs: Option<u64>,
        /// The first run's seed: the same seed, the same run.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Plants these bugs, or all that are listed, one at a time, and sees whether each is found.
        #[arg(long, value_name = "BUG", num_args = 0..)]
        planted: Option<Vec<String>>,
    },
    /// Gives every reader of what others wrote inputs made at random, and sees whether what must hold of all holds of them.
    Fuzz(Fuzz),
    /// Runs every test, on local servers that it starts and stops.
    Test {
        /// Only tests whose name contains one of these; options go to `cargo nextest run` (or to the test programs).
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

#[derive(Subcommand)]
enum OtherDrill {
    /// Carries a pool of many users over while people use it, interrupts that, compares both pools, spoils them and sees whether
    /// all of it is found.
    CarryOver {
        /// How many users the old pool has.
        #[arg(long, default_value_t = 20_000)]
        users: usize,
        /// How many differences are planted by hand.
        #[arg(long, default_value_t = 200)]
        planted: usize,
        /// Deploys the functions as they were packaged last, and builds the command only.
        #[arg(long)]
        as_packaged: bool,
    },
    /// Lets everybody of a pool change something while a proxy refuses, delays, cuts and doubles calls and functions are killed, and sees
    /// whether anything is lost.
    Faults {
        /// How many users there are at the beginning.
        #[arg(long, default_value_t = 5_000)]
        users: usize,
        /// What the dice begin with [default: another one each time]
        #[arg(long)]
        seed: Option<usize>,
        /// Deploys the functions as they were packaged last, and builds the command only.
        #[arg(long)]
        as_packaged: bool,
    },
}

#[derive(Subcommand)]
enum Local {
    /// Starts it and leaves it running; writes .local/stack.json.
    Up(Up),
    /// Stops it.
    Down,
}

#[derive(clap::Args)]
struct Up {
    /// Which server plays the old pool.
    #[arg(long, value_enum, default_value = "ministack")]
    old_pool: PoolServer,
    /// Which server plays the new pool: cognito-local runs user migrations, and knows e-mail only.
    #[arg(long, value_enum, default_value = "ministack")]
    new_pool: PoolServer,
    /// How people sign in to the old pool; cognito-local knows e-mail only [default: email]
    #[arg(long, value_enum)]
    old_sign_in: Option<SignIn>,
    /// How people sign in to the new pool.
    #[arg(long, value_enum, default_value = "email")]
    new_sign_in: SignIn,
    /// The port of the local AWS.
    #[arg(long, default_value_t = 4566)]
    port: u16,
    /// The rules that the mirror works by.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
}

impl Up {
    fn options(self) -> Result<Options> {
        let Self { old_pool: old_server, new_pool: new_server, old_sign_in, new_sign_in, port, rules } = self;
        if old_server == PoolServer::CognitoLocal && old_sign_in.is_some_and(|it| it != SignIn::Email) {
            bail!("cognito-local knows sign-in by e-mail only: leave --old-sign-in out, or take ministack");
        }
        let old_sign_in = old_sign_in.unwrap_or(SignIn::Email);
        let (port, mended) = (Some(port), true);
        let fixed = Options::named(LOCAL);
        Ok(Options { port, old_server, new_server, old_sign_in, new_sign_in, rules, mended, ..fixed })
    }
}

#[derive(Subcommand)]
enum Mirror {
    /// Its queue is not read any more: what people change waits.
    Stop,
    /// Its queue is read again.
    Start,
}

/// The stack of `local up`.
const LOCAL: &str = "local";

/// The stack of the drill.
const DRILL: &str = "drill";

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Local { command: Local::Up(wanted) } => up(&wanted.options()?),
        Command::Local { command: Local::Down } => {
            let names = [LOCAL, DRILL].into_iter().chain(demo::STACKS);
            if names.filter(|name| process::stop_in(&local::folder(name))).count() == 0 {
                println!("nothing to stop: the local AWS is not up");
            }
            Stack::forget();
            Ok(())
        }
        Command::Demo { keep, as_packaged } => demo::run(keep, !as_packaged),
        Command::Traffic { per_minute } => traffic::run(&left_running()?, per_minute),
        Command::Mirror { command } => let_mirror_run(matches!(command, Mirror::Start)),
        Command::Security => security::run(),
        Command::Simulate { runs, seed, planted: None } => {
            simulate::run(runs.unwrap_or(simulate::RUNS), seed)
        }
        Command::Simulate { runs, seed, planted: Some(bugs) } => {
            simulate::run_planted(&bugs, runs.unwrap_or(simulate::MOST_RUNS), seed)
        }
        Command::Fuzz(fuzz) => fuzz::run(&fuzz),
        Command::Test { words } => test::run(&words),
        Command::Bench { flame: Some(flame), .. } => bench::draw(flame),
        Command::Bench { names, write, flame: None } => bench::run(&names, write),
        Command::Drill { other: Some(OtherDrill::CarryOver { users, planted, as_packaged }), .. } => {
            let (name, untold) = (DRILL.to_owned(), planted / 8);
            carry_over::run(&Drill { name, users, planted, untold, build: !as_packaged })
        }
        Command::Drill { other: Some(OtherDrill::Faults { users, seed, as_packaged }), .. } => {
            let seed = seed.unwrap_or_else(faults::any_seed);
            faults::run(&Faults { name: DRILL.to_owned(), users, seed, visibility: 35, build: !as_packaged })
        }
        Command::Drill { other: None, users, as_packaged } => {
            switching::run(&Switching { name: DRILL.to_owned(), users, build: !as_packaged })
        }
        Command::Package { rules } => {
            let rules = rules.or_else(package::default_rules);
            let package = package::for_production(rules.as_deref())?;
            for (zip, size) in package.zips {
                println!("{:>9} bytes  {}", size, zip.strip_prefix(paths::root()).unwrap_or(&zip).display());
            }
            match rules {
                Some(rules) => println!("rules of {}", rules.display()),
                None => println!("without rules: everything travels as it is"),
            }
            println!("deploy with Architecture={}", package.architecture);
            Ok(())
        }
    }
}

fn left_running() -> Result<Stack> {
    local::kept(&[demo::SECOND, LOCAL])
}

fn let_mirror_run(runs: bool) -> Result<()> {
    left_running()?.let_mirror_run(runs)?;
    let how = if runs { "again" } else { "no more" };
    println!("the mirror's queue is read {how}");
    Ok(())
}

fn up(options: &Options) -> Result<()> {
    let stack = Stack::up(options)?;
    let addresses = &stack.addresses;
    stack.write_down()?;
    println!("local AWS    {}  (Region {}, key test, secret test)", addresses.endpoint, addresses.region);
    println!("old pool     {} at {}", addresses.old_pool.id, addresses.old_pool.endpoint);
    println!("new pool     {} at {}", addresses.new_pool.id, addresses.new_pool.endpoint);
    let clients = [&addresses.old_pool, &addresses.new_pool].map(|pool| pool.client_id.as_str());
    println!(
        "app clients  {} in the old pool, {} in the new one: with every flow, without a secret",
        clients[0], clients[1]
    );
    println!("mail         {}/_ministack/ses/messages", addresses.endpoint);
    println!("table        {}", addresses.table);
    println!("all of this  .local/stack.json");
    println!("users        cargo xtask traffic: people who sign in and change things, until Ctrl-C");
    println!("stop it      cargo xtask local down");
    println!("\nfor the twinpool command (`. .local/environment` does it):");
    for (name, value) in stack.environment() {
        println!("export {name}='{value}'");
    }
    Ok(())
}
