//! Bootstrap zips: what Lambda runs, in production and locally. Without AWS, so that `cargo xtask` compiles in seconds.

use std::path::PathBuf;

mod binary;
mod bundle;
mod checkout;
mod compile;

pub use binary::Architecture;
pub use bundle::{Bundle, needs_rules};
pub use checkout::Checkout;

/// The functions, by the name of their binary.
pub const FUNCTIONS: [&str; 10] = [
    "twinpool-capture",
    "twinpool-mirror",
    "twinpool-audit-trail",
    "twinpool-sweep",
    "twinpool-sign-in",
    "twinpool-resolve",
    "twinpool-authorizer",
    "twinpool-bridge",
    "twinpool-watch",
    "twinpool-route",
];

/// The name of the rules, at the top of the checkout and in the zip.
pub const RULES: &str = "twinpool.toml";

/// Why there are no zips.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Nothing to build here.
    #[error(
        "{} is not in a checkout of twinpool, and the functions are built from its sources: clone the repository and say it there",
        .0.display()
    )]
    NoCheckout(PathBuf),
    /// A file.
    #[error("cannot {verb} {}", path.display())]
    File {
        /// `read` or `write`.
        verb: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The rules are broken: refused here, and not by the function once it is deployed.
    #[error("{} is not packaged", path.display())]
    Rules {
        /// Where they are.
        path: PathBuf,
        /// What is wrong.
        source: twinpool_rules::RulesError,
    },
    /// No cargo.
    #[error("cannot start cargo: install Rust (https://rustup.rs)")]
    NoCargo(#[source] std::io::Error),
    /// Cargo has said why.
    #[error("the functions do not build: see above")]
    Build,
    /// This machine cannot build them, and what could is missing.
    #[error(
        "{why}: install cargo-lambda (`pip3 install cargo-lambda`, or https://www.cargo-lambda.info) and say it again, or build on \
         Amazon Linux 2023, Debian 12 or Ubuntu 22.04 of that architecture"
    )]
    NoCargoLambda {
        /// Why it is needed.
        why: String,
    },
    /// Whatever built it, Lambda cannot load it.
    #[error("{function} {why}, and Lambda could not run it")]
    Unfit {
        /// Which function.
        function: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// No zip where one should be.
    #[error("{} is not there: run `twinpool package` first", .0.display())]
    NoZip(PathBuf),
    /// Not one that `package` made.
    #[error("{} is no zip of twinpool: run `twinpool package` again", .0.display())]
    BrokenZip(PathBuf),
}

fn reading(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> PackageError {
    let path = path.to_owned();
    |source| PackageError::File { verb: "read", path, source }
}

fn writing(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> PackageError {
    let path = path.to_owned();
    |source| PackageError::File { verb: "write", path, source }
}
