//! What would await everybody in the old pool after a rollback, in words.

use std::time::Duration;

use serde_json::{Map, Value, json};
use twinpool_core::check::Look;
use twinpool_core::drain::Drain;
use twinpool_core::id::{PoolId, Timestamp};
use twinpool_core::phase::Standing;
use twinpool_core::port::{Answer, Clock as _, LinkScan, Page};
use twinpool_core::readiness::{Because, NewOnly, Readiness};
use twinpool_engine::WaysBack;

use crate::clock::SystemClock;
use crate::conflicts::walk;
use crate::place::Place;
use crate::show::{count, thousands};

/// What one walk over the table tells of the way back, and of who still uses the old pool.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Everybody's way back.
    pub(crate) ways: WaysBack,
    /// Who still uses the old pool.
    pub(crate) drain: Drain,
    /// How many items could not be read.
    pub(crate) unreadable: usize,
}

impl Walked {
    /// Walks over the whole table. No call to a pool.
    pub(crate) async fn over(links: &impl LinkScan, now: Timestamp) -> Answer<Self> {
        let mut all = Self::default();
        let unreadable = walk(links, |page| all.add(&page, now));
        all.unreadable = unreadable.await?;
        Ok(all)
    }

    /// Takes a page of such a walk in.
    pub(crate) fn add(&mut self, page: &Page, now: Timestamp) {
        self.ways.add(page);
        page.links.iter().for_each(|link| self.drain.add(link, now));
    }

    /// How many sign in as ever, need a reset, are in the new pool only.
    pub(crate) fn readiness(&mut self, heard: Heard) -> Readiness {
        let counted = self.ways.counted(self.unreadable);
        match heard {
            Heard::Yes => counted,
            Heard::No => counted.unheard(),
        }
    }
}

/// A walk over the table, if it takes no longer than this.
pub(crate) async fn glance(links: &impl LinkScan, patience: Duration) -> Look<Walked> {
    match tokio::time::timeout(patience, Walked::over(links, SystemClock.now())).await {
        Ok(walked) => walked.map_err(|error| format!("the table was not read ({error})")),
        Err(_) => Err(format!("the table was not read in {} s", patience.as_secs())),
    }
}

/// Whether it is known who came to the new pool, and who chose a password there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Yes,
    /// The new pool is where no function of the stack hears of sign-ins, and users are sent there, or were.
    No,
}

impl Heard {
    /// As it is with a new pool in this place. Where nobody was ever sent there, there is nothing to hear of.
    pub(crate) fn of(standing: &Standing, is_elsewhere: bool) -> Self {
        if is_elsewhere && standing.two_way_since.is_some() { Self::No } else { Self::Yes }
    }

    /// The same, where a command is told of the table alone. `pools`: of which it is.
    pub(crate) fn of_table(
        standing: &Standing,
        place: &Place,
        stack_region: Option<&str>,
        pools: Option<&(PoolId, PoolId)>,
    ) -> Self {
        Self::of(standing, pools.is_some_and(|(_, new)| place.is_elsewhere(stack_region, new)))
    }
}

/// In one line.
pub(crate) fn line(readiness: &Readiness) -> String {
    let mut out = format!(
        "if you rolled back now: {} fine, {} would need a password reset, {} in the new pool only",
        users(readiness.fine),
        thousands(readiness.resets()),
        thousands(readiness.only_in_new()),
    );
    let unknown = readiness.unknown + readiness.unreadable;
    if unknown > 0 {
        out += &format!("; {} unknown", thousands(unknown));
    }
    out + "\n"
}

/// The line, and what it is made of.
pub(crate) fn table(readiness: &Readiness) -> String {
    let mut out = line(readiness);
    let mut say = |number: u64, what: &str| {
        if number > 0 {
            out.push_str(&format!("{:>9}  {what}\n", thousands(number)));
        }
    };
    for because in Because::ALL {
        say(readiness.reset.get(&because).copied().unwrap_or_default(), why(because));
    }
    say(readiness.put_to_reset, "of these the old pool asks for a reset already");
    for why in NewOnly::ALL {
        say(readiness.new_only.get(&why).copied().unwrap_or_default(), missing(why));
    }
    say(readiness.unknown, "may have chosen a password in the new pool, where nobody hears of it");
    say(readiness.behind, "have something in the new pool that the old one lacks");
    say(readiness.disabled, "are disabled in the old pool, and counted nowhere above");
    if readiness.unreadable > 0 {
        let items = count(usize::try_from(readiness.unreadable).unwrap_or(usize::MAX), "item");
        out.push_str(&format!(
            "{items} of the table cannot be read: damaged, or written by a newer twinpool\n"
        ));
    }
    out
}

