//! Traces of the mirror for AWS X-Ray, through OpenTelemetry: off unless the stack says `Traces=on`.
//!
//! The trigger's function costs nothing for it: Lambda traces it by itself, and the SDK sends the id of the trace along with the message
//! (<https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html>). A span names calls, event ids and subs, and no value.

use std::net::SocketAddr;

use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_aws::trace::XrayIdGenerator;
use opentelemetry_aws::trace::xray_propagator::span_context_from_str;
use opentelemetry_aws::xray_exporter::daemon_client::XrayDaemonClient;
use opentelemetry_aws::xray_exporter::{SegmentTranslator, XrayExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Level, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use twinpool_aws::settings::Source;
use twinpool_engine::TRACED;

/// Where Lambda's own X-Ray daemon listens, while a function's tracing is active.
const DAEMON: &str = "AWS_XRAY_DAEMON_ADDRESS";

/// The stack's own switch.
const SWITCH: &str = "TWINPOOL_TRACES";

/// Whether spans are made.
#[derive(Debug, Clone, Default)]
pub struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// As the settings say. Without a daemon there is nobody to tell.
    #[must_use]
    pub fn of(settings: &impl Source) -> Self {
        let is_on = settings.get(SWITCH).as_deref() == Some("on");
        let daemon = settings.get(DAEMON).and_then(|address| address.parse().ok());
        Self(daemon.filter(|_| is_on).and_then(provider))
    }

    /// The layer that makes spans of what the engine does.
    pub(crate) fn layer<S>(&self) -> Option<impl Layer<S> + use<S>>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    {
        let tracer = self.0.as_ref()?.tracer("twinpool");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        let layer = layer.with_location(false).with_threads(false).with_target(false).with_level(false);
        // Lines of log are no part of a trace.
        let wanted = filter_fn(|about| about.is_span() && about.target() == TRACED);
        Some(layer.with_filter(wanted.with_max_level_hint(Level::INFO)))
    }

    /// The span of a message: a part of the trace in which it was sent. Where that is not sampled, neither is this.
    #[must_use]
    pub fn of_message(&self, header: Option<&str>) -> Span {
        let Some(sent) = self.0.as_ref().and(header).and_then(span_context_from_str) else {
            return Span::none();
        };
        let span = tracing::info_span!(target: TRACED, "mirror", otel.kind = "server", event_id = tracing::field::Empty, user_sub = tracing::field::Empty);
        match span.set_parent(Context::new().with_remote_span_context(sent)) {
            Ok(()) => span,
            Err(_) => Span::none(),
        }
    }
}

fn provider(daemon: SocketAddr) -> Option<SdkTracerProvider> {
    let client = XrayDaemonClient::new(daemon).ok()?;
    // What people search by.
    let translator = SegmentTranslator::new().with_indexed_attr("event_id".to_owned());
    let translator = translator.with_indexed_attr("user_sub".to_owned());
    let resource = Resource::builder_empty().with_attribute(KeyValue::new("service.name", "twinpool-mirror"));
    let provider = SdkTracerProvider::builder()
        .with_id_generator(XrayIdGenerator::default())
        // Whether a trace is kept was decided where it began.
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOff)))
        .with_resource(resource.build())
        // One datagram on this machine, before Lambda freezes the process.
        .with_simple_exporter(XrayExporter::new(client).with_translator(translator));
    Some(provider.build())
}

#[cfg(test)]
mod tests;
