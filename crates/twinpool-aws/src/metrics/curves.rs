//! What the mirror did in the newest minutes, and what was counted over the last hours, by the minute.
//!
//! A curve without a point says that CloudWatch counted nothing: a function writes its metrics when it runs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use twinpool_core::id::{PoolId, Timestamp};
use twinpool_core::overview::{Curve, Curves, Lag, Mirror};
use twinpool_core::port::Answer;

use super::Metrics;
use super::ask::{Span, Wanted, metric, question, queue_name, sign_ins};
use super::series::Found;
use crate::settings::WatchPlaces;

const HANDLED: Wanted = "handled";
const LAG: [(Wanted, &str); 3] = [("lag_p50", "p50"), ("lag_p95", "p95"), ("lag_p99", "p99")];
const BACKLOG: Wanted = "backlog";
const OLD_SIGN_INS: Wanted = "old_sign_ins";
const NEW_SIGN_INS: Wanted = "new_sign_ins";

/// What the numbers of now are of.
const NEWEST: u64 = 5 * 60;
/// What curves are of: finer than a minute CloudWatch is not, and older than this it is coarser.
const HOURS: u64 = 3 * 60 * 60;

impl Metrics {
    /// What the mirror did in the last five minutes. Whether it is stopped is not said here.
    ///
    /// # Errors
    /// Those of CloudWatch, by their code.
    pub async fn mirrored(&self, now: Timestamp) -> Answer<Mirror> {
        let Some(mirror) = &self.places.mirror else {
            return Ok(Mirror::default());
        };
        let found = self.ask(&self.metrics, question(until(now, NEWEST), of_mirror(mirror))).await?;
        let handled = series(&found, HANDLED).filter(|series| !series.is_empty());
        let time =
            |id| series(&found, id)?.last().and_then(|ms| Duration::try_from_secs_f64(ms / 1_000.0).ok());
        let [p50, p95, p99] = LAG.map(|(id, _)| time(id));
        let lag = match (p50, p95, p99) {
            (Some(p50), Some(p95), Some(p99)) => Some(Lag { p50, p95, p99 }),
            _ => None,
        };
        Ok(Mirror { stopped: None, handled: handled.map(super::Series::sum), lag })
    }

    /// What was counted over the last three hours. `capture`: the function, if the stack has one.
    ///
    /// # Errors
    /// Those of CloudWatch, by their code. Where it is the new pool's account that says no, its sign-ins alone are missing.
    pub async fn curves(&self, old_pool: &PoolId, capture: Option<&str>, now: Timestamp) -> Answer<Curves> {
        let span = until(now, HOURS);
        let own = question(span, of_stack(&self.places, old_pool, capture));
        let new = question(span, vec![sign_ins(NEW_SIGN_INS, &self.places.new_pool, "SampleCount")]);
        let found = self.ask(&self.metrics, own).await?;
        let of_new = self.ask(&self.metrics_of_new, new).await.unwrap_or_default();
        let lag = points(&found, &[LAG[1].0]).into_iter().map(|(at, ms)| (at, ms / 1_000.0));
        Ok(Curves {
            lag: lag.collect(),
            backlog: curve(&found, &[BACKLOG]),
            handled: curve(&found, &[HANDLED]),
            errors: curve(&found, &FAILED.map(|(id, ..)| id)),
            sign_ins_old: curve(&found, &[OLD_SIGN_INS]),
            sign_ins_new: curve(&of_new, &[NEW_SIGN_INS]),
        })
    }
}

/// So many seconds, until the end of the last whole minute.
fn until(now: Timestamp, seconds: u64) -> Span {
    let end = now.0 / 60_000 * 60;
    Span { start: end.saturating_sub(seconds), end }
}

fn of_mirror(mirror: &str) -> Vec<Value> {
    let own = Some(("FunctionName", mirror));
    // Percentiles of minutes make none of five minutes.
    let lag = LAG.map(|(id, statistic)| {
        let mut lag = metric(id, "twinpool", "MirrorLag", own, statistic);
        lag["MetricStat"]["Period"] = NEWEST.into();
        lag
    });
    let handled = metric(HANDLED, "twinpool", "Handled", own, "Sum");
    std::iter::once(handled).chain(lag).collect()
}

/// What counts as an error: by whom, namespace and name.
const FAILED: [(Wanted, Whose, &str, &str); 5] = [
    ("lost", Whose::Capture, "twinpool", "CaptureLost"),
    ("capture_failed", Whose::Capture, "AWS/Lambda", "Errors"),
    ("conflicts", Whose::Mirror, "twinpool", "MirrorConflict"),
    ("mirror_failed", Whose::Mirror, "AWS/Lambda", "Errors"),
    ("sign_in_failed", Whose::SignIn, "AWS/Lambda", "Errors"),
];

#[derive(Clone, Copy)]
enum Whose {
    Capture,
    Mirror,
    SignIn,
}