/// For programs.
pub(crate) fn json(readiness: &Readiness) -> Value {
    let reset = readiness.reset.iter().map(|(because, number)| (because.code().to_owned(), json!(number)));
    let only = readiness.new_only.iter().map(|(why, number)| (why.code().to_owned(), json!(number)));
    json!({
        "fine": readiness.fine,
        "need_reset": readiness.resets(),
        "need_reset_because": reset.collect::<Map<_, _>>(),
        "put_to_reset": readiness.put_to_reset,
        "new_only": readiness.only_in_new(),
        "new_only_because": only.collect::<Map<_, _>>(),
        "behind": readiness.behind,
        "disabled": readiness.disabled,
        "unknown": readiness.unknown,
        "unreadable": readiness.unreadable,
    })
}

fn users(number: u64) -> String {
    format!("{} user{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// What stands before the users who would type a password that the old pool does not know.
fn why(because: Because) -> &'static str {
    match because {
        Because::Chosen => "chose or reset their password in the new pool",
        Because::Invited => "came with a temporary password that was sent, and chose one",
        Because::Born => "were born in the new pool: nobody knows their password of the old one",
        Because::Unclear => {
            "came after a password was being carried over, and nobody lived to say how it ended"
        }
    }
}

fn missing(why: NewOnly) -> &'static str {
    match why {
        NewOnly::Born => "were born in the new pool, and are not in the old one, or not yet",
        NewOnly::Deleted => "were deleted from the old pool, and kept in the new one",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_is_unknown_only_where_nobody_hears_of_it_and_somebody_was_sent() {
        let sent = Standing { two_way_since: Some(Timestamp(1)), ..Standing::default() };
        assert_eq!(Heard::of(&sent, true), Heard::No);
        assert_eq!(
            (Heard::of(&sent, false), Heard::of(&Standing::default(), true)),
            (Heard::Yes, Heard::Yes)
        );
        let pools = ["eu-west-1_Old", "us-east-1_New"].map(|id| PoolId::parse(id).unwrap()).into();
        let of = |region| Heard::of_table(&sent, &Place::default(), Some(region), Some(&pools));
        assert_eq!((of("eu-west-1"), of("us-east-1")), (Heard::No, Heard::Yes));
    }

    #[test]
    fn a_line_and_what_it_is_made_of() {
        let readiness = Readiness {
            fine: 12_345,
            reset: [(Because::Chosen, 40), (Because::Born, 2)].into(),
            put_to_reset: 1,
            new_only: [(NewOnly::Born, 3)].into(),
            disabled: 5,
            behind: 6,
            unknown: 2,
            unreadable: 1,
        };
        insta::assert_snapshot!(table(&readiness), @r"
        if you rolled back now: 12,345 users fine, 42 would need a password reset, 3 in the new pool only; 3 unknown
               40  chose or reset their password in the new pool
                2  were born in the new pool: nobody knows their password of the old one
                1  of these the old pool asks for a reset already
                3  were born in the new pool, and are not in the old one, or not yet
                2  may have chosen a password in the new pool, where nobody hears of it
                6  have something in the new pool that the old one lacks
                5  are disabled in the old pool, and counted nowhere above
        1 item of the table cannot be read: damaged, or written by a newer twinpool
        ");
        insta::assert_snapshot!(line(&Readiness { fine: 1, ..Readiness::default() }), @"if you rolled back now: 1 user fine, 0 would need a password reset, 0 in the new pool only");
        insta::assert_snapshot!(format!("{:#}", json(&readiness)), @r#"
        {
          "behind": 6,
          "disabled": 5,
          "fine": 12345,
          "need_reset": 42,
          "need_reset_because": {
            "born": 2,
            "chosen": 40
          },
          "new_only": 3,
          "new_only_because": {
            "born": 3
          },
          "put_to_reset": 1,
          "unknown": 2,
          "unreadable": 1
        }
        "#);
    }
}
