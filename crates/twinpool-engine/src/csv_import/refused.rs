//! Whose rows made nobody. A job's log tells line numbers alone, and AWS does not say whether the header counts (F§7).

use std::collections::{BTreeMap, HashMap};

use twinpool_core::id::{OldSub, Sub};
use twinpool_core::import_job::{Rejection, Verdict};

use crate::memberships::compact;

/// One refused row: whose it is if the header counts as a line, and whose if not.
#[derive(Debug)]
struct Row {
    owners: [Option<u128>; 2],
    verdict: Verdict,
}

/// The refused rows of all files. Each file is read on its own.
#[derive(Debug, Default)]
pub(super) struct Refused(Vec<Vec<Row>>);

/// Whose they are: looked up while the old pool is gone through.
#[derive(Debug, Default)]
pub(super) struct Owners(HashMap<u128, Verdict>);

impl Refused {
    /// `order`: whose the rows of the file are.
    pub(super) fn note(&mut self, order: &[u128], rejections: &[Rejection]) {
        let owner = |line: u64, before: u64| {
            let row = usize::try_from(line.checked_sub(before)?).ok()?;
            order.get(row).copied()
        };
        let row = |one: &Rejection| {
            let owners = [2, 1].map(|before| owner(one.line, before));
            Row { owners, verdict: one.verdict }
        };
        self.0.push(rejections.iter().map(row).collect());
    }

    /// The numbers are taken in the only way in which nobody who has arrived was refused. Where both ways fit, or none,
    /// nobody is named.
    pub(super) fn owners(&self, has_arrived: impl Fn(u128) -> bool) -> Owners {
        let fits = |file: &[Row], way: usize| {
            file.iter().all(|row| row.owners[way].is_some_and(|owner| !has_arrived(owner)))
        };
        let mut owners = Owners::default();
        for file in &self.0 {
            let way = match [fits(file, 0), fits(file, 1)] {
                [true, false] => 0,
                [false, true] => 1,
                _ => continue,
            };
            owners.0.extend(file.iter().filter_map(|row| Some((row.owners[way]?, row.verdict))));
        }
        owners
    }
}

impl Owners {
    /// Names those of these users whose rows were refused.
    pub(super) fn name<'a>(
        &mut self,
        users: impl Iterator<Item = &'a Sub>,
        named: &mut BTreeMap<OldSub, Verdict>,
    ) {
        if self.0.is_empty() {
            return;
        }
        named.extend(users.filter_map(|sub| {
            let verdict = self.0.remove(&compact(sub))?;
            Some((OldSub::from(sub.clone()), verdict))
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: [u128; 4] = [10, 11, 12, 13];

    /// Who is named when these lines were refused, and these users did not arrive.
    fn named(lines: &[u64], missing: &[u128]) -> Vec<u128> {
        let mut refused = Refused::default();
        let rejections = lines.iter().map(|line| Rejection { line: *line, verdict: Verdict::Exists });
        refused.note(&ORDER, &rejections.collect::<Vec<_>>());
        let owners = refused.owners(|owner| !missing.contains(&owner));
        let mut named: Vec<_> = owners.0.into_keys().collect();
        named.sort_unstable();
        named
    }

    #[test]
    fn who_did_not_arrive_tells_whether_the_header_counts() {
        assert_eq!(named(&[3], &[11]), [11]);
        assert_eq!(named(&[2], &[11]), [11]);
        assert_eq!(named(&[2, 3], &[10, 11]), [10, 11]);
        assert_eq!(named(&[2, 3], &[11, 12]), [11, 12]);
        // The first line and the last are of a row in one way only.
        assert_eq!(named(&[5], &[12, 13]), [13]);
        assert_eq!(named(&[1], &[10, 11]), [10]);
    }

    #[test]
    fn nobody_is_named_whom_the_log_does_not_tell_for_certain() {
        // Two are missing, and one line: the rest of the log is not there yet.
        assert_eq!(named(&[3], &[11, 12]), Vec::<u128>::new());
        assert_eq!(named(&[3], &[]), Vec::<u128>::new());
        for odd in [0, 99, u64::MAX] {
            assert_eq!(named(&[odd], &ORDER), Vec::<u128>::new());
        }
    }
}
