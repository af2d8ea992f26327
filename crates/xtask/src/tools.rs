//! The local servers, pinned, in `.local/`: nothing global.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::paths;

/// Installs what is missing; quick when nothing is.
///
/// # Errors
/// When Python or Node is missing or too old, or an installation fails.
pub fn install() -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("the local AWS runs on Linux: use a container, a virtual machine or WSL");
    }
    fs::create_dir_all(paths::local())
        .context("cannot make the directory .local: is a file in its place?")?;
    install_python()?;
    install_node()
}

/// Installs what backfill is compared with; quick when nothing is missing.
///
/// # Errors
/// When Python or jq is missing, or the installation fails.
pub fn install_contenders() -> Result<()> {
    output("jq", &["--version"])
        .context("jq is missing, which the shell way of moving users needs: install it")?;
    fs::create_dir_all(paths::local())
        .context("cannot make the directory .local: is a file in its place?")?;
    install_venv(&paths::local().join("aws-cli"), "infra/local/contenders.txt", "the AWS CLI")
}

/// Where the verifiers of tokens are that ours is measured beside.
#[derive(Debug)]
pub struct TokenContenders {
    /// The folder whose `node_modules` has aws-jwt-verify.
    pub node: PathBuf,
    /// The Python that has PyJWT.
    pub python: PathBuf,
}

/// Where [`install_token_contenders`] puts them.
#[must_use]
pub fn token_contenders() -> TokenContenders {
    let home = |name| paths::local().join(name);
    TokenContenders { node: home("tokens-node"), python: home("tokens-python").join("bin/python") }
}

/// Installs what verifying tokens is compared with; quick when nothing is missing.
///
/// # Errors
/// When Python or Node is missing or too old, or an installation fails.
pub fn install_token_contenders() -> Result<()> {
    fs::create_dir_all(paths::local())
        .context("cannot make the directory .local: is a file in its place?")?;
    let python = paths::local().join("tokens-python");
    install_venv(&python, "infra/local/tokens/requirements.txt", "PyJWT")?;
    install_packages(&token_contenders().node, "infra/local/tokens", "aws-jwt-verify")
}

/// The programs that draw flame graphs.
#[derive(Debug)]
pub struct FlameTools {
    /// Counts the stacks that `perf script` prints.
    pub collapse: PathBuf,
    /// Draws them.
    pub draw: PathBuf,
}

/// Installs what draws flame graphs; quick when it is there.
///
/// # Errors
/// When `perf` is missing, or the installation fails.
pub fn install_flame() -> Result<FlameTools> {
    const VERSION: &str = "0.12.8";
    output("perf", &["--version"])
        .context("perf is missing, which samples programs: install it (Debian: linux-perf)")?;
    let home = paths::local().join("inferno");
    let program = |name| home.join("bin").join(name);
    let tools =
        FlameTools { collapse: program("inferno-collapse-perf"), draw: program("inferno-flamegraph") };
    install_crate("inferno", VERSION, &home, &tools.draw, &[])?;
    Ok(tools)
}

/// Installs programs of a crate, unless this one of them is there in this version. `how`: more for `cargo install`.
///
/// # Errors
/// When the installation fails.
pub fn install_crate(krate: &str, version: &str, home: &Path, program: &Path, how: &[&str]) -> Result<()> {
    let found = output(&program.to_string_lossy(), &["--version"]);
    if found.is_ok_and(|found| found.trim().ends_with(version)) {
        return Ok(());
    }
    say(&format!("installing {krate} into {} (once, some minutes)", home.display()));
    let mut install = paths::cargo();
    install
        .args(["install", "--quiet", "--locked", krate, "--version", version, "--root"])
        .arg(home)
        .args(how);
    run(&mut install).with_context(|| format!("cargo could not install {krate}"))
}

/// Installs the TypeScript client with what it needs, and compiles it; quick when nothing has changed.
///
/// # Errors
/// When Node is missing or too old, an installation fails, or the client does not compile.
pub fn install_client() -> Result<()> {
    fs::create_dir_all(paths::local())
        .context("cannot make the directory .local: is a file in its place?")?;
    let (home, source) = (paths::local().join("client"), paths::root().join("clients/typescript"));
    install_packages(&home, "clients/typescript", "the TypeScript client")?;
    let modules = [
        "tsconfig.json",
        "src/route.ts",
        "src/signIn.ts",
        "src/signInError.ts",
        "src/signInWhereSent.ts",
        "src/terminal.ts",
    ];
    let files = modules.map(|file| source.join(file));
    unless_stamped(&home.join("dist"), &files.each_ref().map(PathBuf::as_path), || {
        fs::create_dir_all(home.join("src"))?;
        for (file, from) in modules.iter().zip(&files) {
            fs::copy(from, home.join(file))?;
        }
        let mut compile = Command::new("node");
        compile
            .arg("node_modules/typescript/bin/tsc")
            .args(["-p", ".", "--noEmitOnError"])
            .current_dir(&home);
        let output = compile.stdin(Stdio::null()).output().context("cannot start node")?;
        if output.status.success() {
            return Ok(());
        }
        bail!("the TypeScript client does not compile:\n{}", String::from_utf8_lossy(&output.stdout))
    })
}

