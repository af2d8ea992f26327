//! When keys are read, and what holds while they cannot be.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use twinpool_core::id::Pool;
use twinpool_core::port::Answer;
use twinpool_resolver::{KeySource, Refused, Verifier};

use crate::signer::Signer;
use crate::support::{Addresses, Hand, ISSUED, NEW_KEYS, OLD_KEYS, access, code, old_access, trust, with};

const PAUSE: Duration = Duration::from_secs(10);
const MAX_AGE: Duration = Duration::from_secs(3600);

/// A token with a key id of nobody.
fn unknown() -> String {
    Signer::other().sign(&access())
}

fn good() -> String {
    Signer::new().sign(&access())
}

#[tokio::test]
async fn each_pool_is_asked_once_and_at_its_own_address() {
    let (addresses, clock) = (Addresses::both(), Hand::default());
    let verifier = Verifier::new(trust(), &addresses, &clock);
    for _ in 0..3 {
        assert_eq!(code(verifier.verify(&good()).await), "accepted");
    }
    assert_eq!(addresses.asked(), [NEW_KEYS]);
    for _ in 0..3 {
        assert_eq!(code(verifier.verify(&Signer::old().sign(&old_access())).await), "accepted");
    }
    assert_eq!(addresses.asked(), [NEW_KEYS, OLD_KEYS]);
}

#[tokio::test]
async fn what_is_refused_for_its_form_or_issuer_asks_nobody() {
    let addresses = Addresses::both();
    let verifier = Verifier::new(trust(), &addresses, Hand::default());
    let stranger = Signer::new().sign(&serde_json::json!({ "iss": "https://evil.example" }));
    for token in ["", "a.b.c", &stranger, &"x".repeat(100_000)] {
        assert!(verifier.verify(token).await.is_err());
    }
    assert_eq!(addresses.asked(), [""; 0]);
}

#[tokio::test]
async fn a_new_key_is_found_and_made_up_ones_cost_one_look_in_a_while() {
    let (addresses, clock) = (Addresses::both(), Hand::default());
    let verifier = Verifier::new(trust(), &addresses, &clock);
    for _ in 0..100 {
        assert_eq!(code(verifier.verify(&unknown()).await), "unknown_key");
    }
    assert_eq!(addresses.asked().len(), 1);
    clock.pass(PAUSE);
    for _ in 0..100 {
        assert_eq!(code(verifier.verify(&unknown()).await), "unknown_key");
    }
    assert_eq!(addresses.asked().len(), 2);
    // The pool takes a new key, and the old one stays for the tokens that are out.
    addresses.set(NEW_KEYS, &[Signer::new().jwk(), Signer::other().jwk()]);
    clock.pass(PAUSE);
    assert_eq!(code(verifier.verify(&unknown()).await), "accepted");
    assert_eq!(code(verifier.verify(&good()).await), "accepted");
    assert_eq!(addresses.asked(), [NEW_KEYS; 3]);
}

