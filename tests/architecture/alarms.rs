//! Each alarm of the template rings somewhere, says what to do, and has its line in the runbook. What it goes by is written by somebody.

use std::collections::BTreeSet;
use std::fs;

use twinpool_tests::bootstrap::workspace;

use crate::files::files;
use crate::permissions::resource;

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap()
}

/// The names of all resources of a type, of which there are some.
pub(crate) fn of_type(kind: &str) -> Vec<String> {
    let template = read("infra/template.yaml");
    let lines: Vec<_> = template.lines().collect();
    let kind = format!("    Type: {kind}");
    let named = lines.windows(2).filter(|two| two[1] == kind);
    let names: Vec<_> = named.map(|two| two[0].trim().trim_end_matches(':').to_owned()).collect();
    assert!(!names.is_empty(), "none in the template: {kind}");
    names
}

pub(crate) fn alarms() -> Vec<String> {
    let alarms = of_type("AWS::CloudWatch::Alarm");
    assert!(alarms.len() > 25, "{alarms:?}");
    alarms
}

/// A property of one line, or of a folded block.
fn property(resource: &str, name: &str) -> String {
    let mut lines = resource.lines().skip_while(|line| !line.starts_with(&format!("      {name}: ")));
    let first = lines.next().unwrap().trim().trim_start_matches(&format!("{name}: ")).to_owned();
    match first.as_str() {
        ">-" => {
            lines.take_while(|line| line.starts_with("        ")).map(str::trim).collect::<Vec<_>>().join(" ")
        }
        _ => first,
    }
}

/// A property within a list of one.
fn property_of_list(resource: &str, name: &str) -> String {
    let name = format!("{name}: ");
    resource.lines().find_map(|line| line.trim().strip_prefix(&name)).unwrap().to_owned()
}

#[test]
fn every_alarm_tells_the_topic_and_is_silent_where_nothing_is_told() {
    for name in alarms() {
        let alarm = resource(&name);
        let actions = "AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]";
        assert!(alarm.contains(actions), "{name}");
        // What is not counted did not happen: a stack at rest has no alarm.
        assert!(alarm.contains("TreatMissingData: notBreaching"), "{name}");
    }
}

#[test]
fn every_alarm_says_what_is_so_and_what_to_do() {
    for name in alarms() {
        let description = property(&resource(&name), "AlarmDescription");
        assert!(description.len() <= 1_024, "CloudWatch takes no more: {name}");
        assert!(description.contains(". ") || description.contains("; "), "{name}: {description}");
        let remedies = ["`twinpool ", " log", "Raise ", "raise ", "Lower ", "Detach ", "Take it out"];
        assert!(remedies.iter().any(|remedy| description.contains(remedy)), "{name}: {description}");
    }
}

#[test]
fn the_runbook_has_a_line_for_every_alarm_and_for_nothing_else() {
    let runbook = read("docs/runbook.md");
    let section = runbook.split("## Alarms, and the first command").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let mut told = BTreeSet::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 3, "{row}");
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{row}");
        told.extend(cells[0].split('`').skip(1).step_by(2).map(str::to_owned));
    }
    assert_eq!(told, alarms().into_iter().collect());
}

#[test]
fn the_mirror_that_stands_still_is_known_by_the_queue_within_a_minute() {
    let alarm = resource("MirrorStandsStill");
    assert_eq!(alarm.matches("QueueName, Value: !GetAtt ChangeEvents.QueueName").count(), 2);
    for line in ["EvaluationPeriods: 1", "IF((age >= 30) AND (FILL(done, 0) == 0), 1, 0)", "Threshold: 0"] {
        assert!(alarm.contains(line), "{line}: {alarm}");
    }
    // By the queue alone: a mirror that is dead writes no metric.
    assert!(!alarm.contains("twinpool\n") && !alarm.contains("DatapointsToAlarm"), "{alarm}");
}

#[test]
fn a_scheduled_function_that_fails_rings_at_once() {
    // What runs once a day fails in one hour of a day: two in a row never come.
    for name in ["SweepFails", "WatchFails"] {
        let alarm = resource(name);
        assert!(alarm.contains("MetricName: Errors") && alarm.contains("EvaluationPeriods: 1\n"), "{alarm}");
    }
}

