//! What would await everybody in the old pool after a rollback, in words.

use serde_json::{Map, Value, json};
use twinpool_core::drain::Drain;
use twinpool_core::id::Timestamp;
use twinpool_core::port::{Answer, LinkScan};
use twinpool_core::readiness::{Because, NewOnly, Readiness};
use twinpool_engine::WaysBack;

use crate::conflicts::walk;
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
        let unreadable = walk(links, |page| {
            all.ways.add(&page);
            page.links.iter().for_each(|link| all.drain.add(link, now));
        });
        all.unreadable = unreadable.await?;
        Ok(all)
    }

    /// How many sign in as ever, need a reset, are in the new pool only.
    pub(crate) fn readiness(&mut self) -> Readiness {
        self.ways.counted(self.unreadable)
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
    if readiness.unreadable > 0 {
        out += &format!("; {} unknown", thousands(readiness.unreadable));
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
    say(
        readiness.behind,
        "have something in the new pool that the old one lacks (`twinpool conflicts list`)",
    );
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
    fn a_line_and_what_it_is_made_of() {
        let readiness = Readiness {
            fine: 12_345,
            reset: [(Because::Chosen, 40), (Because::Born, 2)].into(),
            put_to_reset: 1,
            new_only: [(NewOnly::Born, 3)].into(),
            disabled: 5,
            behind: 6,
            unreadable: 1,
        };
        insta::assert_snapshot!(table(&readiness), @"");
        insta::assert_snapshot!(line(&Readiness { fine: 1, ..Readiness::default() }), @"");
        insta::assert_snapshot!(format!("{:#}", json(&readiness)), @"");
    }
}
