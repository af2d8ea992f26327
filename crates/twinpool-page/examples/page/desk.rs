//! A desk with an invented move on it. What is done there is done to the invention.

use std::sync::{Arc, Mutex, PoisonError};

use twinpool_core::check::Look;
use twinpool_core::id::Sub;
use twinpool_core::overview::Overview;
use twinpool_core::phase::{Change, Share, Standing, Step};
use twinpool_page::{Answer, Conflict, Conflicts, Desk, Ended, Person, Sight, Whose, Wish, report};

use super::{people, state};

pub(crate) struct Fake {
    overview: Mutex<Arc<Overview>>,
    /// Every wish that was carried out.
    pub(crate) done: Mutex<Vec<Wish>>,
    /// Why it is not of now.
    pub(crate) stale: Mutex<Option<String>>,
    /// Why nobody can see on what a preview rests.
    pub(crate) unseen: Mutex<Option<String>>,
    /// Who holds it makes others wait who look on what a preview rests.
    pub(crate) busy: tokio::sync::Mutex<()>,
}

const DARK: &str = "AccessDeniedException: this role may not";

impl Fake {
    pub(crate) fn of_a_canary() -> Self {
        Self::with(state::overview())
    }

    pub(crate) fn in_the_dark() -> Self {
        Self::with(state::unknown())
    }

    fn with(overview: Overview) -> Self {
        Self {
            overview: Mutex::new(Arc::new(overview)),
            done: Mutex::default(),
            stale: Mutex::default(),
            unseen: Mutex::default(),
            busy: tokio::sync::Mutex::default(),
        }
    }

    fn now(&self) -> Arc<Overview> {
        Arc::clone(&self.overview.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn found(&self) -> Look<Conflicts> {
        if self.now().people.is_err() {
            return Err(DARK.to_owned());
        }
        let mut all = people::conflicts().map_err(|error| error.to_string())?;
        all.retain(|conflict| !self.is_decided(conflict));
        Ok(Conflicts { all, unreadable: 0 })
    }

    fn is_decided(&self, conflict: &Conflict) -> bool {
        let Whose::User(sub) = &conflict.whose else {
            return false;
        };
        self.done.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|wish| {
            matches!(wish, Wish::Resolve { who, subject, .. } if who.as_str() == sub.as_str() && *subject == conflict.subject)
        })
    }

    /// As `twinpool report --html` writes it.
    pub(crate) fn report(&self) -> String {
        report(&self.now(), &self.found())
    }

    /// Where the move would stand, or why it cannot.
    fn after(&self, wish: &Wish) -> Result<Option<Standing>, String> {
        let overview = self.now();
        let standing = overview.standing.as_ref().map_err(Clone::clone)?;
        let step = match wish {
            Wish::Switch { share, force, .. } if *share == Share::ALL && force.is_none() => {
                return Err("verified: 3 users differ without a known reason".to_owned());
            }
            Wish::Switch { share, .. } => Step::Switch { share: *share, cohorts: standing.cohorts.clone() },
            Wish::Rollback { .. } => Step::Rollback,
            Wish::Resolve { .. } | Wish::Sync { .. } => return Ok(None),
        };
        standing.after(&step, overview.at).map(Some).map_err(|why| why.to_string())
    }

    fn change(&self, next: &Standing, wish: &Wish) {
        let mut held = self.overview.lock().unwrap_or_else(PoisonError::into_inner);
        let mut overview = Overview::clone(&held);
        let (Ok(before), Wish::Switch { why, .. } | Wish::Rollback { why }) = (&overview.standing, wish)
        else {
            return;
        };
        let next = Standing { version: before.version + 1, ..next.clone() };
        let line = Change {
            version: next.version,
            from: (before.phase, before.share),
            to: (next.phase, next.share),
            at: overview.at,
            who: state::WHO.to_owned(),
            why: why.as_str().to_owned(),
            forced: vec![],
        };
        if let Ok(history) = &mut overview.history {
            history.push(line);
        }
        overview.standing = Ok(next);
        *held = Arc::new(overview);
    }
}

const CHECKS: &str = "\
✓ table        the phase is written in the table that is there
✓ queue        4 messages wait, the oldest for 2 s
✗ dead letters 2 messages in the DLQ of the mirror
               → twinpool dlq show
readiness      9,480 users sign in to the old pool as ever, 251 need a new
               password there
";

impl Desk for Fake {
    async fn overview(&self) -> Sight {
        Sight {
            overview: self.now(),
            stale: self.stale.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    async fn conflicts(&self) -> Look<Conflicts> {
        self.found()
    }

    async fn person(&self, who: &Sub) -> Look<Option<Person>> {
        if self.now().people.is_err() {
            return Err(DARK.to_owned());
        }
        let found = match who.as_str() {
            people::ADA | people::ADA_NEW => people::ada().map(Some),
            _ => people::other(who),
        };
        let mut found = found.map_err(|error| error.to_string())?;
        if let Some(person) = &mut found {
            person.conflicts.retain(|conflict| !self.is_decided(conflict));
        }
        Ok(found)
    }

    async fn basis(&self, wish: &Wish) -> Look<String> {
        drop(self.busy.lock().await);
        if let Some(why) = self.unseen.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(why);
        }
        match wish {
            Wish::Switch { .. } | Wish::Rollback { .. } => {
                let overview = self.now();
                let standing = overview.standing.as_ref().map_err(Clone::clone)?;
                Ok(standing.version.to_string())
            }
            Wish::Resolve { .. } => Ok(self.found()?.all.len().to_string()),
            Wish::Sync { .. } => Ok(String::new()),
        }
    }

    async fn preview(&self, wish: &Wish) -> Answer {
        match self.after(wish) {
            Err(why) => Answer { text: format!("{CHECKS}refused: {why}\n"), ended: Ended::Refused },
            Ok(Some(_)) => Answer { text: format!("{CHECKS}Now canary, 25 %.\n"), ended: Ended::Done },
            Ok(None) => Answer {
                text: "The mirror reads the user in both pools again.\n".to_owned(),
                ended: Ended::Done,
            },
        }
    }

    async fn act(&self, wish: &Wish) -> Answer {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(wish.clone());
        match self.after(wish) {
            Err(why) => Answer { text: format!("refused: {why}\n"), ended: Ended::Refused },
            Ok(None) => Answer { text: "in step\n".to_owned(), ended: Ended::Done },
            Ok(Some(next)) => {
                self.change(&next, wish);
                let text = format!("now {}, version {}\n", next.phase, next.version + 1);
                Answer { text, ended: Ended::Done }
            }
        }
    }
}
