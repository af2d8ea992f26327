//! Who is let in by the bridge is counted, by lines of the log: the watch takes off the plain attempt that had to fail before.

use std::collections::BTreeSet;

use twinpool_core::change_event::UserRef;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{GroupName, NewSub};
use twinpool_core::password::{Password, PasswordSet, PasswordSetter};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, PoolReader};
use twinpool_core::snapshot::{Factor, Snapshot};

/// The new pool; each password that is set in it is a line.
#[derive(Debug, Clone)]
pub struct Counted<P>(pub P);

impl<P: PasswordSetter> PasswordSetter for Counted<P> {
    async fn set_password(&self, sub: &NewSub, password: &Password) -> Answer<PasswordSet> {
        let done = self.0.set_password(sub, password).await;
        if done == Ok(PasswordSet::Done) {
            tracing::info!(bridged = 1, "a user of the old pool was let in");
        }
        done
    }
}

impl<P: PoolReader> PoolReader for Counted<P> {
    fn shape(&self) -> impl Future<Output = Answer<PoolShape>> + Send {
        self.0.shape()
    }

    fn user(&self, who: &UserRef) -> impl Future<Output = Answer<Option<Snapshot>>> + Send {
        self.0.user(who)
    }

    fn groups(&self, who: &UserRef) -> impl Future<Output = Answer<Option<BTreeSet<GroupName>>>> + Send {
        self.0.groups(who)
    }

    fn factors(
        &self,
        who: &UserRef,
        shape: &PoolShape,
    ) -> impl Future<Output = Answer<BTreeSet<Factor>>> + Send {
        self.0.factors(who, shape)
    }

    fn group(&self, name: &GroupName) -> impl Future<Output = Answer<Option<GroupDefinition>>> + Send {
        self.0.group(name)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;
    use twinpool_core::port::{Class, PortError};

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Log {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    struct Always(Answer<PasswordSet>);

    impl PasswordSetter for Always {
        async fn set_password(&self, _sub: &NewSub, _password: &Password) -> Answer<PasswordSet> {
            self.0.clone()
        }
    }

    /// What is in the log after a password was to be set.
    async fn logged(answer: Answer<PasswordSet>) -> String {
        let log = Log::default();
        let subscriber =
            tracing_subscriber::fmt().json().flatten_event(true).with_writer(log.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let (sub, password) = (NewSub::parse("sub-1").unwrap(), Password::new("secret"));
        assert_eq!(Counted(Always(answer.clone())).set_password(&sub, &password).await, answer);
        String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
    }

    #[tokio::test]
    async fn a_password_that_is_set_is_one_line_that_names_nobody() {
        let line = logged(Ok(PasswordSet::Done)).await;
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["bridged"], &line["level"]), (&1.into(), &"INFO".into()));
        assert!(!line.to_string().contains("sub-1") && !line.to_string().contains("secret"), "{line}");
    }

    #[tokio::test]
    async fn one_that_is_not_set_is_none() {
        let gone = PortError::new(Class::NotFound, "AdminSetUserPassword", "UserNotFoundException");
        for answer in [Ok(PasswordSet::Refused), Err(gone)] {
            assert_eq!(logged(answer).await, "");
        }
    }
}
