//! What is known of how somebody came, as fields of an item, and read back.

use twinpool_core::arrival::{Arrival, Invited, Mark};
use twinpool_core::id::Timestamp;
use twinpool_core::port::Answer;

use super::field::{Map, damaged, integer};

pub(in super::super) const FIRST: &str = "invited_first";
pub(in super::super) const LAST: &str = "invited_last";
pub(in super::super) const TIMES: &str = "invited_times";
pub(in super::super) const BRIDGED: &str = "bridged_at";
pub(in super::super) const CHOSEN: &str = "chosen_at";
const INVITING: &str = "inviting_at";
const WITHDRAWN: &str = "withdrawn_at";

/// Whether the latest time counts and not the first.
pub(in super::super) fn is_latest(field: &str) -> bool {
    [INVITING, WITHDRAWN].contains(&field)
}

/// The field whose latest time counts, of a mark that has one.
pub(in super::super) fn latest_of(mark: Mark) -> Option<&'static str> {
    match mark {
        Mark::Chosen | Mark::BridgedChosen => Some(CHOSEN),
        Mark::OldPassword => Some("old_password_at"),
        Mark::CarriedBack => Some("back_at"),
        Mark::ResetInOld => Some("reset_in_old_at"),
        Mark::ResettingInOld => Some("resetting_in_old_at"),
        Mark::Bridged => Some(BRIDGED),
        Mark::Migrated
        | Mark::Bridging
        | Mark::Password
        | Mark::SecondFactor
        | Mark::Code
        | Mark::Came
        | Mark::Invited
        | Mark::Inviting
        | Mark::Withdrawn => None,
    }
}

/// The field of a mark whose first time counts, or that which was written last; invitations have three.
pub(in super::super) fn field_of(mark: Mark) -> Option<&'static str> {
    match mark {
        Mark::Migrated => Some("migrated_at"),
        Mark::Bridging => Some("bridging_at"),
        Mark::Password | Mark::Chosen => Some("password_at"),
        Mark::SecondFactor => Some("factor_at"),
        Mark::Code => Some("code_at"),
        Mark::Came => Some("came_at"),
        Mark::Inviting => Some(INVITING),
        Mark::Withdrawn => Some(WITHDRAWN),
        Mark::Invited
        | Mark::Bridged
        | Mark::BridgedChosen
        | Mark::OldPassword
        | Mark::CarriedBack
        | Mark::ResetInOld
        | Mark::ResettingInOld => None,
    }
}

/// What an item says. What is tried is no part of it.
pub(in super::super) fn decode_arrival(item: &Map) -> Answer<Arrival> {
    let time =
        |field: &str| item.contains_key(field).then(|| integer(item, field).map(Timestamp)).transpose();
    let mark = |mark| field_of(mark).map_or(Ok(None), time);
    let latest = |mark| latest_of(mark).map_or(Ok(None), time);
    Ok(Arrival {
        migrated_at: mark(Mark::Migrated)?,
        bridging_at: mark(Mark::Bridging)?,
        bridged_at: latest(Mark::Bridged)?,
        password_at: mark(Mark::Password)?,
        factor_at: mark(Mark::SecondFactor)?,
        code_at: mark(Mark::Code)?,
        came_at: mark(Mark::Came)?,
        invited: item.contains_key(TIMES).then(|| invited(item)).transpose()?,
        inviting_at: mark(Mark::Inviting)?,
        withdrawn_at: mark(Mark::Withdrawn)?,
        chosen_at: latest(Mark::Chosen)?,
        old_password_at: latest(Mark::OldPassword)?,
        back_at: latest(Mark::CarriedBack)?,
        reset_in_old_at: latest(Mark::ResetInOld)?,
        resetting_in_old_at: latest(Mark::ResettingInOld)?,
    })
}

fn invited(item: &Map) -> Answer<Invited> {
    Ok(Invited {
        first: Timestamp(integer(item, FIRST)?),
        last: Timestamp(integer(item, LAST)?),
        times: u32::try_from(integer(item, TIMES)?).map_err(|_| damaged(TIMES))?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::field::{number, text};
    use super::*;

    const MARKS: [Mark; 8] = [
        Mark::Migrated,
        Mark::Bridging,
        Mark::Password,
        Mark::SecondFactor,
        Mark::Code,
        Mark::Came,
        Mark::Inviting,
        Mark::Withdrawn,
    ];

    #[test]
    fn a_damaged_item_is_told_by_its_field_and_never_taken_for_somebody_who_did_not_come() {
        let marks = MARKS.into_iter().filter_map(field_of);
        let latest = [
            Mark::Bridged,
            Mark::Chosen,
            Mark::OldPassword,
            Mark::CarriedBack,
            Mark::ResetInOld,
            Mark::ResettingInOld,
        ];
        for field in marks.chain(latest.into_iter().filter_map(latest_of)).chain([TIMES, FIRST, LAST]) {
            let whole = [FIRST, LAST, TIMES].map(|field| (field.to_owned(), number(1)));
            let mut item = Map::from(whole);
            item.insert(field.to_owned(), text("yesterday"));
            assert_eq!(decode_arrival(&item).unwrap_err().code, format!("DamagedItem.{field}"));
        }
        let item = Map::from([(TIMES.to_owned(), number(1))]);
        assert_eq!(decode_arrival(&item).unwrap_err().code, format!("DamagedItem.{FIRST}"));
    }
}
