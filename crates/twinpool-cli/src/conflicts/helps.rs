//! The decisions that can help with something that is held back.

use twinpool_core::decision::Decision;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::OldSub;
use twinpool_core::link::Link;

use super::Found;
use super::check::Asked;

/// What a person can say about it. `holder`: the old user whose counterpart stands in the way.
pub(crate) fn helps(link: &Link, found: &Found, holder: Option<&OldSub>) -> Vec<Asked> {
    if found.decision.is_some() {
        return vec![Asked::Forget];
    }
    if !found.reason.is_open() {
        return Vec::new();
    }
    let is_pair = link.linked().is_some();
    let decisions = match (&found.subject, found.reason, is_pair) {
        (Subject::User, _, false) => {
            let person = match (holder, &found.holder) {
                (Some(first), _) => Some(Decision::MergeInto(first.clone())),
                (None, Some(stranger)) => Some(Decision::LinkTo(stranger.clone())),
                (None, None) => None,
            };
            person.into_iter().chain([Decision::LeaveOut]).collect()
        }
        // Either would stop everything of this user from being mirrored.
        (Subject::User, Reason::SignInNameFixed, true) => Vec::new(),
        (Subject::User, _, true) => vec![Decision::LeaveOut],
        (Subject::Attribute(_), Reason::Taken | Reason::Twin, _) => {
            vec![Decision::KeepOld, Decision::KeepNew, Decision::LeaveOut]
        }
        (Subject::Attribute(_), ..) => vec![Decision::KeepNew, Decision::LeaveOut],
        (Subject::Group(_) | Subject::Identity(_) | Subject::Factor(_), ..) => vec![Decision::LeaveOut],
    };
    decisions.into_iter().map(Asked::Decide).collect()
}
