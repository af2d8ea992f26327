//! The file of an export: personal data, so nobody else can read it, and under its name only once it is whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::failure::Misuse;

/// Others may list the folder, or open what they know the name of.
const OTHERS: u32 = 0o005;

/// A file that is being written. Removed when dropped before it is whole.
#[derive(Debug)]
pub(crate) struct Unfinished {
    writer: Option<BufWriter<File>>,
    path: PathBuf,
    target: PathBuf,
    may_replace: bool,
}

impl Unfinished {
    /// Begins a file that will stand at `target`.
    pub(super) fn begin(target: &Path, may_replace: bool) -> anyhow::Result<Self> {
        refuse_open(folder_of(target))?;
        Self::begin_anywhere(target, may_replace)
    }

    /// The same, of what says nothing about a person.
    pub(crate) fn begin_anywhere(target: &Path, may_replace: bool) -> anyhow::Result<Self> {
        let shown = target.display();
        let Some(name) = target.file_name() else {
            return Err(Misuse(format!("{shown} is no name of a file")).into());
        };
        let folder = folder_of(target);
        refuse_taken(target, may_replace)?;
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", std::process::id()));
        let path = folder.join(hidden);
        // Whoever made one under this name is gone: no two live processes have one id.
        drop(fs::remove_file(&path));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.with_context(|| format!("cannot make a file in {}", folder.display()))?;
        Ok(Self { writer: Some(BufWriter::new(file)), path, target: target.to_owned(), may_replace })
    }

    /// Puts the file, which is whole, in its place.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        let shown = self.target.display();
        let failed = || format!("cannot write {shown}");
        if let Some(writer) = self.writer.take() {
            let file = writer.into_inner().map_err(io::IntoInnerError::into_error).with_context(failed)?;
            file.sync_all().with_context(failed)?;
        }
        refuse_taken(&self.target, self.may_replace)?;
        fs::rename(&self.path, &self.target).with_context(failed)
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.as_mut().map_or(Ok(0), |writer| writer.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Nothing is there when it was finished.
        drop(fs::remove_file(&self.path));
    }
}

/// Whether what is there begins so; an empty file loses nothing.
pub(super) fn begins(path: &Path, is_ours: impl Fn(&str) -> bool) -> bool {
    /// Longer than any line of ours.
    const MOST: u64 = 4_096;
    let mut first = String::new();
    let read = File::open(path).and_then(|file| BufReader::new(file.take(MOST)).read_line(&mut first));
    read.is_ok() && (first.is_empty() || is_ours(first.trim_end()))
}

fn folder_of(target: &Path) -> &Path {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn refuse_open(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    let about = fs::metadata(folder).with_context(|| format!("cannot use the folder {shown}"))?;
    if about.permissions().mode() & OTHERS == 0 {
        return Ok(());
    }
    let why = format!(
        "the file holds personal data, and everybody on this machine may look into the folder {shown}: \
         name a folder of your own (mkdir -m 700 exports), or close this one (chmod o-rx {shown})"
    );
    Err(Misuse(why).into())
}

fn refuse_taken(target: &Path, may_replace: bool) -> anyhow::Result<()> {
    let shown = target.display();
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot look at {shown}")),
        Ok(about) if about.is_dir() => Err(Misuse(format!("{shown} is a folder: name a file")).into()),
        Ok(_) if may_replace => Ok(()),
        Ok(_) => Err(Misuse(format!("{shown} is there already: name another file, or say --force")).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of this mode, empty.
    fn folder(name: &str, mode: u32) -> PathBuf {
        let path = std::env::temp_dir().join(format!("twinpool-export-{}-{name}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn names(folder: &Path) -> Vec<String> {
        let all = fs::read_dir(folder).unwrap();
        all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_for_its_owner_alone_and_there_only_when_it_is_whole() {
        let folder = folder("whole", 0o700);
        let target = folder.join("users.jsonl");
        let mut file = Unfinished::begin(&target, false).unwrap();
        file.write_all(b"jane").unwrap();
        assert!(!target.exists());
        let part = fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
        assert_eq!(part.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        file.finish().unwrap();
        assert_eq!(
            (names(&folder), fs::read(&target).unwrap()),
            (vec!["users.jsonl".to_owned()], b"jane".to_vec())
        );
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_breaks_off_leaves_nothing_and_what_was_there_stays() {
        let folder = folder("broken", 0o700);
        let target = folder.join("users.jsonl");
        fs::write(&target, "of yesterday").unwrap();
        let mut file = Unfinished::begin(&target, true).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(
            (names(&folder), fs::read_to_string(&target).unwrap()),
            (vec!["users.jsonl".to_owned()], "of yesterday".to_owned())
        );
    }

    #[test]
    fn nothing_is_overwritten_unless_it_is_said() {
        let folder = folder("taken", 0o700);
        let target = folder.join("users.jsonl");
        let early = Unfinished::begin(&target, false).unwrap();
        fs::write(&target, "of somebody else").unwrap();
        let late = Unfinished::begin(&target, false).unwrap_err().to_string();
        assert!(late.contains("--force"), "{late}");
        assert!(early.finish().is_err());
        assert_eq!(fs::read_to_string(&target).unwrap(), "of somebody else");
        Unfinished::begin(&target, true).unwrap().finish().unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "");
    }

    #[test]
    fn a_folder_that_everybody_may_look_into_is_refused() {
        for mode in [0o755, 0o704, 0o701] {
            let folder = folder(&format!("open-{mode:o}"), mode);
            let said = Unfinished::begin(&folder.join("users.jsonl"), true).unwrap_err().to_string();
            assert!(said.contains("personal data") && said.contains("chmod o-rx"), "{said}");
            assert_eq!(names(&folder), Vec::<String>::new());
        }
        assert!(Unfinished::begin(&folder("group", 0o750).join("users.jsonl"), false).is_ok());
    }
}
