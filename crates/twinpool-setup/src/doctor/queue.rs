//! The queue of change events, its DLQ, and its key.

use super::Blind;
use super::facts::{Facts, number, text};
use super::step::{DEPLOY, Part, Step, faults_or, way_to_see};

/// As the alarm of the template has it, in seconds.
const LATE: f64 = 300.0;

/// The queue.
pub(super) fn queue(facts: &Facts) -> Vec<Step> {
    let part = Part::Queue;
    let queue = match &facts.queue {
        Ok(queue) => queue,
        Err(blind) => return vec![Step::blind(part, "the queue", blind, DEPLOY)],
    };
    let mut faults = Vec::new();
    if text(queue, "FifoQueue") != Some("true") {
        faults.push(Step::broken(
            part,
            "the queue is no FIFO queue, so a user's events may overtake each other",
            DEPLOY,
        ));
    }
    let policy = text(queue, "RedrivePolicy")
        .and_then(|policy| serde_json::from_str::<serde_json::Value>(policy).ok());
    let target = policy.as_ref().and_then(|policy| policy.get("deadLetterTargetArn")?.as_str());
    let dlq = facts.dlq.as_ref().ok().and_then(|dlq| text(dlq, "QueueArn"));
    match (target, dlq) {
        (None, _) => faults.push(Step::broken(
            part,
            "the queue has no DLQ: what cannot be mirrored is lost after two weeks",
            DEPLOY,
        )),
        (Some(target), Some(dlq)) if target != dlq => {
            faults.push(Step::broken(
                part,
                "the queue's DLQ is another one than --dlq-url / TWINPOOL_DLQ_URL names",
                "correct it: the stack's output DlqUrl",
            ));
        }
        _ => {}
    }
    let waiting = number(queue, "ApproximateNumberOfMessages");
    let under_way = number(queue, "ApproximateNumberOfMessagesNotVisible");
    let age = match &facts.age {
        Ok(Some(age)) if *age > LATE => {
            let why = format!(
                "{waiting} change events wait, the oldest for {:.0} minutes: the mirror does not keep up, or does not run",
                age / 60.0
            );
            faults.push(Step::broken(part, why, "look at the mirror below, and at its log"));
            String::new()
        }
        Ok(_) => String::new(),
        Err(Blind::Failed(error)) => {
            format!(" (how old the oldest is, CloudWatch does not tell: {})", way_to_see(error))
        }
        Err(Blind::Unnamed(_)) => String::new(),
    };
    faults_or(part, faults, format!("{waiting} change events wait, {under_way} are being worked on{age}"))
}

/// The DLQ.
pub(super) fn dead_letters(facts: &Facts) -> Vec<Step> {
    let part = Part::DeadLetters;
    let dlq = match &facts.dlq {
        Ok(dlq) => dlq,
        Err(blind) => return vec![Step::blind(part, "the DLQ", blind, DEPLOY)],
    };
    vec![match number(dlq, "ApproximateNumberOfMessages") {
        0 => Step::fine(part, "the DLQ is empty"),
        waiting => Step::broken(
            part,
            format!("{waiting} change events could not be mirrored"),
            "twinpool dlq show says why; then twinpool dlq redrive",
        ),
    }]
}

/// The key.
pub(super) fn key(facts: &Facts) -> Vec<Step> {
    let part = Part::EncryptionKey;
    let key = match &facts.key {
        None => return vec![Step::fine(part, "SQS encrypts with its own key")],
        Some(Ok(key)) => key,
        Some(Err(blind)) => {
            return vec![Step::blind(
                part,
                "the key of the queue",
                blind,
                "deploy with a KmsKeyArn that is there",
            )];
        }
    };
    vec![match text(key, "KeyState") {
        Some("Enabled") => Step::fine(part, "the key of the queue is enabled"),
        state => Step::broken(
            part,
            format!(
                "the key of the queue is {}: nothing can be sent or read",
                state.unwrap_or("in no known state")
            ),
            "enable it (aws kms enable-key, aws kms cancel-key-deletion), or deploy with another KmsKeyArn",
        ),
    }]
}
