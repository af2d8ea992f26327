//! Under which sub the log tells of a user.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use twinpool_core::change_event::ChangeEvent;
use twinpool_engine::Message;
use twinpool_testkit::world::event_of;
use twinpool_testkit::{Process, World};

use crate::both_ways::world::{in_canary, new_sub};
use crate::support::{NOW, SIGN_IN, audited, engine, engine_both_ways};

#[derive(Default)]
struct Line(BTreeMap<&'static str, String>);

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}

/// Keeps the subs of lines about events.
struct Log(Arc<Mutex<Vec<[Option<String>; 2]>>>);

impl Subscriber for Log {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _span: &Id, _values: &Record<'_>) {}
    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        if line.0.contains_key("phase") {
            let subs = ["user.old_sub", "user.new_sub"].map(|name| line.0.remove(name));
            self.0.lock().expect("nobody panicked").push(subs);
        }
    }
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}

/// What the log calls the user of this event.
async fn subs(world: &World, event: &ChangeEvent, may_write_old: bool) -> [Option<String>; 2] {
    let lines = Arc::default();
    let _log = tracing::subscriber::set_default(Log(Arc::clone(&lines)));
    let process = Arc::new(Process::healthy());
    let engine = match may_write_old {
        true => engine_both_ways(world, &process, NOW),
        false => engine(world, &process),
    };
    let (id, group) = ("1".to_owned(), Some("group".to_owned()));
    let span = tracing::Span::none();
    let message = Message { id, group, body: event.to_body(), delivery: 1, span };
    engine.process(vec![message], Instant::now() + Duration::from_secs(10)).await;
    let mut lines = lines.lock().expect("nobody panicked");
    assert_eq!(lines.len(), 1, "one line about an event");
    lines.remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_user_is_told_of_under_the_sub_of_the_pool_whose_event_it_is() {
    let world = in_canary();
    let new = new_sub(&world).to_string();
    let of_old = [Some("jane-sub".to_owned()), None];
    let of_new = [None, Some(new.clone())];
    // Done, failed, and done without a word more.
    for (may_write_old, repeats) in [(false, 1), (true, 2)] {
        for _ in 0..repeats {
            let token = event_of(&world.new, &new, SIGN_IN);
            assert_eq!(subs(&world, &token, may_write_old).await, of_new);
            let change = audited("AdminUpdateUserAttributes", "jane-sub");
            assert_eq!(subs(&world, &change, may_write_old).await, of_old);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_only_given_its_user_id_is_told_of_under_its_own_sub() {
    let world = World::username_to_email();
    world.new.put(twinpool_testkit::world::person("n-1", "n-1", &[("email", "nina@example.com")]));
    let token = event_of(&world.new, "n-1", SIGN_IN);
    assert_eq!(subs(&world, &token, false).await, [None, Some("n-1".to_owned())]);
}
