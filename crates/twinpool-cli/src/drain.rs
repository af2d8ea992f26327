//! Who still uses the old pool, in words.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use twinpool_core::drain::{Ago, Drain, Served};
use twinpool_core::id::ClientId;

use crate::show::{minute, rfc3339, thousands};

/// Names of app clients, as far as they are known.
pub(crate) type Names = BTreeMap<ClientId, String>;

const HEAD: [&str; 7] = ["app client", "24 h", "7 days", "30 days", "longer", "users", "last seen"];

/// A row per app client of the old pool, whoever was seen last first.
pub(crate) fn table(drain: &Drain, names: &Names) -> String {
    let mut clients: Vec<_> = drain.clients.iter().collect();
    clients.sort_by(|(one, a), (other, b)| b.last.cmp(&a.last).then_with(|| one.cmp(other)));
    let mut rows: Vec<_> =
        clients.iter().map(|(client, served)| row(&name(client.as_ref(), names), served)).collect();
    if rows.len() != 1 {
        rows.push(row("all", &drain.total()));
    }
    let mut out = crate::show::table(&HEAD, &rows);
    if drain.never > 0 {
        out += &format!("{:>9}  never seen there since twinpool looks\n", thousands(drain.never));
    }
    out += "each user counts once, for the client that was used last, at a sign-in or a refresh; to a day\n";
    out
}

/// For programs.
pub(crate) fn json(drain: &Drain, names: &Names) -> Value {
    let client = |(client, served): (&Option<ClientId>, &Served)| {
        let mut one = served_json(served);
        one["client_id"] = json!(client.as_ref().map(ClientId::as_str));
        one["name"] = json!(client.as_ref().and_then(|client| names.get(client)));
        one
    };
    json!({
        "clients": drain.clients.iter().map(client).collect::<Vec<_>>(),
        "all": served_json(&drain.total()),
        "never_seen": drain.never,
    })
}

fn served_json(served: &Served) -> Value {
    let users = Ago::ALL.into_iter().map(|ago| (ago.code().to_owned(), json!(served.count(ago))));
    json!({ "users": users.collect::<Map<_, _>>(), "total": served.all(), "last_seen": served.last.map(rfc3339) })
}

fn row(name: &str, served: &Served) -> Vec<String> {
    let counts = Ago::ALL.into_iter().map(|ago| thousands(served.count(ago)));
    let last = served.last.map_or_else(|| "-".to_owned(), minute);
    std::iter::once(name.to_owned()).chain(counts).chain([thousands(served.all()), last]).collect()
}

/// The name and the id, for two clients may have one name.
fn name(client: Option<&ClientId>, names: &Names) -> String {
    match client {
        Some(client) => match names.get(client) {
            Some(name) => format!("{name} ({})", client.as_str()),
            None => client.as_str().to_owned(),
        },
        None => "not told".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::link::Link;

    use super::*;
    use crate::samples::{AT, pair};

    fn client(id: &str) -> ClientId {
        ClientId::parse(id).unwrap()
    }

    fn drain() -> Drain {
        let mut drain = Drain::default();
        let days = |days: u64| Some(twinpool_core::id::Timestamp(AT.0 - days * 86_400_000));
        for (sub, seen_at, seen_by) in [
            ("old-1", days(0), Some("web1")),
            ("old-2", days(3), Some("web1")),
            ("old-3", days(40), Some("app2")),
            ("old-4", days(8), None),
            ("old-5", None, None),
        ] {
            let seen_by = seen_by.map(client);
            drain.add(&Link { seen_at, seen_by, ..pair(sub, &[]) }, AT);
        }
        drain
    }

    #[test]
    fn who_still_uses_the_old_pool() {
        let names = [(client("web1"), "Web shop".to_owned())].into();
        insta::assert_snapshot!(table(&drain(), &names), @r"
        app client       24 h  7 days  30 days  longer  users  last seen
        Web shop (web1)  1     1       0        0       2      2026-11-21 00:00Z
        not told         0     0       1        0       1      2026-11-13 00:00Z
        app2             0     0       0        1       1      2026-10-12 00:00Z
        all              1     1       1        1       4      2026-11-21 00:00Z
                1  never seen there since twinpool looks
        each user counts once, for the client that was used last, at a sign-in or a refresh; to a day
        ");
        insta::assert_snapshot!(table(&Drain::default(), &names), @r"
        app client  24 h  7 days  30 days  longer  users  last seen
        all         0     0       0        0       0      -
        each user counts once, for the client that was used last, at a sign-in or a refresh; to a day
        ");
        insta::assert_snapshot!(format!("{:#}", json(&drain(), &names)), @r#"
        {
          "all": {
            "last_seen": "2026-11-21T00:00:00.123Z",
            "total": 4,
            "users": {
              "24h": 1,
              "30d": 1,
              "7d": 1,
              "longer": 1
            }
          },
          "clients": [
            {
              "client_id": null,
              "last_seen": "2026-11-13T00:00:00.123Z",
              "name": null,
              "total": 1,
              "users": {
                "24h": 0,
                "30d": 1,
                "7d": 0,
                "longer": 0
              }
            },
            {
              "client_id": "app2",
              "last_seen": "2026-10-12T00:00:00.123Z",
              "name": null,
              "total": 1,
              "users": {
                "24h": 0,
                "30d": 0,
                "7d": 0,
                "longer": 1
              }
            },
            {
              "client_id": "web1",
              "last_seen": "2026-11-21T00:00:00.123Z",
              "name": "Web shop",
              "total": 2,
              "users": {
                "24h": 1,
                "30d": 0,
                "7d": 1,
                "longer": 0
              }
            }
          ],
          "never_seen": 1
        }
        "#);
    }
}
