//! The file that keeps what a pool's settings were before the first change: for people, and for `detach` where the table has
//! lost it.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use twinpool_core::id::PoolId;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_setup::port::{Archive, FunctionArn, Saved};

const FORMAT: &str = "twinpool-before-attach";
const VERSION: u64 = 1;

/// One file, which nobody else can read.
#[derive(Debug)]
pub(crate) struct SavedFile {
    path: PathBuf,
}

impl SavedFile {
    /// The file of this name, or of the pool's own name in the folder where the command runs.
    pub(crate) fn at(path: Option<&Path>, pool: &PoolId) -> Self {
        let path =
            path.map_or_else(|| PathBuf::from(format!("twinpool-{pool}-before-attach.json")), Path::to_owned);
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Under its name only once it is whole.
    fn write(&self, text: &str) -> io::Result<()> {
        let part = beside(&self.path, &format!(".{}.part", std::process::id()));
        // Whoever made one under this name is gone: no two live processes have one id.
        drop(fs::remove_file(&part));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        let moved = written.and_then(|()| fs::rename(&part, &self.path));
        if moved.is_err() {
            drop(fs::remove_file(&part));
        }
        moved
    }
}

/// The name with something behind it.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

impl Archive for SavedFile {
    async fn save(&self, saved: &Saved) -> Answer<()> {
        self.write(&encode(saved)).map_err(|problem| failed("SaveFile", &problem))
    }

    async fn find(&self, pool: &PoolId) -> Answer<Option<Saved>> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(problem) => return Err(failed("ReadFile", &problem)),
        };
        let unreadable = |code| PortError::new(Class::Unreadable, "ReadFile", code);
        let saved = decode(&text).ok_or_else(|| unreadable("NotOfTwinpool"))?;
        if saved.pool == *pool { Ok(Some(saved)) } else { Err(unreadable("OfAnotherPool")) }
    }

    /// What it says has been put back. It stays under another name: nobody likes a backup to vanish.
    async fn forget(&self, _: &PoolId) -> Answer<()> {
        match fs::rename(&self.path, beside(&self.path, ".done")) {
            Err(problem) if problem.kind() != io::ErrorKind::NotFound => Err(failed("RenameFile", &problem)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

fn failed(operation: &'static str, problem: &io::Error) -> PortError {
    PortError::new(Class::Denied, operation, problem.kind().to_string())
}

fn encode(saved: &Saved) -> String {
    let attached: Vec<_> =
        saved.attached.iter().map(|(slot, function)| json!([slot, function.as_str()])).collect();
    let all = json!({
        "format": FORMAT,
        "version": VERSION,
        "pool": saved.pool.as_str(),
        "at": saved.at,
        "attached": attached,
        "description": saved.description,
        "mfa": saved.mfa,
    });
    format!("{all:#}\n")
}

fn decode(text: &str) -> Option<Saved> {
    let mut all: Map<String, Value> = serde_json::from_str(text).ok()?;
    if all.get("format")? != FORMAT || all.get("version")? != VERSION {
        return None;
    }
    let attached: Vec<(String, String)> = serde_json::from_value(all.remove("attached")?).ok()?;
    let one = |(slot, function): (String, String)| Some((slot, FunctionArn::parse(&function).ok()?));
    Some(Saved {
        pool: PoolId::parse(all.get("pool")?.as_str()?).ok()?,
        attached: attached.into_iter().map(one).collect::<Option<_>>()?,
        at: all.get("at")?.as_u64()?,
        description: serde_json::from_value(all.remove("description")?).ok()?,
        mfa: serde_json::from_value(all.remove("mfa")?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:capture:live";

    fn pool() -> PoolId {
        PoolId::parse("eu-west-1_Old").unwrap()
    }

    fn saved(text: &str) -> Saved {
        Saved {
            pool: pool(),
            description: Map::from_iter([
                ("Text".to_owned(), json!(text)),
                ("Big".to_owned(), json!(u64::MAX)),
            ]),
            mfa: Map::new(),
            attached: vec![("CustomMessage".to_owned(), FunctionArn::parse(FUNCTION).unwrap())],
            at: 1_795_219_200_123,
        }
    }

    fn file(name: &str) -> SavedFile {
        let folder = std::env::temp_dir().join(format!("twinpool-saved-{}-{name}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir(&folder).unwrap();
        SavedFile { path: folder.join("before.json") }
    }

    #[tokio::test]
    async fn what_is_saved_is_found_whole_and_is_the_owner_s_alone() {
        let file = file("whole");
        assert_eq!(file.find(&pool()).await, Ok(None));
        for text in ["first", "\u{e9}\u{2028}{####}\""] {
            file.save(&saved(text)).await.unwrap();
            assert_eq!(file.find(&pool()).await, Ok(Some(saved(text))));
        }
        assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(file.path.parent().unwrap()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn what_was_put_back_is_not_found_again_and_can_still_be_read() {
        let file = file("done");
        file.forget(&pool()).await.unwrap();
        file.save(&saved("x")).await.unwrap();
        file.forget(&pool()).await.unwrap();
        assert_eq!(file.find(&pool()).await, Ok(None));
        let kept = fs::read_to_string(beside(&file.path, ".done")).unwrap();
        assert_eq!(decode(&kept), Some(saved("x")));
    }

    #[tokio::test]
    async fn a_file_that_is_not_ours_or_of_another_pool_ends_it() {
        let file = file("wrong");
        for text in ["", "{}", "[]", r#"{"format":"twinpool-before-attach","version":2}"#] {
            fs::write(&file.path, text).unwrap();
            assert_eq!(file.find(&pool()).await.unwrap_err().code, "NotOfTwinpool", "{text}");
        }
        fs::write(&file.path, encode(&saved("x"))).unwrap();
        let other = PoolId::parse("eu-west-1_Other").unwrap();
        assert_eq!(file.find(&other).await.unwrap_err().code, "OfAnotherPool");
    }
}
