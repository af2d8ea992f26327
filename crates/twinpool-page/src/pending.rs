//! What was shown and waits to be confirmed: each is done once, whoever asks how often, and to its end, whoever goes away.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use crate::access::{NoRandom, random};
use crate::desk::{Answer, Ended};
use crate::wish::Wish;

/// So many are kept. The oldest gives way.
const MOST: usize = 32;

#[derive(Debug, Default)]
pub(crate) struct Pending(Mutex<VecDeque<Shown>>);

#[derive(Debug)]
struct Shown {
    nonce: String,
    wish: Wish,
    /// What comes of it, once it is begun.
    outcome: Option<Outcome>,
}

type Outcome = watch::Receiver<Option<Answer>>;

impl Pending {
    /// Keeps what was shown, under a name that works once.
    pub(crate) fn keep(&self, wish: Wish) -> Result<String, NoRandom> {
        let nonce = random::<16>()?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back(Shown { nonce: nonce.clone(), wish, outcome: None });
        Ok(nonce)
    }

    /// Does it, unless somebody does or did; and what came of it. `None`: nothing is known under this name.
    pub(crate) async fn confirm<F>(&self, nonce: &str, act: impl FnOnce(Wish) -> F) -> Option<(Wish, Answer)>
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let (wish, mut outcome) = self.begin(nonce, act)?;
        let answer = outcome.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone());
        Some((wish, answer.unwrap_or_else(broken)))
    }

    fn begin<F>(&self, nonce: &str, act: impl FnOnce(Wish) -> F) -> Option<(Wish, Outcome)>
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = all.iter_mut().find(|shown| shown.nonce == nonce)?;
        let wish = shown.wish.clone();
        if let Some(outcome) = &shown.outcome {
            return Some((wish, outcome.clone()));
        }
        let (tell, outcome) = watch::channel(None);
        shown.outcome = Some(outcome.clone());
        let work = act(wish.clone());
        // On its own: a browser that goes away must not leave it half done.
        tokio::spawn(async move {
            let answer = work.await;
            tell.send_replace(Some(answer));
        });
        Some((wish, outcome))
    }
}

fn broken() -> Answer {
    Answer {
        text: "The work broke off without an answer: this is a mistake in twinpool. `twinpool phase` and `twinpool explain` say how it \
               stands."
            .to_owned(),
        ended: Ended::Failed,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::wish::Why;

    fn wish() -> Wish {
        Wish::Rollback { why: Why::parse("it must be").unwrap() }
    }

    fn done() -> Answer {
        Answer { text: "done".to_owned(), ended: Ended::Done }
    }

    #[tokio::test]
    async fn what_is_confirmed_twice_is_done_once_and_both_hear_what_came_of_it() {
        let (pending, times) = (Pending::default(), Arc::new(AtomicU32::new(0)));
        let nonce = pending.keep(wish()).unwrap();
        let act = |_| {
            let times = Arc::clone(&times);
            async move {
                times.fetch_add(1, Ordering::Relaxed);
                done()
            }
        };
        let (one, other) = tokio::join!(pending.confirm(&nonce, act), pending.confirm(&nonce, act));
        let later = pending.confirm(&nonce, act).await;
        for answer in [one, other, later] {
            assert_eq!(answer, Some((wish(), done())));
        }
        assert_eq!(times.load(Ordering::Relaxed), 1);
        assert_eq!(pending.confirm("guessed", act).await, None);
    }

    #[tokio::test]
    async fn it_goes_on_when_whoever_asked_has_gone() {
        let pending = Pending::default();
        let nonce = pending.keep(wish()).unwrap();
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let act = async move {
            drop(wait.await);
            done()
        };
        let mut asked = Box::pin(pending.confirm(&nonce, |_| act));
        // Begun, and then nobody listens any more.
        assert!(
            std::future::poll_fn(|context| std::task::Poll::Ready(asked.as_mut().poll(context).is_pending()))
                .await
        );
        drop(asked);
        go.send(()).unwrap();
        let again = pending.confirm(&nonce, |_| async { unreachable!("it was begun") }).await;
        assert_eq!(again, Some((wish(), done())));
    }

    #[tokio::test]
    async fn a_break_is_told_as_one() {
        let pending = Pending::default();
        let nonce = pending.keep(wish()).unwrap();
        let (_, answer) = pending.confirm(&nonce, |_| async { panic!("broken on purpose") }).await.unwrap();
        assert_eq!(answer.ended, Ended::Failed);
    }

    #[tokio::test]
    async fn the_oldest_gives_way() {
        let pending = Pending::default();
        let first = pending.keep(wish()).unwrap();
        let others: Vec<_> = (0..MOST).map(|_| pending.keep(wish()).unwrap()).collect();
        assert_eq!(pending.confirm(&first, |_| async { done() }).await, None);
        assert!(pending.confirm(&others[0], |_| async { done() }).await.is_some());
    }
}