#[tokio::test]
async fn a_look_that_fails_costs_no_key() {
    let (addresses, clock) = (Addresses::both(), Hand::default());
    let verifier = Verifier::new(trust(), &addresses, &clock);
    assert_eq!(code(verifier.verify(&good()).await), "accepted");
    for broken in [None, Some("<html>"), Some(r#"{"keys":[]}"#), Some("")] {
        match broken {
            None => addresses.silence(NEW_KEYS),
            Some(text) => addresses.set_text(NEW_KEYS, text),
        }
        clock.pass(PAUSE);
        // Nobody knows whether the pool has such a key now.
        assert_eq!(verifier.verify(&unknown()).await.err(), Some(Refused::Keys(Pool::New)));
        assert_eq!(code(verifier.verify(&good()).await), "accepted");
    }
    assert_eq!(addresses.asked().len(), 5);
}

#[tokio::test]
async fn without_any_keys_they_are_asked_for_each_second() {
    let (addresses, clock) = (Addresses::default(), Hand::default());
    let verifier = Verifier::new(trust(), &addresses, &clock);
    for _ in 0..10 {
        assert_eq!(verifier.verify(&good()).await.err(), Some(Refused::Keys(Pool::New)));
    }
    assert_eq!(addresses.asked().len(), 1);
    addresses.set(NEW_KEYS, &[Signer::new().jwk()]);
    clock.pass(Duration::from_secs(1));
    assert_eq!(code(verifier.verify(&good()).await), "accepted");
}

#[tokio::test]
async fn old_keys_are_read_again_and_serve_until_they_are() {
    let (addresses, clock) = (Addresses::both(), Hand::default());
    let verifier = Verifier::new(trust().with_leeway(MAX_AGE * 10), &addresses, &clock);
    assert_eq!(code(verifier.verify(&good()).await), "accepted");
    addresses.silence(NEW_KEYS);
    clock.pass(MAX_AGE);
    for _ in 0..10 {
        assert_eq!(code(verifier.verify(&good()).await), "accepted");
    }
    assert_eq!(addresses.asked().len(), 2);
    // The pool has withdrawn the key.
    addresses.set(NEW_KEYS, &[Signer::other().jwk()]);
    clock.pass(PAUSE);
    assert_eq!(code(verifier.verify(&good()).await), "unknown_key");
    assert_eq!(code(verifier.verify(&unknown()).await), "accepted");
    assert_eq!(addresses.asked().len(), 3);
}

#[tokio::test]
async fn a_clock_that_is_set_back_stops_nothing() {
    let (addresses, clock) = (Addresses::both(), Hand::default());
    let verifier = Verifier::new(trust().with_leeway(MAX_AGE * 100), &addresses, &clock);
    assert_eq!(code(verifier.verify(&good()).await), "accepted");
    clock.set(crate::support::ISSUED - 3600);
    addresses.set(NEW_KEYS, &[Signer::new().jwk(), Signer::other().jwk()]);
    assert_eq!(code(verifier.verify(&unknown()).await), "accepted");
}

#[tokio::test]
async fn warming_reads_what_is_not_there_and_no_more() {
    let addresses = Addresses::both();
    addresses.silence(OLD_KEYS);
    let verifier = Verifier::new(trust(), &addresses, Hand::default());
    verifier.warm().await;
    assert_eq!(addresses.asked(), [OLD_KEYS, NEW_KEYS]);
    assert_eq!(code(verifier.verify(&good()).await), "accepted");
    verifier.warm().await;
    assert_eq!(addresses.asked(), [OLD_KEYS, NEW_KEYS]);
}

/// A source that answers as often as it is let to.
struct Gate {
    addresses: Addresses,
    passes: Semaphore,
    began: AtomicUsize,
}

impl Gate {
    fn shut() -> Arc<Self> {
        let passes = Semaphore::new(0);
        Arc::new(Self { addresses: Addresses::both(), passes, began: AtomicUsize::new(0) })
    }

    async fn until_asked(&self, times: usize) {
        for _ in 0..1_000 {
            if self.began.load(Ordering::SeqCst) >= times {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the keys are not asked for");
    }
}

impl KeySource for Gate {
    async fn keys(&self, url: &str) -> Answer<String> {
        self.began.fetch_add(1, Ordering::SeqCst);
        self.passes.acquire().await.unwrap().forget();
        self.addresses.keys(url).await
    }
}

#[tokio::test]
async fn many_at_once_ask_once() {
    let gate = Gate::shut();
    let verifier = Arc::new(Verifier::new(trust(), Arc::clone(&gate), Hand::default()));
    let mut tasks = tokio::task::JoinSet::new();
    for token in (0..50).map(|n| if n % 2 == 0 { good() } else { unknown() }) {
        let verifier = Arc::clone(&verifier);
        tasks.spawn(async move { code(verifier.verify(&token).await) });
    }
    gate.until_asked(1).await;
    gate.passes.add_permits(50);
    let codes: Vec<_> = tasks.join_all().await;
    assert_eq!(codes.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from(["accepted", "unknown_key"]));
    assert_eq!(gate.addresses.asked(), [NEW_KEYS]);
}

/// Another key id of nobody.
fn made_up() -> String {
    Signer::other().called("made-up").sign(&access())
}

struct Service {
    verifier: Arc<Verifier<Arc<Gate>, &'static Hand>>,
    gate: Arc<Gate>,
    clock: &'static Hand,
}

impl Service {
    fn start() -> Self {
        let (gate, clock): (_, &'static Hand) = (Gate::shut(), Box::leak(Box::default()));
        let trust = trust().with_leeway(MAX_AGE * 10);
        Self { verifier: Arc::new(Verifier::new(trust, Arc::clone(&gate), clock)), gate, clock }
    }

    fn request(&self, token: String) -> JoinHandle<&'static str> {
        let verifier = Arc::clone(&self.verifier);
        tokio::spawn(async move { code(verifier.verify(&token).await) })
    }

    /// Whoever reads is the first of these; each goes away as soon as the keys are asked for.
    async fn hang_up(&self, requests: impl IntoIterator<Item = JoinHandle<&'static str>>) {
        let before = self.asked();
        for (request, asked) in requests.into_iter().zip(before + 1..) {
            self.gate.until_asked(asked).await;
            assert_eq!(self.asked(), asked, "one at a time");
            request.abort();
            assert!(request.await.unwrap_err().is_cancelled());
        }
    }

    fn asked(&self) -> usize {
        self.gate.began.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn who_has_its_key_waits_for_nobody() {
    let service = Service::start();
    service.gate.passes.add_permits(1);
    assert_eq!(service.request(good()).await.unwrap(), "accepted");
    // One looks for a key that nobody has, and gets no answer.
    service.clock.pass(MAX_AGE);
    let stuck = service.request(unknown());
    service.gate.until_asked(2).await;
    for _ in 0..10 {
        assert_eq!(service.request(good()).await.unwrap(), "accepted");
    }
    // The other pool's keys are another matter.
    service.gate.passes.add_permits(2);
    assert_eq!(service.request(Signer::old().sign(&old_access())).await.unwrap(), "accepted");
    assert_eq!(stuck.await.unwrap(), "unknown_key");
}

#[tokio::test]
async fn who_hangs_up_half_way_leaves_the_turn_to_the_next() {
    let service = Service::start();
    service.hang_up([service.request(good())]).await;
    service.gate.passes.add_permits(1);
    assert_eq!(service.request(good()).await.unwrap(), "accepted");
    // The pool takes a new key. Before the first who has it, strangers with made-up ones wait, and go away.
    service.gate.addresses.set(NEW_KEYS, &[Signer::new().jwk(), Signer::other().jwk()]);
    service.clock.pass(PAUSE);
    let strangers: Vec<_> = (0..5).map(|_| service.request(made_up())).collect();
    let honest = service.request(unknown());
    service.hang_up(strangers).await;
    service.gate.passes.add_permits(1);
    assert_eq!(honest.await.unwrap(), "accepted");
    assert_eq!(service.asked(), 8);
    // That look came to an end: the next waits for its time.
    assert_eq!(service.request(made_up()).await.unwrap(), "unknown_key");
    assert_eq!(service.asked(), 8);
}

#[tokio::test]
async fn who_hangs_up_half_way_does_not_keep_a_withdrawn_key_alive() {
    let service = Service::start();
    service.gate.passes.add_permits(1);
    assert_eq!(service.request(good()).await.unwrap(), "accepted");
    service.gate.addresses.set(NEW_KEYS, &[Signer::other().jwk()]);
    service.clock.pass(MAX_AGE);
    service.hang_up([service.request(made_up())]).await;
    service.gate.passes.add_permits(1);
    assert_eq!(service.request(good()).await.unwrap(), "unknown_key");
}

#[tokio::test]
async fn a_key_that_may_be_new_and_is_not_looked_for_yet_is_no_refusal() {
    let (addresses, clock) = (Addresses::both(), Hand::default());
    let verifier = Verifier::new(trust(), &addresses, &clock);
    assert_eq!(code(verifier.verify(&good()).await), "accepted");
    addresses.set(NEW_KEYS, &[Signer::new().jwk(), Signer::other().jwk()]);
    clock.pass(PAUSE - Duration::from_secs(1));
    let made = |iat: u64| Signer::other().sign(&with(access(), json!({ "iat": iat })));
    let (now, before) = (made(ISSUED + 69), made(ISSUED - 1));
    assert_eq!(verifier.verify(&now).await.err(), Some(Refused::Keys(Pool::New)));
    // Made before the keys were read: its key would have been among them.
    assert_eq!(code(verifier.verify(&before).await), "unknown_key");
    clock.pass(Duration::from_secs(1));
    assert_eq!(code(verifier.verify(&now).await), "accepted");
    assert_eq!(addresses.asked().len(), 2);
}