fn of_stack(places: &WatchPlaces, old_pool: &PoolId, capture: Option<&str>) -> Vec<Value> {
    let mirror = places.mirror.as_deref();
    let queue = Some(("QueueName", queue_name(places)));
    let mut all = vec![
        metric(BACKLOG, "AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, "Maximum"),
        sign_ins(OLD_SIGN_INS, old_pool, "SampleCount"),
    ];
    if let Some(mirror) = mirror {
        let own = Some(("FunctionName", mirror));
        all.push(metric(HANDLED, "twinpool", "Handled", own, "Sum"));
        all.push(metric(LAG[1].0, "twinpool", "MirrorLag", own, LAG[1].1));
    }
    for (id, whose, namespace, name) in FAILED {
        let function = match whose {
            Whose::Capture => capture,
            Whose::Mirror => mirror,
            Whose::SignIn => places.sign_in.as_deref(),
        };
        let own = function.map(|function| ("FunctionName", function));
        all.extend(own.map(|own| metric(id, namespace, name, Some(own), "Sum")));
    }
    all
}

/// `None` where CloudWatch has an error of its own.
fn series(found: &Found, id: Wanted) -> Option<&super::Series> {
    found.series(id).ok()
}

fn curve(found: &Found, ids: &[Wanted]) -> Curve {
    points(found, ids).into_iter().collect()
}

fn points(found: &Found, ids: &[Wanted]) -> BTreeMap<Timestamp, f64> {
    let mut all: BTreeMap<Timestamp, f64> = BTreeMap::new();
    for (at, value) in ids.iter().filter_map(|id| series(found, id)).flat_map(super::Series::by_minute) {
        *all.entry(at).or_default() += value;
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{DENIED, NOW, data, ok, places};
    use super::*;
    use crate::raw::stub::{config, server};

    fn pool() -> PoolId {
        PoolId::parse("eu-west-1_Old").unwrap()
    }

    #[tokio::test]
    async fn the_mirror_s_last_minutes_are_told_with_percentiles_of_all_of_them() {
        let told =
            data(&[("handled", "7,5"), ("lag_p50", "850"), ("lag_p95", "2400"), ("lag_p99", "9100.5")]);
        let (address, seen) = server([ok(told), ok(data(&[]))]);
        let config = config(&address).await;
        let metrics = Metrics::connect(&config, &config, places()).unwrap();
        let [p50, p95, p99] = [850_000, 2_400_000, 9_100_500].map(Duration::from_micros);
        let mirror = Mirror { stopped: None, handled: Some(12), lag: Some(Lag { p50, p95, p99 }) };
        assert_eq!(metrics.mirrored(NOW).await, Ok(mirror));
        let asked: Value = serde_json::from_slice(&seen.recv().unwrap().body).unwrap();
        assert_eq!((&asked["StartTime"], &asked["EndTime"]), (&json!(1_795_218_900), &json!(1_795_219_200)));
        let stat = &asked["MetricDataQueries"][2]["MetricStat"];
        assert_eq!((&stat["Stat"], &stat["Period"]), (&json!("p95"), &json!(300)));
        let of = json!([{ "Name": "FunctionName", "Value": "prod-Mirror" }]);
        assert_eq!(
            (&stat["Metric"]["MetricName"], &stat["Metric"]["Dimensions"]),
            (&json!("MirrorLag"), &of)
        );
        // A mirror at rest writes nothing: that is not zero.
        assert_eq!(metrics.mirrored(NOW).await, Ok(Mirror::default()));
    }

    #[tokio::test]
    async fn curves_add_up_app_clients_and_kinds_of_errors_minute_by_minute() {
        let own = data(&[
            ("backlog", "40"),
            ("handled", "9"),
            ("lag_p95", "2500"),
            ("lost", "1"),
            ("conflicts", "2"),
            ("mirror_failed", "4"),
            ("old_sign_ins", "10"),
            ("old_sign_ins", "5"),
        ]);
        let (address, seen) = server([ok(own), ok(data(&[("new_sign_ins", "3"), ("new_sign_ins", "4")]))]);
        let config = config(&address).await;
        let metrics = Metrics::connect(&config, &config, places()).unwrap();
        let curves = metrics.curves(&pool(), Some("prod-Capture"), NOW).await.unwrap();
        let at = Timestamp(1_795_219_140_000);
        let one = |value: f64| Curve::from_iter([(at, value)]);
        let expected = Curves {
            lag: one(2.5),
            backlog: one(40.0),
            handled: one(9.0),
            errors: one(7.0),
            sign_ins_old: one(15.0),
            sign_ins_new: one(7.0),
        };
        assert_eq!(curves, expected);
        let asked =
            seen.try_iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect::<Vec<Value>>();
        assert_eq!(asked[0]["StartTime"], json!(1_795_219_200 - 3 * 3_600));
        let text = asked[0].to_string();
        for name in ["\"CaptureLost\"", "\"MirrorConflict\"", "prod-Capture", "prod-SignIn", "eu-west-1_Old"]
        {
            assert!(text.contains(name), "{name}: {text}");
        }
        assert!(asked[1].to_string().contains("eu-west-1_New"), "{}", asked[1]);
    }

    #[tokio::test]
    async fn a_new_pool_s_account_that_says_no_costs_its_own_curve_alone() {
        let (address, _seen) = server([ok(data(&[("handled", "9")])), DENIED, DENIED]);
        let config = config(&address).await;
        let metrics = Metrics::connect(&config, &config, places()).unwrap();
        let curves = metrics.curves(&pool(), None, NOW).await.unwrap();
        assert_eq!((curves.handled.top(), curves.sign_ins_new.is_empty()), (9.0, true));
        assert_eq!(metrics.curves(&pool(), None, NOW).await.unwrap_err().code, "AccessDeniedException");
    }
}
