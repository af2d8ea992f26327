//! A line of log that CloudWatch also counts: its embedded metric format, in the namespace `twinpool`. By hand, for one metric of one
//! dimension: capture starts in the path of every sign-in, and brings no more than it needs.

use serde::Serialize;
use twinpool_core::id::Timestamp;

/// The part `_aws` of such a line.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Count {
    timestamp: Timestamp,
    cloud_watch_metrics: [Directive; 1],
}

impl Count {
    /// Counts the field of this name, per function.
    #[must_use]
    pub fn of(name: &'static str, at: Timestamp) -> Self {
        let directive = Directive {
            namespace: "twinpool",
            dimensions: [["FunctionName"]],
            metrics: [Metric { name, unit: "Count" }],
        };
        Self { timestamp: at, cloud_watch_metrics: [directive] }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: [[&'static str; 1]; 1],
    metrics: [Metric; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}