/// The program of the TypeScript client that talks in lines of JSON.
#[must_use]
pub fn client() -> PathBuf {
    paths::local().join("client/dist/terminal.js")
}

/// A program of the environment with the AWS CLI and boto3.
#[must_use]
pub fn aws_cli_program(name: &str) -> PathBuf {
    paths::local().join("aws-cli/bin").join(name)
}

/// A program of the Python environment.
#[must_use]
pub fn python_program(name: &str) -> PathBuf {
    paths::local().join("venv/bin").join(name)
}

/// Installs what looks for weaknesses in the templates; quick when nothing is missing.
///
/// # Errors
/// When Python is missing or too old, or the installation fails.
pub fn install_scanner() -> Result<()> {
    install_venv(&paths::local().join("scan"), "infra/local/scan.txt", "checkov")
}

/// A program of the environment that [`install_scanner`] makes.
#[must_use]
pub fn scanner(name: &str) -> PathBuf {
    paths::local().join("scan/bin").join(name)
}

/// The folder whose `node_modules` has cognito-local, Playwright and axe.
#[must_use]
pub fn node_modules() -> PathBuf {
    paths::local().join("node")
}

/// The browser that looks at the page.
#[must_use]
pub fn chromium() -> PathBuf {
    std::env::var_os("TWINPOOL_CHROMIUM").map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from)
}

/// Whether the browser is there: nothing installs it for anybody.
///
/// # Errors
/// When it is not.
pub fn find_chromium() -> Result<()> {
    let chromium = chromium();
    output(&chromium.to_string_lossy(), &["--version"]).map(drop).with_context(|| {
        format!(
            "there is no Chromium at {}, which looks at the page: install it (Debian: apt-get install chromium), or say where it is \
             with TWINPOOL_CHROMIUM",
            chromium.display()
        )
    })
}

/// The start script of cognito-local.
#[must_use]
pub fn cognito_local() -> PathBuf {
    node_modules().join("node_modules/cognito-local/lib/bin/start.js")
}

fn install_python() -> Result<()> {
    install_venv(&paths::local().join("venv"), "infra/local/requirements.txt", "the local AWS")
}

fn install_venv(home: &Path, file: &str, what: &str) -> Result<()> {
    let requirements = paths::root().join(file);
    unless_stamped(home, &[&requirements], || {
        let version = output("python3", &["-c", "import sys; print(sys.version_info >= (3, 10))"])
            .context("python3 is missing: install Python 3.10 or newer with its venv module")?;
        if version.trim() != "True" {
            bail!("python3 is too old, or does not run: install Python 3.10 or newer");
        }
        say(&format!("installing {what} into {} (once, about a minute)", home.display()));
        let _ = fs::remove_dir_all(home);
        run(Command::new("python3").args(["-m", "venv"]).arg(home)).context(
            "cannot make a virtual environment: is Python's venv module installed (python3-venv)?",
        )?;
        let mut pip = Command::new(home.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&requirements);
        run(&mut pip).with_context(|| format!("pip could not install {file}"))
    })
}

fn install_node() -> Result<()> {
    install_packages(&node_modules(), "infra/local", "cognito-local, and what looks at the page")
}

fn install_packages(home: &Path, folder: &str, what: &str) -> Result<()> {
    let source = paths::root().join(folder);
    let files = [source.join("package.json"), source.join("package-lock.json")];
    unless_stamped(home, &[&files[0], &files[1]], || {
        let version = output("node", &["-p", "process.versions.node.split('.')[0] >= 18"])
            .context("node is missing: install Node.js 18 or newer with npm")?;
        if version.trim() != "true" {
            bail!("node is too old, or does not run: install Node.js 18 or newer");
        }
        say(&format!("installing {what} into {} (once)", home.display()));
        let _ = fs::remove_dir_all(home);
        fs::create_dir_all(home).with_context(|| format!("cannot make {}", home.display()))?;
        for file in &files {
            fs::copy(file, home.join(file.file_name().unwrap_or_default()))?;
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(home);
        run(&mut npm).with_context(|| format!("npm could not install {folder}/package.json: is npm there?"))
    })
}

/// Runs `install` unless it ran to its end for just these files before.
fn unless_stamped(home: &Path, files: &[&Path], install: impl FnOnce() -> Result<()>) -> Result<()> {
    let mut wanted = String::new();
    for file in files {
        wanted += &fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    let stamp = home.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    install()?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

/// What a program prints.
fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program; its failure is an error with what it said.
///
/// # Errors
/// When it cannot be started or does not end well.
pub fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {name}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last: Vec<_> = said.lines().rev().take(5).collect();
    let last: Vec<_> = last.into_iter().rev().collect();
    bail!("{name} failed: {}", last.join(" | "))
}

#[expect(clippy::print_stderr, reason = "progress is for the person at the terminal")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}
