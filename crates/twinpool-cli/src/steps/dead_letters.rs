//! What was given up.

use std::collections::BTreeMap;

use twinpool_aws::chain::Chain;
use twinpool_core::check::Look;

use super::look::waiting;

/// A queue of what was given up.
#[derive(Debug)]
pub(crate) struct Dlq<'a> {
    /// By which it is told.
    pub(crate) name: &'static str,
    /// The option that names it.
    pub(crate) option: &'static str,
    /// Where it is, if somebody said it.
    pub(crate) url: Option<&'a str>,
}

impl<'a> Dlq<'a> {
    /// That of change events.
    pub(crate) fn of_mirror(url: Option<&'a str>) -> Self {
        Self { name: "the DLQ", option: "--dlq-url / TWINPOOL_DLQ_URL", url }
    }
}

/// How much each holds.
pub(super) async fn held(chain: &Chain, dlqs: &[Dlq<'_>]) -> Look<BTreeMap<String, u64>> {
    let mut all = BTreeMap::new();
    for dlq in dlqs {
        if let Some(url) = dlq.url {
            all.insert(dlq.name.to_owned(), waiting(chain, url).await?);
        }
    }
    known(all, dlqs)
}

/// What is full is told in any case; all are empty only where all were looked at.
fn known(all: BTreeMap<String, u64>, dlqs: &[Dlq<'_>]) -> Look<BTreeMap<String, u64>> {
    match dlqs.iter().find(|dlq| dlq.url.is_none()) {
        Some(unnamed) if all.values().all(|waiting| *waiting == 0) => {
            Err(format!("nobody named {}: {}", unnamed.name, unnamed.option))
        }
        Some(_) | None => Ok(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dlq(name: &'static str, url: Option<&'static str>) -> Dlq<'static> {
        Dlq { name, option: "--its-url", url }
    }

    #[test]
    fn a_dlq_that_nobody_named_is_not_taken_for_empty() {
        let both = [dlq("the DLQ", Some("url")), dlq("the other", None)];
        let holds = |waiting| [("the DLQ".to_owned(), waiting)].into();
        assert_eq!(known(holds(0), &both), Err("nobody named the other: --its-url".to_owned()));
        assert_eq!(known(holds(2), &both), Ok(holds(2)), "what is full is told");
        assert_eq!(known(holds(0), &both[..1]), Ok(holds(0)));
        assert!(known(BTreeMap::new(), &both[1..]).is_err());
    }
}
