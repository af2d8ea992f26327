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

fn on(basis: &str, at: Instant) -> Rests {
    Rests { basis: basis.to_owned(), at }
}

/// What was shown just now, on nothing.
fn kept(pending: &Pending) -> String {
    pending.keep(wish(), on("", Instant::now())).unwrap()
}

async fn same(_: Wish) -> Look<Rests> {
    Ok(on("", Instant::now()))
}

async fn act(_: Wish) -> Answer {
    done()
}

async fn never(_: Wish) -> Answer {
    unreachable!("it must not be begun")
}

/// Begun, and then whoever asked has gone.
async fn begun<F: Future<Output = Answer> + Send + 'static>(pending: &Pending, nonce: &str, act: F) {
    let mut asked = Box::pin(pending.confirm(nonce, same, |_| act));
    let is_pending =
        std::future::poll_fn(|context| std::task::Poll::Ready(asked.as_mut().poll(context).is_pending()));
    assert!(is_pending.await);
}

#[tokio::test]
async fn what_is_confirmed_twice_is_done_once_and_both_hear_what_came_of_it() {
    let (pending, times) = (Pending::default(), Arc::new(AtomicU32::new(0)));
    let nonce = kept(&pending);
    let act = |_| {
        let times = Arc::clone(&times);
        async move {
            times.fetch_add(1, Ordering::Relaxed);
            done()
        }
    };
    let (one, other) = tokio::join!(pending.confirm(&nonce, same, act), pending.confirm(&nonce, same, act));
    let later = pending.confirm(&nonce, same, act).await;
    for answer in [one, other, later] {
        assert_eq!(answer, Ok((wish(), done())));
    }
    assert_eq!(times.load(Ordering::Relaxed), 1);
    assert_eq!(pending.confirm("guessed", same, act).await, Err(NotDone::Unknown));
}

#[tokio::test]
async fn what_is_not_as_it_was_shown_is_not_done() {
    let (pending, at) = (Pending::default(), Instant::now());
    let nonce = pending.keep(wish(), on("version 5", at)).unwrap();
    for (now, stale) in [
        (Ok(on("version 6", at)), Stale::Changed),
        (Err("the table does not answer".to_owned()), Stale::Unseen("the table does not answer".to_owned())),
        (Ok(on("version 5", at + LONGEST + Duration::from_secs(1))), Stale::Old),
    ] {
        let got = pending.confirm(&nonce, |_| async { now }, never).await;
        assert_eq!(got, Err(NotDone::Stale(wish(), stale)));
    }
    let got = pending.confirm(&nonce, |_| async { Ok(on("version 5", at + LONGEST)) }, act).await;
    assert_eq!(got, Ok((wish(), done())));
}

#[tokio::test]
async fn what_was_begun_answers_whatever_became_of_what_it_rests_on() {
    let (pending, at) = (Pending::default(), Instant::now());
    let nonce = pending.keep(wish(), on("version 5", at)).unwrap();
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    // Looks before the other one is done, and sees what the other one did.
    let late = pending.confirm(
        &nonce,
        |_| async {
            drop(wait.await);
            Ok(on("version 6", at + 2 * LONGEST))
        },
        never,
    );
    let first = async {
        let got = pending.confirm(&nonce, |_| async { Ok(on("version 5", at)) }, act).await;
        go.send(()).unwrap();
        got
    };
    let (late, first) = tokio::join!(late, first);
    let again =
        pending.confirm(&nonce, |_| async { unreachable!("it was begun") as Look<Rests> }, never).await;
    for answer in [late, first, again] {
        assert_eq!(answer, Ok((wish(), done())));
    }
}

#[tokio::test]
async fn it_goes_on_when_whoever_asked_has_gone() {
    let pending = Pending::default();
    let nonce = kept(&pending);
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let act = async move {
        drop(wait.await);
        done()
    };
    begun(&pending, &nonce, act).await;
    go.send(()).unwrap();
    assert_eq!(pending.confirm(&nonce, same, never).await, Ok((wish(), done())));
}

#[tokio::test]
async fn a_break_is_told_as_one() {
    let pending = Pending::default();
    let nonce = kept(&pending);
    let (_, answer) = pending.confirm(&nonce, same, |_| async { panic!("broken on purpose") }).await.unwrap();
    assert_eq!(answer.ended, Ended::Failed);
}

#[tokio::test]
async fn the_oldest_that_was_not_begun_gives_way() {
    let pending = Pending::default();
    let (done_one, under_way) = (kept(&pending), kept(&pending));
    pending.confirm(&done_one, same, act).await.unwrap();
    begun(&pending, &under_way, std::future::pending()).await;
    let waiting: Vec<_> = (2..=MOST).map(|_| kept(&pending)).collect();
    assert_eq!(pending.confirm(&waiting[0], same, never).await, Err(NotDone::Unknown));
    assert_eq!(pending.confirm(&done_one, same, never).await, Ok((wish(), done())));
    begun(&pending, &under_way, never(wish())).await;
    assert_eq!(pending.confirm(&waiting[1], same, act).await, Ok((wish(), done())));
}

#[tokio::test]
async fn where_all_were_begun_the_oldest_that_is_done_gives_way() {
    let pending = Pending::default();
    let under_way: Vec<_> = (2..MOST).map(|_| kept(&pending)).collect();
    for nonce in &under_way {
        begun(&pending, nonce, std::future::pending()).await;
    }
    let ended = [kept(&pending), kept(&pending)];
    // One that broke off is not under way either.
    pending.confirm(&ended[0], same, |_| async { panic!("broken on purpose") }).await.unwrap();
    pending.confirm(&ended[1], same, act).await.unwrap();
    for nonce in &ended {
        begun(&pending, &kept(&pending), std::future::pending()).await;
        assert_eq!(pending.confirm(nonce, same, never).await, Err(NotDone::Unknown));
    }
    // Nothing can give way now: all are kept.
    kept(&pending);
    for nonce in &under_way {
        begun(&pending, nonce, never(wish())).await;
    }
}
