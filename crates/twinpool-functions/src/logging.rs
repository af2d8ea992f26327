//! Logs as JSON lines on standard output, where Lambda picks them up. A panic says where, never what.

/// Sets logging up, once per process. Never more than `info`: below, the libraries write whole requests, passwords in them.
pub fn init() {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        .init();
    // A payload can quote what it stumbled over.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a defect: panicked");
    }));
}
