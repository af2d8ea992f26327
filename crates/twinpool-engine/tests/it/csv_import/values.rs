//! Values that a file carries, and values that it would change.

use std::sync::Arc;

use proptest::prelude::*;
use twinpool_core::id::Sub;
use twinpool_core::value::Value;
use twinpool_engine::Limits;
use twinpool_testkit::Process;
use twinpool_testkit::world::attribute;

use super::{Bench, Watching, world};

fn text() -> impl Strategy<Value = String> {
    let hard =
        prop::sample::select(vec!['"', ',', '\n', '\r', '\\', ' ', '\t', '\'', ';', '\u{feff}', '\u{a0}']);
    let one = prop_oneof![hard, any::<char>(), prop::char::range('a', 'z'), prop::char::range('a', 'z')];
    prop::collection::vec(one, 1..12).prop_map(|all| all.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn a_value_arrives_by_a_file_as_it_was_or_is_left_to_a_call(text in text()) {
        let bench = Bench::of(world(1));
        let sub = Sub::parse("old-0").expect("a sub");
        bench.world.old.edit(&sub, |person| {
            person.attributes.remove(&attribute("birthdate"));
            person.attributes.insert(attribute("name"), Value::new(text.as_str()));
        });
        let process = Arc::new(Process::healthy());
        let watching = Watching::default();
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let work = bench.import(&process, Limits::default(), &watching);
        let (report, _) = clock.expect("a runtime").block_on(work).expect("an import");
        // Nothing was put right afterwards.
        prop_assert!(!process.calls().iter().any(|call| call.starts_with("Admin")));
        let made = bench.world.new.person("p0@example.com");
        match report.sent {
            0 => prop_assert!(made.is_none()),
            _ => prop_assert_eq!(made.as_ref().and_then(|made| made.value("name")), Some(text.as_str())),
        }
    }
}
