//! Bootstrap zips: what Lambda runs, in production and locally.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use twinpool_rules::Rules;
use zip::write::SimpleFileOptions;

use crate::paths;

/// The functions, by the name of their binary.
pub const FUNCTIONS: [&str; 4] =
    ["twinpool-capture", "twinpool-mirror", "twinpool-audit-trail", "twinpool-sweep"];

/// The name of the rules, at the top of the workspace and in the zip.
const RULES: &str = "twinpool.toml";

/// The newest glibc of `provided.al2023`.
const AL2023_GLIBC: u32 = 34;

/// Builds all functions with the release profile and zips them, the rules beside the mirror.
///
/// # Errors
/// When the build fails, or the rules are broken.
pub fn build(rules: Option<&Path>) -> Result<()> {
    let rules = rules.map(read_rules).transpose()?;
    for (function, binary) in compile()? {
        write_zip(&zip_of(function), &binary, rules_of(function, rules.as_deref()))?;
    }
    Ok(())
}

/// Where the rules are, if nobody says otherwise and they are there.
#[must_use]
pub fn default_rules() -> Option<PathBuf> {
    Some(paths::root().join(RULES)).filter(|path| path.exists())
}

/// The text of the rules. A broken file is refused here, and not by the function once it is deployed.
fn read_rules(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Rules::parse(&text).with_context(|| format!("{} is not packaged", path.display()))?;
    Ok(text)
}

/// Who plans needs rules.
fn rules_of<'a>(function: &str, rules: Option<&'a str>) -> Option<&'a str> {
    rules.filter(|_| matches!(function, "twinpool-mirror" | "twinpool-sweep"))
}

/// The binaries of all functions.
fn compile() -> Result<Vec<(&'static str, Vec<u8>)>> {
    let mut cargo = paths::cargo();
    cargo.args([
        "build",
        "--release",
        "--locked",
        "-p",
        "twinpool-capture",
        "-p",
        "twinpool-functions",
        "--bins",
    ]);
    let status = cargo.status().context("cannot start cargo")?;
    if !status.success() {
        bail!("the functions do not build");
    }
    let read = |function: &'static str| {
        let binary = paths::target().join("release").join(function);
        let bytes = fs::read(&binary).with_context(|| format!("cannot read {}", binary.display()))?;
        Ok((function, bytes))
    };
    FUNCTIONS.into_iter().map(read).collect()
}

/// Where a function's zip is.
#[must_use]
pub fn zip_of(function: &str) -> PathBuf {
    paths::root().join("target/lambda").join(function).join("bootstrap.zip")
}

fn write_zip(path: &Path, binary: &[u8], rules: Option<&str>) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut zip =
        zip::ZipWriter::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?);
    // The same binary gives the same zip: no times.
    let options =
        SimpleFileOptions::default().unix_permissions(0o755).last_modified_time(zip::DateTime::default());
    zip.start_file("bootstrap", options)?;
    zip.write_all(binary)?;
    if let Some(rules) = rules {
        zip.start_file(RULES, options.unix_permissions(0o644))?;
        zip.write_all(rules.as_bytes())?;
    }
    zip.finish()?;
    Ok(())
}

/// What was built for production.
#[derive(Debug)]
pub struct Package {
    /// What the template calls `Architecture`.
    pub architecture: &'static str,
    /// The zips, with their size in bytes.
    pub zips: Vec<(PathBuf, u64)>,
}

/// Builds for production on this machine and checks that Lambda can load the binaries.
///
/// # Errors
/// When the rules are broken, or the binaries are for another system than Lambda's, or need a newer glibc than it has.
pub fn for_production(rules: Option<&Path>) -> Result<Package> {
    let rules = rules.map(read_rules).transpose()?;
    let binaries = compile()?;
    let mut package = Package { architecture: "", zips: Vec::new() };
    for (function, binary) in &binaries {
        package.architecture = architecture(binary).with_context(|| {
            format!(
                "{function} is built for this machine, where Lambda could not run it: use `cargo lambda build --release --output-format zip`"
            )
        })?;
        let needed = newest_glibc(binary);
        if needed > AL2023_GLIBC {
            bail!(
                "{function} needs glibc 2.{needed} and Lambda has 2.{AL2023_GLIBC}: build on Amazon Linux 2023, Debian 12 \
                 or Ubuntu 22.04, or with `cargo lambda build --release --output-format zip`"
            );
        }
    }
    for (function, binary) in &binaries {
        let zip = zip_of(function);
        write_zip(&zip, binary, rules_of(function, rules.as_deref()))?;
        let size = fs::metadata(&zip)?.len();
        package.zips.push((zip, size));
    }
    Ok(package)
}

/// What Lambda calls the machine of an ELF binary for Linux; `None` for everything else.
fn architecture(binary: &[u8]) -> Option<&'static str> {
    let header = binary.strip_prefix(b"\x7fELF\x02\x01")?;
    // e_machine: 18 bytes from the start of the file, little-endian.
    match header.get(12..14)? {
        [0x3e, 0] => Some("x86_64"),
        [0xb7, 0] => Some("arm64"),
        _ => None,
    }
}

/// The highest `GLIBC_2.x` that a binary names.
fn newest_glibc(binary: &[u8]) -> u32 {
    const NAME: &[u8] = b"GLIBC_2.";
    let named = binary.windows(NAME.len() + 2).filter(|window| window.starts_with(NAME));
    let minor = |window: &[u8]| {
        let digits = window.iter().skip(NAME.len()).take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |minor, digit| minor * 10 + u32::from(digit - b'0'))
    };
    named.map(minor).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_is_found() {
        assert_eq!(newest_glibc(b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.17\0"), 34);
        assert_eq!(newest_glibc(b"nothing"), 0);
    }

    #[test]
    fn rules_go_beside_the_mirror_only_and_broken_ones_nowhere() {
        let folder = std::env::temp_dir().join(format!("twinpool-package-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (rules, zip) = (folder.join("my-rules.toml"), folder.join("bootstrap.zip"));
        fs::write(&rules, "[users]\ndeleted = \"keep\"\n").unwrap();
        let text = read_rules(&rules).unwrap();
        let names = |function| {
            write_zip(&zip, b"binary", rules_of(function, Some(&text))).unwrap();
            let archive = zip::ZipArchive::new(File::open(&zip).unwrap()).unwrap();
            archive.file_names().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(names("twinpool-capture"), ["bootstrap"]);
        assert_eq!(names("twinpool-mirror"), ["bootstrap", "twinpool.toml"]);
        fs::write(&rules, "[users]\ndeletd = \"keep\"\n").unwrap();
        let problem = format!("{:#}", read_rules(&rules).unwrap_err());
        assert!(problem.contains("line 2") && problem.contains("deletd"), "{problem}");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_architecture_is_told_and_no_other_system_passes() {
        let this = fs::read(std::env::current_exe().unwrap()).unwrap();
        let expected = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
        assert_eq!(architecture(&this), Some(expected));
        assert_eq!(architecture(b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0"), None);
        assert_eq!(architecture(b""), None);
    }
}
