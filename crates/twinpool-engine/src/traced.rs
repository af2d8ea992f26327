//! Spans for whoever traces: they name calls, event ids and subs, and nothing else of a user. Without a layer that asks for them they
//! cost a comparison.

/// The target of all spans.
pub const TRACED: &str = "twinpool::traced";
