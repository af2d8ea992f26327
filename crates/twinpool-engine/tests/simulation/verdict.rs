//! What must hold when all is at rest.

use std::collections::BTreeSet;

use twinpool_core::authority::authority;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{NewSub, OldSub, Pool};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::snapshot::Status;
use twinpool_testkit::Person;

use crate::counted::Counted;
use crate::fields::Field;
use crate::simulation::{SKEW, Simulation};

impl Simulation {
    pub(crate) fn judge(&mut self, counted: &mut Counted) {
        let links = self.world.links.all();
        for human in 0..self.humans.len() {
            self.judge_human(human, &links, counted);
            self.judge_writes(human);
        }
        self.judge_ids(&links);
        self.judge_doubles();
        counted.changes += self.journal.changes.len();
        counted.raced += self.journal.raced();
        counted.deaths += self.journal.deaths;
        counted.walks += self.journal.walks;
        counted.writes += self.journal.written.values().sum::<usize>();
    }

    fn person(&self, human: usize, pool: Pool) -> Option<Person> {
        self.pool(pool).person(self.humans[human].account(pool)?.as_str())
    }

    fn judge_human(&mut self, human: usize, links: &[Link], counted: &mut Counted) {
        let account = self.humans[human].clone();
        let is_its = |link: &&Link| account.old.as_ref().is_some_and(|sub| link.sub() == *sub);
        let link = links.iter().find(is_its);
        let (old, new) = (self.person(human, Pool::Old), self.person(human, Pool::New));
        let is_taken = |link: &Link| {
            matches!(link.state, LinkState::Tombstone { .. }) || link.reverse.is_gone_from_old()
        };
        if !self.deleted.contains(&human) && ((&old, &new) == (&None, &None) || link.is_some_and(is_taken)) {
            self.fault(format!("h{human} counts as deleted, and nobody deleted anything: {link:?}"));
        }
        match (old, new) {
            (Some(old), Some(new)) => match link {
                Some(link) => self.judge_pair(human, link, &old, &new, counted),
                None => self.fault(format!("h{human} is in both pools, and nothing ties them")),
            },
            (Some(old), None) if old.status != Status::Unconfirmed => {
                let is_listed = link.is_some_and(is_listed_whole);
                if !is_listed {
                    self.fault(format!("h{human} is not in the new pool, and nothing says why: {link:?}"));
                }
                if link.is_some_and(|link| self.is_against_the_say(link)) {
                    self.fault(format!(
                        "h{human} was deleted from the new pool, which had no say, and is buried"
                    ));
                }
            }
            (None, Some(new)) if self.is_two_way() && account.old.is_none() => {
                self.fault(format!("h{human} ({}) is not in the old pool", new.sub));
            }
            (None, Some(_)) => {
                let is_told = link.is_none_or(|link| {
                    matches!(link.state, LinkState::Tombstone { .. }) || is_listed_whole(link)
                });
                if !is_told {
                    self.fault(format!("h{human} is gone from the old pool, and nothing says so: {link:?}"));
                }
            }
            _ => {}
        }
    }

    /// Whether somebody was buried since all was last at rest because of the new pool, where the old one had the say all the time.
    fn is_against_the_say(&self, link: &Link) -> bool {
        let LinkState::Tombstone { by: Pool::New, since, new_sub, .. } = &link.state else {
            return false;
        };
        let began = self.journal.began;
        let is_steady = self.standings.last().is_none_or(|(at, _)| *at < began);
        let is_birth = new_sub.as_ref().is_some_and(|new_sub| link.is_birth_of(new_sub));
        is_steady && since.0 >= began + 2_000 && !is_birth && !self.has_moved(link)
    }

    /// Told again in other words, so that a mistake about who has the say does not pass itself.
    fn has_moved(&self, link: &Link) -> bool {
        let standing = self.standing();
        [link.reverse.moved_in, standing.all_moved_in].contains(&Some(standing.round))
    }

    /// Who has the say in the new pool from now on, whatever happens, until the operator acts.
    pub(crate) fn note_moved(&mut self) {
        let standing = self.standing();
        let links = self.world.links.all();
        let moved = (0..self.humans.len()).filter(|human| {
            let old = self.humans[*human].old.as_ref();
            let link = links.iter().find(|link| old.is_some_and(|old| link.sub() == *old));
            standing.phase.moves() && link.is_some_and(|link| self.has_moved(link))
        });
        self.moved = moved.collect();
    }

    fn judge_pair(&mut self, human: usize, link: &Link, old: &Person, new: &Person, counted: &mut Counted) {
        let Some(linked) = link.linked().filter(|linked| linked.new_sub.as_str() == new.sub.as_str()) else {
            self.fault(format!("h{human} is in both pools, and the link does not say so: {:?}", link.state));
            return;
        };
        let listed = |field: Field| {
            let forward = linked.held_back.iter().map(|held| (Pool::New, &held.subject));
            let back = link.reverse.held_back.iter().map(|held| (Pool::Old, &held.subject));
            let back_new = link.reverse.held_back.iter().map(|held| (Pool::New, &held.subject));
            let mut all = forward.chain(back).chain(back_new);
            all.any(|(pool, subject)| {
                *subject != Subject::User && self.kind.field(pool, subject) == Some(field)
            })
        };
        let may_be_held = |field: Field| match field {
            // What no rule made cannot be read backwards.
            Field::Company => !self.kind.shown(Pool::New, new, field).starts_with("t-"),
            Field::Email => [(Pool::Old, old), (Pool::New, new)]
                .into_iter()
                .any(|(pool, it)| self.kind.shown(pool, it, field).ends_with("|false")),
            _ => false,
        };
        let listed: BTreeSet<_> =
            Field::ALL.into_iter().filter(|field| listed(*field) && may_be_held(*field)).collect();
        let mut faults = Vec::new();
        for field in Field::ALL.into_iter().filter(|field| !listed.contains(field)) {
            let [in_old, in_new] =
                [(Pool::Old, old), (Pool::New, new)].map(|(pool, it)| self.kind.shown(pool, it, field));
            if in_old != in_new {
                faults.push(format!(
                    "h{human}: {field:?} is {in_old} in the old pool, {in_new} in the new one"
                ));
            } else if let Some(lost) = self.lost(human, link, field, &in_new, counted) {
                faults.push(lost);
            }
        }
        if new.status != Status::Confirmed {
            faults.push(format!("h{human} has no password in the new pool"));
        }
        for fault in faults {
            self.fault(fault);
        }
    }

