//! The page for the team that runs the move: what it shows and does comes from the code of the other commands.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use twinpool_core::check::Look;
use twinpool_core::id::Sub;
use twinpool_core::phase::PhaseReader as _;
use twinpool_core::port::Clock as _;
use twinpool_page::{Access, Answer, Conflicts, Desk, Ended, Person, Settings, Sight, Wish};

use crate::again::Again;
use crate::clock::SystemClock;
use crate::conflicts::{held, open};
use crate::explain::{Eyes, Unread};
use crate::progress::Progress;
use crate::resolve::find;
use crate::signal::asked_to_stop_with;
use crate::status::{Lookout, WALK_OF_MANY, lookout};
use crate::{Command, Exit, Outcome};

mod hands;

use hands::{Job, Meant, work_off};

/// So often everything is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// Serves the page until somebody wants it to end.
pub(super) async fn serve(again: Again, listener: TcpListener, allow_changes: bool) -> Outcome {
    let progress = Progress::new(None);
    let access = Access::new().context("the page cannot be served")?;
    let url = access.url(listener.local_addr()?);
    let (mut lookout, eyes) = (lookout(&again, WALK_OF_MANY).await?, eyes(&again).await?);
    let (told, sight) = watch::channel(look(&mut lookout).await);
    let looking = async {
        loop {
            tokio::time::sleep(EVERY).await;
            told.send_replace(look(&mut lookout).await);
        }
    };
    let (commands, asked) = mpsc::channel(1);
    let desk =
        Arc::new(OfCommands { eyes, sight, commands, listed: Mutex::default(), changes: AtomicU64::new(0) });
    let page = twinpool_page::router(desk, Settings { access, allow_changes });
    progress.say(&format!("open {url}"));
    progress.say(match allow_changes {
        true => "whoever has this address may switch, roll back and decide as you may (Ctrl-C ends it)",
        false => "it shows, and changes nothing: --allow-changes lets it (Ctrl-C ends it)",
    });
    let stop = async move { asked_to_stop_with(&progress, "what was begun is finished first").await };
    let served = async { axum::serve(listener, page).with_graceful_shutdown(stop).await };
    // What was begun is finished, also when whoever asked has gone: it ends when nobody can ask any more.
    let working = async { tokio::join!(served, work_off(&again, asked)).0 };
    tokio::select! {
        ended = working => ended?,
        () = looking => {}
    }
    Ok((String::new(), Exit::Done))
}

async fn eyes(again: &Again) -> anyhow::Result<Eyes> {
    // Whoever it is: the page asks for others.
    let words = ["explain", "nobody"].map(str::to_owned);
    let Command::Explain(arguments) = again.read(&words).await?.command else {
        bail!("`twinpool explain` was not understood");
    };
    Box::pin(arguments.eyes()).await
}

async fn look(lookout: &mut Lookout) -> Sight {
    Sight { overview: Arc::new(Box::pin(lookout.look()).await), stale: None }
}

/// What the page asks.
struct OfCommands {
    eyes: Eyes,
    sight: watch::Receiver<Sight>,
    commands: mpsc::Sender<Job>,
    listed: Mutex<Option<Listed>>,
    /// How often something was changed from here.
    changes: AtomicU64,
}

/// What waited for a decision, when the table was walked over.
struct Listed {
    /// After so many changes.
    changes: u64,
    at: Instant,
    took: Duration,
    all: Conflicts,
}

impl Listed {
    /// A large table is not walked over for every look.
    fn is_fresh(&self, changes: u64) -> bool {
        const REST: u32 = 10;
        self.changes == changes && self.at.elapsed() < self.took.saturating_mul(REST)
    }
}

/// A look that is older is not of now.
const STALE: u64 = 20_000;

impl Desk for OfCommands {
    async fn overview(&self) -> Sight {
        let mut sight = self.sight.borrow().clone();
        let age = SystemClock.now().0.saturating_sub(sight.overview.at.0);
        if age > STALE {
            sight.stale = Some("the next look takes long".to_owned());
        }
        sight
    }

    async fn conflicts(&self) -> Look<Conflicts> {
        // One walk at a time.
        let mut listed = self.listed.lock().await;
        let changes = self.changes.load(Ordering::Relaxed);
        if let Some(listed) = listed.as_ref().filter(|listed| listed.is_fresh(changes)) {
            return Ok(listed.all.clone());
        }
        let at = Instant::now();
        let all = open(&self.eyes.links).await.map_err(|error| error.to_string())?;
        *listed = Some(Listed { changes, at: Instant::now(), took: at.elapsed(), all: all.clone() });
        Ok(all)
    }

    async fn person(&self, who: &Sub) -> Look<Option<Person>> {
        let told = Box::pin(self.eyes.tell(who.as_str(), false)).await.map_err(said)?;
        let Some(told) = told else {
            return Ok(None);
        };
        let standing = self.eyes.links.standing().await.ok();
        let held = match told.link() {
            Some(link) => held(&self.eyes.links, link).await.map_err(|error| error.to_string())?,
            None => Vec::new(),
        };
        Ok(Some(told.person(standing.as_ref(), held)))
    }

    async fn basis(&self, wish: &Wish) -> Look<String> {
        let links = &self.eyes.links;
        let version = match wish {
            Wish::Switch { .. } | Wish::Rollback { .. } => {
                links.standing().await.map(|standing| standing.version)
            }
            Wish::Resolve { who, .. } => {
                find(links, who).await.map(|link| link.map_or(0, |link| link.version))
            }
            // Nothing is decided by it.
            Wish::Sync { .. } => return Ok(String::new()),
        };
        version
            .map(|version| version.to_string())
            .map_err(|error| format!("the table did not answer: {error}"))
    }

    async fn preview(&self, wish: &Wish) -> Answer {
        self.asked(wish, Meant::Shown).await
    }

    async fn act(&self, wish: &Wish) -> Answer {
        let answer = self.asked(wish, Meant::Done).await;
        // It may have been the last of its kind. A walk that is under way is not waited for.
        self.changes.fetch_add(1, Ordering::Relaxed);
        answer
    }
}

impl OfCommands {
    async fn asked(&self, wish: &Wish, meant: Meant) -> Answer {
        let (waits, answered) = oneshot::channel();
        let gone = || Answer { text: "the page is being ended\n".to_owned(), ended: Ended::Failed };
        if self.commands.send(Job::new(wish, meant, waits)).await.is_err() {
            return gone();
        }
        answered.await.unwrap_or_else(|_| gone())
    }
}

fn said(why: Unread) -> String {
    match why {
        Unread::NoName => "this is no sub, user id or username".to_owned(),
        Unread::Table(error) => format!("the table did not answer: {error}"),
        Unread::OldPool(error) => format!("the old pool did not answer: {error}"),
        Unread::NewPool(error) => format!("the new pool did not answer: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_kept_for_a_while_and_not_beyond_a_change() {
        let listed = Listed {
            changes: 1,
            at: Instant::now(),
            took: Duration::from_secs(3600),
            all: Conflicts::default(),
        };
        assert!(listed.is_fresh(1) && !listed.is_fresh(2));
        assert!(
            !Listed { took: Duration::ZERO, ..listed }.is_fresh(1),
            "a small table is walked over each time"
        );
    }
}
