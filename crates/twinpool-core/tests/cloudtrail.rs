//! Every file of `events/cloudtrail`: what it gives, and that nothing of its content goes on.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use twinpool_core::change_event::{
    Audited, ChangeEvent, EventId, Followed, GROUP_OPERATIONS, Ignored, USER_OPERATIONS, UnreadableRecord,
    audit,
};
use twinpool_core::id::{GroupName, PoolId, Sub, Timestamp, Username};

const OLD_POOL: &str = "eu-west-1_oLdP00l01";
const ROLE: &str = "arn:aws:iam::123456789012:role/twinpool-MirrorRole-1A2B3C4D5E6F";

/// The users that the records tell of; nobody else is in them.
const PEOPLE: [&str; 3] = [
    "0b6f2c1e-5d0a-4f53-9d57-1d7a3c2e9a01",
    "7c3f9d20-88b1-4c7e-8a42-5b9e6f10c2d3",
    "62a5f4e4-a0b1-7042-9c3d-8e6f5a4b3c2d",
];

struct File {
    /// `<EventName>[.<variant>]`.
    name: String,
    text: String,
}

impl File {
    fn operation(&self) -> &str {
        self.name.split('.').next().unwrap()
    }

    /// The operation, as the lists spell it.
    fn known(&self) -> &'static str {
        let mut known = USER_OPERATIONS.into_iter().chain(GROUP_OPERATIONS);
        known.find(|operation| *operation == self.operation()).unwrap()
    }

    fn variant(&self) -> &str {
        self.name.split_once('.').map_or("", |(_, variant)| variant)
    }

    fn audited(&self) -> Audited {
        let old_pool = PoolId::parse(OLD_POOL).unwrap();
        let followed = Followed { old_pool, new_pool: None, own_roles: vec![ROLE.to_owned()] };
        audit(&self.text, EventId::from_random([7; 16]), &followed, Timestamp(5))
    }

    fn event(&self) -> Option<ChangeEvent> {
        match self.audited() {
            Audited::Event(event) => Some(*event),
            Audited::Ignored(_) | Audited::Unreadable(_) => None,
        }
    }

    fn detail(&self) -> Value {
        serde_json::from_str::<Value>(&self.text).unwrap()["detail"].take()
    }

    /// What the name promises instead of a hint.
    fn promised(&self) -> Option<Audited> {
        let endings = [
            ("failed", Audited::Ignored(Ignored::Failed)),
            ("own-role", Audited::Ignored(Ignored::OwnCall)),
            ("other-pool", Audited::Ignored(Ignored::OtherPool)),
            ("read-only", Audited::Ignored(Ignored::ReadOnly)),
            ("hidden-user", Audited::Unreadable(UnreadableRecord::NoUser(self.known()))),
            ("hidden-group", Audited::Unreadable(UnreadableRecord::NoGroup(self.known()))),
        ];
        endings.into_iter().find(|(ending, _)| self.variant().ends_with(ending)).map(|(_, outcome)| outcome)
    }
}

fn files() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/cloudtrail");
    let file = |entry: fs::DirEntry| {
        let path = entry.path();
        assert_eq!(path.extension().unwrap(), "json");
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        File { name, text: fs::read_to_string(path).unwrap() }
    };
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| file(entry.unwrap())).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// All texts in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[test]
fn there_is_a_record_of_every_operation_named_after_it() {
    let files = files();
    for file in &files {
        assert_eq!(file.detail()["eventName"], file.operation(), "{}", file.name);
    }
    let told: BTreeSet<_> = files.iter().filter(|file| file.event().is_some()).map(File::operation).collect();
    let known: BTreeSet<_> = USER_OPERATIONS.into_iter().chain(GROUP_OPERATIONS).collect();
    assert_eq!(told, known);
}

#[test]
fn every_record_gives_what_its_name_promises() {
    for file in files() {
        let (name, outcome) = (&file.name, file.audited());
        if let Some(promised) = file.promised() {
            assert_eq!(outcome, promised, "{name}");
            continue;
        }
        let Audited::Event(event) = outcome else {
            panic!("{name}: {outcome:?}");
        };
        assert_eq!(event.cause.as_str(), format!("CloudTrail_{}", file.operation()), "{name}");
        assert_eq!(event.pool.as_str(), OLD_POOL, "{name}");
        assert!(event.at > Timestamp(1_795_255_200_000) && event.at < Timestamp(1_795_266_000_000), "{name}");
        let detail = file.detail();
        let people: Vec<_> = PEOPLE.into_iter().filter(|sub| file.text.contains(sub)).collect();
        let request = |key: &str| detail["requestParameters"][key].as_str();
        if GROUP_OPERATIONS.contains(&file.operation()) {
            assert_eq!(event.group_name.as_ref().map(GroupName::as_str), request("groupName"), "{name}");
            assert_eq!((event.sub, event.username), (None, None), "{name}");
        } else if file.variant() == "named" {
            let linked = &detail["requestParameters"]["destinationUser"]["providerAttributeValue"];
            let said = request("username").or(linked.as_str());
            assert_eq!(event.username.as_ref().map(Username::as_str), said, "{name}");
            assert_eq!((event.sub, event.group_name), (None, None), "{name}");
        } else {
            assert_eq!(event.sub.iter().map(Sub::as_str).collect::<Vec<_>>(), people, "{name}");
            assert_eq!((event.username, event.group_name), (None, None), "{name}");
        }
    }
}

#[test]
fn nothing_else_of_a_record_is_in_the_hint() {
    let mut looked_for = 0;
    for file in files() {
        let Some(event) = file.event() else { continue };
        let body = event.to_body();
        let named = [
            event.sub.map(String::from),
            event.username.map(String::from),
            event.group_name.map(String::from),
            Some(event.pool.to_string()),
            Some(event.cause.as_str().to_owned()),
        ];
        let detail = file.detail();
        for text in texts(&detail).into_iter().filter(|text| text.len() > 3) {
            if !named.iter().flatten().any(|known| known.contains(text)) {
                looked_for += 1;
                assert!(!body.contains(text), "{}: {text} is in {body}", file.name);
            }
        }
    }
    assert!(looked_for > 500);
}
