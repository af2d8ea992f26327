//! Logs as JSON lines on standard output, where Lambda picks them up. A panic says where, never what.

use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::traces::Traces;

/// Sets logging up, once per process. Never more than `info`: below, the libraries write whole requests, passwords in them.
pub fn init() {
    tracing_subscriber::registry().with(lines()).init();
    quiet_panics();
}

/// The same, with traces.
pub fn init_with(traces: &Traces) {
    match traces.layer() {
        Some(traces) => tracing_subscriber::registry().with(lines()).with(traces).init(),
        // Not a layer that may be none: it would ask for every span of the libraries.
        None => tracing_subscriber::registry().with(lines()).init(),
    }
    quiet_panics();
}

fn lines<S>() -> impl Layer<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    let layer = tracing_subscriber::fmt::layer().json().flatten_event(true);
    let layer = layer.with_current_span(false).with_span_list(false).with_target(false);
    // Spans are for traces. With the hint, what the libraries would say below costs a comparison, and is never asked about.
    let wanted = filter_fn(|about| about.is_event() && *about.level() <= Level::INFO);
    layer.with_filter(wanted.with_max_level_hint(Level::INFO))
}

fn quiet_panics() {
    // A payload can quote what it stumbled over.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a defect: panicked");
    }));
}