/// To Lambda an answer of 503 is a success: whoever says it in silence says it to everybody.
#[test]
fn a_function_that_answers_503_has_its_log_counted_and_an_alarm_that_goes_by_it() {
    let (filters, alarms) = (of_type("AWS::Logs::MetricFilter"), alarms());
    let mut speaking = 0;
    for path in files(&workspace().join("crates/twinpool-functions/src/bin"), ".rs") {
        let source = fs::read_to_string(&path).unwrap();
        if !source.contains("lambda_http::run(") {
            continue;
        }
        speaking += 1;
        let part = path.file_stem().unwrap().to_str().unwrap();
        let logs = format!("LogGroupName: !Ref {}{}Logs", part[..1].to_uppercase(), &part[1..]);
        let counted = filters.iter().map(|name| resource(name)).filter(|filter| {
            filter.contains(&logs) && filter.contains(r#"$.level = "WARN" || $.level = "ERROR""#)
        });
        let metrics: Vec<_> = counted.map(|filter| property_of_list(&filter, "MetricName")).collect();
        let rings = |metric: &String| {
            let goes_by = format!("      Namespace: twinpool\n      MetricName: {metric}\n");
            alarms.iter().any(|name| resource(name).contains(&goes_by))
        };
        assert!(metrics.iter().any(rings), "nobody hears of the answers of 503 of {part}: {metrics:?}");
    }
    assert_eq!(speaking, 3, "route, resolve and the bridge speak HTTP");
}

#[test]
fn a_watch_that_is_not_started_rings_too() {
    let alarm = resource("WatchThrottled");
    for line in ["MetricName: Throttles", "Value: !Ref Watch }", "EvaluationPeriods: 1\n", "Threshold: 0\n"] {
        assert!(alarm.contains(line), "{line}: {alarm}");
    }
}

/// Everything that is counted in our namespace: by a filter over a log, or by a line of a function.
fn written() -> BTreeSet<String> {
    let mut written: BTreeSet<_> = of_type("AWS::Logs::MetricFilter")
        .iter()
        .map(|name| {
            resource(name).split("MetricName: !Sub ").nth(1).unwrap().lines().next().unwrap().to_owned()
        })
        .collect();
    for part in ["functions", "capture", "trigger"] {
        for path in files(&workspace().join(format!("crates/twinpool-{part}/src")), ".rs") {
            let text = fs::read_to_string(path).unwrap();
            let quoted = text.split('"').skip(1).step_by(2);
            let is_name = |word: &&str| {
                word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().all(char::is_alphanumeric)
            };
            written.extend(quoted.filter(is_name).map(str::to_owned));
        }
    }
    written
}

#[test]
fn what_alarms_and_dashboard_go_by_is_written_by_somebody_and_told_in_the_documents() {
    let mut wanted = crate::dashboard::metrics();
    for alarm in
        alarms().iter().map(|name| resource(name)).filter(|alarm| alarm.contains("Namespace: twinpool"))
    {
        // An alarm with metric math has several.
        let names = alarm.lines().filter_map(|line| line.trim().strip_prefix("MetricName: "));
        wanted.extend(names.map(|name| name.trim_start_matches("!Sub ").to_owned()));
    }
    let (written, docs) = (written(), read("docs/metrics.md"));
    for metric in &wanted {
        assert!(written.contains(metric), "nobody writes {metric}");
        let name = metric.replace("${AWS::StackName}", "<stack>");
        assert!(docs.contains(&format!("`{name}`")), "docs/metrics.md does not tell of {name}");
    }
    assert!(wanted.len() > 25, "{wanted:?}");
}

#[test]
fn the_documents_say_which_alarm_goes_by_what() {
    let docs = read("docs/metrics.md");
    for name in alarms() {
        assert!(docs.contains(&format!("`{name}`")), "docs/metrics.md does not tell of {name}");
    }
    let count = format!("{} alarms", alarms().len());
    assert!(docs.contains(&count), "docs/metrics.md counts other than {count}");
}

#[test]
fn status_knows_of_each_alarm_how_bad_it_is_and_what_helps() {
    let source = read("crates/twinpool-core/src/overview/findings/alarms.rs");
    let list = source.split("const KNOWN").nth(1).unwrap().split("];").next().unwrap();
    let quoted = list.split('"').skip(1).step_by(2);
    let known: BTreeSet<_> = quoted.filter(|text| text.chars().all(char::is_alphanumeric)).collect();
    let there = alarms();
    assert_eq!(known, there.iter().map(String::as_str).collect());
}
