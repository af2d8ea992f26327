//! Those who do not match: read by themselves, and read again after a while before a difference is said.

use std::collections::HashMap;
use std::hash::RandomState;

use futures_util::future::join_all;
use twinpool_core::arrival::ArrivalStore;
use twinpool_core::born::BornStore;
use twinpool_core::id::{NewSub, OldSub, Timestamp};
use twinpool_core::listing::{LinkBatch, PoolList, Stage};
use twinpool_core::phase::PhaseReader;
use twinpool_core::port::{Answer, Class, Clock, LinkReader};

use super::finding::Finding;
use super::judge::{Both, judge, marked};
use super::key::Key;
use super::row::{Row, Verdict};
use super::sight::whole;
use super::table::{Entry, Seen, Table};
use super::{Candidate, Looking, Observer, Step, Summary, Verifier, VerifyError, new_sub, old_sub, tell};
use crate::adopt::is_young;
use crate::walk::persist;

/// How many users are read at once: the governor sets the pace.
const AT_ONCE: usize = 16;

/// What all looks of a run share.
pub(super) struct Run<'a, Q> {
    pub(super) looking: &'a Looking,
    /// When the walks began.
    pub(super) begun: Timestamp,
    pub(super) observer: &'a Q,
}

/// Somebody to look at, and what was seen the last time.
#[derive(Clone, Copy)]
struct Open {
    candidate: Candidate,
    trace: Option<u64>,
}

