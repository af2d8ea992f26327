//! The settings of the route.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::destination::Destinations;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::ClientId;

use super::{Result, Source, digest_key, or_default, pools, required, unusable};

/// What whoever answers the route is told.
#[derive(Debug, Clone)]
pub struct RouteSettings {
    /// Both pools, and which app client takes the place of which.
    pub destinations: Destinations,
    /// The table that says where the move stands.
    pub links_table: String,
    /// For the places of ids, and the digests of testers and values.
    pub key: DigestKey,
    /// For so many seconds an answer may be kept: 30 unless set.
    pub seconds: u16,
    /// The origins whose pages a browser lets read an answer; `*` for all. None unless set.
    pub origins: BTreeSet<String>,
}

impl RouteSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        let (old, new) = pools(source)?;
        Ok(Self {
            destinations: Destinations { old, new, clients: clients(source)? },
            links_table: required(source, "TWINPOOL_LINKS_TABLE")?,
            key: digest_key(source)?,
            seconds: seconds(source)?,
            origins: origins(source)?,
        })
    }
}

/// A text is no map of app clients. Holds no part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it should be pairs of app clients such as old=new, separated by commas, each of the old pool once")]
pub struct NoClientMap;

/// From app clients of the old pool to those of the new one, such as `web=web2,ios=ios2`.
///
/// # Errors
/// When it is not made of such pairs, or an app client of the old pool stands in two.
pub fn client_map(text: &str) -> std::result::Result<BTreeMap<ClientId, ClientId>, NoClientMap> {
    let mut clients = BTreeMap::new();
    for pair in parts(text) {
        let (old, new) = pair.split_once('=').ok_or(NoClientMap)?;
        let client = |id: &str| ClientId::parse(id.trim()).map_err(|_| NoClientMap);
        if clients.insert(client(old)?, client(new)?).is_some() {
            return Err(NoClientMap);
        }
    }
    Ok(clients)
}

fn clients(source: &impl Source) -> Result<BTreeMap<ClientId, ClientId>> {
    const KEY: &str = "TWINPOOL_CLIENT_MAP";
    client_map(&source.get(KEY).unwrap_or_default()).map_err(|problem| unusable(KEY, problem))
}

fn seconds(source: &impl Source) -> Result<u16> {
    const KEY: &str = "TWINPOOL_ROUTE_TTL_SECONDS";
    const WANTED: &str = "it should be a number of seconds from 5 to 300";
    let seconds = or_default(source, KEY, 30, WANTED)?;
    if (5..=300).contains(&seconds) { Ok(seconds) } else { Err(unusable(KEY, WANTED)) }
}

fn origins(source: &impl Source) -> Result<BTreeSet<String>> {
    const KEY: &str = "TWINPOOL_ROUTE_ORIGINS";
    let text = source.get(KEY).unwrap_or_default();
    let origins: BTreeSet<_> = parts(&text).map(str::to_owned).collect();
    let is_sound = |origin: &String| origin == "*" || is_origin(origin);
    if origins.iter().all(is_sound) {
        return Ok(origins);
    }
    Err(unusable(
        KEY,
        "it should be origins such as https://app.example.com, without a path, separated by commas, or *",
    ))
}

/// As browsers write it: scheme and host, with a port or without. Applications of telephones have schemes of their own.
fn is_origin(text: &str) -> bool {
    let sound = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b".-:[]".contains(&c);
    text.split_once("://").is_some_and(|(scheme, host)| {
        let is_scheme = !scheme.is_empty() && scheme.bytes().all(|c| c.is_ascii_lowercase());
        is_scheme && !host.is_empty() && host.bytes().all(sound)
    })
}

/// What stands between commas, if anything does.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Table(BTreeMap<&'static str, String>);

    impl Source for Table {
        fn get(&self, key: &'static str) -> Option<String> {
            self.0.get(key).cloned()
        }
    }

    fn read(key: &'static str, value: Option<&str>) -> std::result::Result<RouteSettings, String> {
        let mut table = BTreeMap::from([
            ("TWINPOOL_OLD_POOL_ID", "eu-west-1_A".to_owned()),
            ("TWINPOOL_NEW_POOL_ID", "eu-west-1_B".to_owned()),
            ("TWINPOOL_LINKS_TABLE", "links".to_owned()),
            ("TWINPOOL_DIGEST_KEY", "0123456789abcdef0123456789abcdef".to_owned()),
        ]);
        match value {
            Some(value) => drop(table.insert(key, value.to_owned())),
            None => drop(table.remove(key)),
        }
        RouteSettings::read(&Table(table)).map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_route_needs_both_pools_the_table_and_the_key_and_no_more() {
        let settings = read("TWINPOOL_QUEUE_URL", None).unwrap();
        assert_eq!((settings.seconds, settings.origins.len()), (30, 0));
        assert!(settings.destinations.clients.is_empty());
        for key in
            ["TWINPOOL_OLD_POOL_ID", "TWINPOOL_NEW_POOL_ID", "TWINPOOL_LINKS_TABLE", "TWINPOOL_DIGEST_KEY"]
        {
            assert!(read(key, None).unwrap_err().starts_with(key));
        }
        assert!(read("TWINPOOL_NEW_POOL_ID", Some("eu-west-1_A")).unwrap_err().contains("is the old pool"));
    }

    #[test]
    fn pairs_of_app_clients_times_and_origins_are_read_strictly() {
        let clients = read("TWINPOOL_CLIENT_MAP", Some(" web=web2, ios=ios2,")).unwrap().destinations.clients;
        let pairs: Vec<_> = clients.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
        assert_eq!(pairs, [("ios", "ios2"), ("web", "web2")]);
        let origins = "https://app.example.com, http://localhost:5173,capacitor://localhost";
        assert_eq!(read("TWINPOOL_ROUTE_ORIGINS", Some(origins)).unwrap().origins.len(), 3);
        assert_eq!(read("TWINPOOL_ROUTE_TTL_SECONDS", Some("300")).unwrap().seconds, 300);
        for (key, bad) in [
            ("TWINPOOL_CLIENT_MAP", "hunter2"),
            ("TWINPOOL_CLIENT_MAP", "hunter2="),
            ("TWINPOOL_CLIENT_MAP", "hunter2=a,hunter2=b"),
            ("TWINPOOL_CLIENT_MAP", "hunter 2=a"),
            ("TWINPOOL_ROUTE_TTL_SECONDS", "4"),
            ("TWINPOOL_ROUTE_TTL_SECONDS", "301"),
            ("TWINPOOL_ROUTE_TTL_SECONDS", "hunter2"),
            ("TWINPOOL_ROUTE_ORIGINS", "hunter2.example.com"),
            ("TWINPOOL_ROUTE_ORIGINS", "https://hunter2.example.com/"),
            ("TWINPOOL_ROUTE_ORIGINS", "https://Hunter2.example.com"),
            ("TWINPOOL_ROUTE_ORIGINS", "https://"),
        ] {
            let said = read(key, Some(bad)).unwrap_err();
            assert!(said.starts_with(key) && !said.contains("unter2"), "{said}");
        }
    }
}
