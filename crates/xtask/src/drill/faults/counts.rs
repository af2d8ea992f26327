//! What the proxy did, in numbers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::chance::Fault;

/// Whom a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Service {
    Cognito,
    DynamoDb,
    Sqs,
    /// Passed on as it is.
    Other,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cognito => "Cognito",
            Self::DynamoDb => "DynamoDB",
            Self::Sqs => "SQS",
            Self::Other => "others",
        })
    }
}

/// What is counted of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Calls,
    Throttled,
    Delayed,
    Late,
    CutBefore,
    CutAfter,
    Doubled,
}

impl Kind {
    const FAULTS: [(Self, &'static str); 6] = [
        (Self::Throttled, "refused"),
        (Self::Delayed, "delayed"),
        (Self::Late, "late"),
        (Self::CutBefore, "cut before"),
        (Self::CutAfter, "cut after"),
        (Self::Doubled, "doubled"),
    ];
}

#[derive(Debug, Default)]
struct Numbers {
    of_calls: BTreeMap<(Service, Kind), usize>,
    cuts: usize,
    connections: usize,
    kills: BTreeMap<&'static str, usize>,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<Numbers>);

impl Counts {
    pub(super) fn call(&self, service: Service, fault: Option<Fault>) {
        let kind = fault.map(|fault| match fault {
            Fault::Throttle => Kind::Throttled,
            Fault::Delay(_) => Kind::Delayed,
            Fault::Late(_) => Kind::Late,
            Fault::CutBefore => Kind::CutBefore,
            Fault::CutAfter { .. } => Kind::CutAfter,
            Fault::Twice { .. } => Kind::Doubled,
        });
        let mut numbers = self.numbers();
        for kind in [Some(Kind::Calls), kind].into_iter().flatten() {
            *numbers.of_calls.entry((service, kind)).or_default() += 1;
        }
    }

    /// All open connections were cut at once.
    pub(super) fn cut_all(&self, connections: usize) {
        let mut numbers = self.numbers();
        numbers.cuts += 1;
        numbers.connections += connections;
    }

    pub(super) fn killed(&self, function: &'static str) {
        *self.numbers().kills.entry(function).or_default() += 1;
    }

    /// So many calls came by.
    pub(super) fn calls(&self) -> usize {
        self.of(Kind::Calls)
    }

    /// Whether each kind of fault happened, but for late calls, which are rare.
    pub(super) fn met_everything(&self) -> bool {
        let faults = Kind::FAULTS.iter().filter(|(kind, _)| *kind != Kind::Late);
        let numbers = faults.map(|(kind, _)| self.of(*kind)).min();
        numbers > Some(0) && self.numbers().cuts > 0 && self.numbers().kills.contains_key("mirror")
    }

    pub(super) fn in_words(&self) -> Vec<String> {
        let numbers = self.numbers();
        let of = |service, kind| numbers.of_calls.get(&(service, kind)).copied().unwrap_or_default();
        let services = [Service::Cognito, Service::DynamoDb, Service::Sqs];
        let mut lines: Vec<_> = services
            .iter()
            .map(|service| {
                let faults =
                    Kind::FAULTS.iter().map(|(kind, word)| format!("{} {word}", of(*service, *kind)));
                let faults: Vec<_> = faults.collect();
                format!("{} calls of {service}: {}", of(*service, Kind::Calls), faults.join(", "))
            })
            .collect();
        let kills: usize = numbers.kills.values().sum();
        let each: Vec<_> = numbers.kills.iter().map(|(name, count)| format!("{count} of {name}")).collect();
        lines.push(format!(
            "{kills} times kill -9 ({}); all connections cut {} times, {} in all",
            each.join(", "),
            numbers.cuts,
            numbers.connections
        ));
        lines
    }

    fn of(&self, kind: Kind) -> usize {
        let numbers = self.numbers();
        numbers.of_calls.iter().filter(|((_, of), _)| *of == kind).map(|(_, count)| count).sum()
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