impl<O, N, L, C> Verifier<'_, O, N, L, C>
where
    O: PoolList,
    N: PoolList,
    L: LinkReader + LinkBatch + BornStore + ArrivalStore + PhaseReader,
    C: Clock,
{
    pub(super) async fn look_at_all<Q: Observer>(
        &self,
        table: &mut Table,
        mut candidates: Vec<Candidate>,
        run: &Run<'_, Q>,
        summary: &mut Summary,
    ) -> Result<(), VerifyError> {
        said_before(&mut candidates, table, run, summary)?;
        // Where everybody is to be read, the lists were not compared.
        let most = run.looking.most_looks.filter(|_| !run.looking.thorough).unwrap_or(usize::MAX);
        for candidate in candidates.split_off(most.min(candidates.len())) {
            let findings = whole(candidate.verdict, candidate.why);
            let row = row_of(table, candidate, candidate.verdict, findings, false);
            summary.unlooked += 1;
            tell(&row, run.observer, summary)?;
        }
        let random = RandomState::new();
        let mut open: Vec<_> =
            candidates.into_iter().map(|candidate| Open { candidate, trace: None }).collect();
        let rounds = run.looking.rounds.max(2);
        for round in 1..=rounds {
            let mut again = Vec::new();
            let mut done = 0;
            for some in open.chunks(AT_ONCE) {
                let looks = some.iter().map(|one| self.read(table, &one.candidate, run.observer));
                let seen = join_all(looks).await;
                for (one, both) in some.iter().zip(seen) {
                    let is_last = round == rounds;
                    let next = self.weigh(table, one, both?, (is_last, &random), (run, summary))?;
                    again.extend(next);
                    done += 1;
                }
                run.observer.step(Step::Look(round), done);
            }
            open = again;
            if open.is_empty() {
                break;
            }
            if !run.looking.pause.is_zero() {
                tokio::time::sleep(run.looking.pause).await;
            }
        }
        Ok(())
    }

    /// `None`: cannot be read, or is told under another sub.
    async fn read<Q: Observer>(
        &self,
        table: &Table,
        candidate: &Candidate,
        observer: &Q,
    ) -> Result<Look, VerifyError> {
        let old = table.subs.known(candidate.old).and_then(|text| old_sub(&text));
        let new = table.subs.known(candidate.new).and_then(|text| new_sub(&text));
        let answer = match (&old, &new) {
            (Some(old), _) => persist(|| self.read_old(old), observer).await,
            (None, Some(new)) => {
                match persist(|| self.links.old_sub_of(new), observer).await {
                    // Linked since. Whoever was seen in the old pool is told there.
                    Ok(Some(old)) if table.was_seen(table.subs.find(old.as_str())) => {
                        return Ok(Look::Nobody);
                    }
                    Ok(Some(old)) => persist(|| self.read_old(&old), observer).await,
                    Ok(None) => persist(|| self.read_stranger(new), observer).await,
                    Err(error) => Err(error),
                }
            }
            (None, None) => return Ok(Look::Nobody),
        };
        let name =
            || old.as_ref().map(OldSub::as_str).or(new.as_ref().map(NewSub::as_str)).unwrap_or_default();
        look(answer).map_err(|error| VerifyError::User(name().to_owned(), error))
    }

    /// Says the verdict, or that the user is to be looked at again.
    fn weigh<Q: Observer>(
        &self,
        table: &Table,
        one: &Open,
        look: Look,
        (is_last, random): (bool, &RandomState),
        (run, summary): (&Run<'_, Q>, &mut Summary),
    ) -> Result<Option<Open>, VerifyError> {
        let both = match look {
            Look::Nobody => return Ok(None),
            Look::Unreadable => {
                let row = row_of(table, one.candidate, Verdict::Unreadable, Vec::new(), true);
                tell(&row, run.observer, summary)?;
                return Ok(None);
            }
            Look::At(both) => both,
        };
        // Deleted from both meanwhile.
        let Some(said) = judge(&self.known, &both) else { return Ok(None) };
        let mut verdict = said.verdict;
        if verdict.is_difference() {
            let trace = both.trace(random);
            let is_same = one.trace == Some(trace);
            let is_moving = both.is_newer_than(run.begun) || self.is_being_made(&both);
            if !is_last && (!is_same || is_moving) {
                return Ok(Some(Open { trace: Some(trace), ..*one }));
            }
            if !is_same || is_moving {
                verdict = Verdict::InFlight;
            }
        }
        let mut row = row_of(table, one.candidate, verdict, said.findings, true);
        row.marked = marked(&self.known, &both);
        if let Some(link) = &both.link {
            row.old_sub = Some(link.old_sub.clone());
        }
        if let Some(new) = both.new {
            row.new_sub = new_sub(new.sub.as_str());
        }
        tell(&row, run.observer, summary)?;
        Ok(None)
    }

    /// Whoever wrote the intent may still be at it.
    fn is_being_made(&self, both: &Both) -> bool {
        let now = self.clock.now();
        both.is_being_made || both.pending_since().is_some_and(|since| is_young(since, now))
    }
}

/// What a look gave.
enum Look {
    At(Box<Both>),
    /// Cannot be read, and never will.
    Unreadable,
    /// Is told under another sub.
    Nobody,
}

fn look(answer: Answer<Both>) -> Answer<Look> {
    match answer {
        Ok(both) => Ok(Look::At(Box::new(both))),
        Err(error) if matches!(error.class, Class::Unreadable | Class::Rejected) => Ok(Look::Unreadable),
        Err(error) => Err(error),
    }
}

impl Table {
    fn was_seen(&self, old: Key) -> bool {
        let entry = self.of_old(old).and_then(|place| self.entries.get(place));
        // Of a pair that the old pool's list did not show, the pair itself is looked at.
        let is_told = |entry: &Entry| entry.seen.has(Seen::OLD) || entry.stage == Stage::Linked;
        entry.is_some_and(is_told) || self.seen.contains(&old)
    }
}

/// What an earlier run found by reading is not read again, unless it was moving then.
fn said_before<Q: Observer>(
    candidates: &mut Vec<Candidate>,
    table: &mut Table,
    run: &Run<'_, Q>,
    summary: &mut Summary,
) -> Result<(), VerifyError> {
    let mut earlier = HashMap::new();
    for row in &run.looking.earlier {
        if row.looked && !matches!(row.verdict, Verdict::InFlight | Verdict::Unreadable) {
            let text = |sub: Option<&str>| sub.map(str::to_owned);
            let old = text(row.old_sub.as_ref().map(|sub| sub.as_str()));
            let new = text(row.new_sub.as_ref().map(|sub| sub.as_str()));
            let old = old.map_or(Key::NOBODY, |sub| table.subs.key(&sub));
            let new = if old == Key::NOBODY { new.map(|sub| table.subs.key(&sub)) } else { None };
            earlier.insert((old, new.unwrap_or(Key::NOBODY)), row);
        }
    }
    let mut said = Vec::new();
    candidates.retain(|candidate| {
        let new = if candidate.old == Key::NOBODY { candidate.new } else { Key::NOBODY };
        let row = earlier.remove(&(candidate.old, new));
        said.extend(row);
        row.is_none()
    });
    said.into_iter().try_for_each(|row| tell(row, run.observer, summary))
}

fn row_of(
    table: &Table,
    candidate: Candidate,
    verdict: Verdict,
    findings: Vec<Finding>,
    looked: bool,
) -> Row {
    Row {
        old_sub: table.subs.known(candidate.old).and_then(|text| old_sub(&text)),
        new_sub: table.subs.known(candidate.new).and_then(|text| new_sub(&text)),
        verdict,
        findings,
        marked: None,
        looked,
    }
}
