//! What nobody can guess, of the system.

use twinpool_core::change_event::EventId;

pub(crate) fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gave no random number: {error}"))?;
    Ok(bytes)
}

/// The id of an event that nobody has sent.
pub(crate) fn event_id() -> anyhow::Result<EventId> {
    Ok(EventId::from_random(random()?))
}
