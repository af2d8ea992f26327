//! A folder as Lambda unpacks a function's zip into it.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder with a `twinpool.toml`; it goes when dropped.
#[derive(Debug)]
pub struct Task(PathBuf);

impl Task {
    /// With these rules. The name keeps tests apart.
    #[must_use]
    pub fn with(name: &str, rules: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("twinpool-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("twinpool.toml"), rules).expect("a file");
        Self(folder)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The folder, for `LAMBDA_TASK_ROOT`.
    #[must_use]
    pub fn root(&self) -> &str {
        self.0.to_str().expect("a folder for temporary files with a readable name")
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
