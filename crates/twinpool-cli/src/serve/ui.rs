//! The page for the team that runs the move: what it shows and does comes from the code of the other commands.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use twinpool_core::check::Look;
use twinpool_core::id::Sub;
use twinpool_core::phase::PhaseReader as _;
use twinpool_page::{Access, Answer, Conflicts, Desk, Ended, Person, Settings, Sight, Wish};

use crate::again::Again;
use crate::conflicts::{held, open};
use crate::explain::{Eyes, Unread};
use crate::progress::Progress;
use crate::signal::asked_to_stop_with;
use crate::status::{Lookout, WALK_OF_MANY, lookout};
use crate::{Command, Exit, Outcome};

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
    let desk = Arc::new(OfCommands { eyes, sight, commands });
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

/// The words of a command, and who waits for what comes of it.
type Asking = (Vec<String>, oneshot::Sender<Answer>);

/// One command after the other, as one person would.
async fn work_off(again: &Again, mut asked: mpsc::Receiver<Asking>) {
    while let Some((words, waits)) = asked.recv().await {
        let answer = answer(again.run(&words).await);
        // Whoever asked may have gone.
        drop(waits.send(answer));
    }
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
    commands: mpsc::Sender<Asking>,
}

impl Desk for OfCommands {
    async fn overview(&self) -> Sight {
        self.sight.borrow().clone()
    }

    async fn conflicts(&self) -> Look<Conflicts> {
        open(&self.eyes.links).await.map_err(|error| error.to_string())
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

    async fn preview(&self, wish: &Wish) -> Answer {
        self.asked(wish, "--dry-run").await
    }

    async fn act(&self, wish: &Wish) -> Answer {
        self.asked(wish, "--yes").await
    }
}

impl OfCommands {
    async fn asked(&self, wish: &Wish, how: &str) -> Answer {
        let mut words = wish.arguments();
        words.push(how.to_owned());
        let (waits, answered) = oneshot::channel();
        let gone = || Answer { text: "the page is being ended\n".to_owned(), ended: Ended::Failed };
        if self.commands.send((words, waits)).await.is_err() {
            return gone();
        }
        answered.await.unwrap_or_else(|_| gone())
    }
}

fn answer(outcome: Outcome) -> Answer {
    match outcome {
        Ok((text, Exit::Done | Exit::Warned)) => Answer { text, ended: Ended::Done },
        Ok((text, Exit::Blocked | Exit::NotFound | Exit::Usage)) => Answer { text, ended: Ended::Refused },
        Ok((text, Exit::Failed | Exit::Unanswered | Exit::StillInConflict)) => {
            Answer { text, ended: Ended::Failed }
        }
        Err(problem) => Answer { text: format!("{problem:#}\n"), ended: Ended::Failed },
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