    /// Whether the last change of people was lost without a word.
    fn lost(
        &self,
        human: usize,
        link: &Link,
        field: Field,
        now: &str,
        counted: &mut Counted,
    ) -> Option<String> {
        let changes = self.journal.of(human, field);
        let last = changes.last()?;
        let is_latest = self.journal.latest(human, field).is_some_and(|latest| latest.value == now);
        if last.value == now || is_latest {
            return None;
        }
        let since = self.journal.began;
        let is_listed = link.reverse.overruled.iter().any(|lost| {
            lost.pool == last.pool
                && lost.at.0 + SKEW >= last.at
                && self.kind.field(last.pool, &lost.subject) == Some(field)
        });
        let rival = changes.iter().rev().find(|change| change.pool != last.pool);
        // Both pools are never read at one moment: who sees the one as it was, and the other as it is, sees them agree.
        let is_met = rival.is_some_and(|rival| rival.step < last.step);
        let is_unclear = last.is_return || (last.is_echo && (is_met || self.journal.deaths > 0));
        if rival.is_some_and(|rival| rival.value == now) && (is_listed || is_unclear) {
            counted.overruled += 1;
            let says = authority(&self.standing(), link);
            let is_steady = self.standings.last().is_none_or(|(at, _)| *at < since);
            let is_wrong = is_listed
                && !is_unclear
                && is_steady
                && says == last.pool
                && (says == Pool::Old || self.moved.contains(&human));
            return is_wrong.then(|| format!("h{human}: {field:?} went against the pool that has the say"));
        }
        let told = if is_listed {
            "and is listed, yet no change of the other pool stands"
        } else {
            "and is not listed"
        };
        Some(format!("h{human}: {field:?} is {now}; {} in the {} is lost, {told}", last.value, last.pool))
    }

    /// One change, one round: once changes travel both ways twinpool writes nothing more often than people do. Before that a slow
    /// mirror may write what is old, and is put right.
    fn judge_writes(&mut self, human: usize) {
        let since = self.journal.began;
        let strictly = self.standings.iter().any(|(at, standing)| *at < since && standing.phase.is_two_way());
        let is_counted = strictly && !self.journal.stirred.contains(&human);
        for field in Field::ALL.into_iter().filter(|_| is_counted) {
            let written = self.journal.written.get(&(human, field)).copied().unwrap_or_default();
            let changes = self.journal.changes.iter();
            let most = changes.filter(|change| change.human == human && change.field == field).count();
            if written > most {
                self.fault(format!("h{human}: {field:?} was written {written} times for {most} changes"));
            }
        }
        if !self.journal.is_stirred(human) && self.journal.calls.contains_key(&human) {
            self.fault(format!("h{human} was written although nobody changed anything"));
        }
    }

    /// Nobody is there twice; but who made the second account may have died before it was taken back.
    fn judge_doubles(&mut self) {
        for (sub, is_judged) in std::mem::take(&mut self.doubles) {
            if !is_judged && self.journal.deaths == 0 && self.world.new.person(sub.as_str()).is_some() {
                self.fault(format!("{sub} is a second account of somebody, and is left"));
            }
            self.doubles.insert(sub, true);
        }
    }

    /// One user, one link, one user id, for ever.
    fn judge_ids(&mut self, links: &[Link]) {
        let mut faults = Vec::new();
        let mut pairs = BTreeSet::new();
        for link in links {
            let mut accounts = vec![(Pool::Old, link.sub())];
            if let Some(new) = link.counterpart() {
                if !pairs.insert(new.clone()) {
                    faults.push(format!("{new} is tied twice"));
                }
                accounts.push((Pool::New, new.into()));
            }
            for account in accounts {
                let first = self.ids.entry(account.clone()).or_insert_with(|| link.user_id.clone());
                if *first != link.user_id {
                    faults
                        .push(format!("the user id of {account:?} was {first:?}, and is {:?}", link.user_id));
                }
            }
        }
        let tied: BTreeSet<(NewSub, OldSub)> = self.world.links.back().into_iter().collect();
        for link in links {
            if let Some(linked) = link.linked()
                && !tied.contains(&(linked.new_sub.clone(), link.old_sub.clone()))
            {
                faults.push(format!("nothing points back from {}", linked.new_sub));
            }
        }
        for fault in faults {
            self.fault(fault);
        }
    }
}

/// Whether the link says that the user is not in the other pool, or no more.
fn is_listed_whole(link: &Link) -> bool {
    let is_whole = |held: &twinpool_core::held_back::HeldBack| held.subject == Subject::User;
    matches!(link.state, LinkState::Conflict { .. } | LinkState::Tombstone { .. })
        || link.linked().is_some_and(|linked| linked.held_back.iter().any(is_whole))
        || link.reverse.held_back.iter().any(is_whole)
}
