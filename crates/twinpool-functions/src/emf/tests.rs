use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::*;

const AT: Timestamp = Timestamp(1_795_219_200_123);

/// The lines that CloudWatch reads, if it can count by all of them: each metric and each dimension that is named is there, within the
/// limits of the format (Embedded Metric Format specification).
pub(crate) fn counted(text: &str) -> Vec<Json> {
    let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        assert!(line["_aws"]["Timestamp"].is_u64(), "{line}");
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        assert!(!directives.is_empty(), "{line}");
        for directive in directives {
            assert_eq!(directive["Namespace"], NAMESPACE);
            for set in directive["Dimensions"].as_array().unwrap() {
                let set = set.as_array().unwrap();
                assert!(
                    set.len() <= 30 && set.iter().all(|name| line[name.as_str().unwrap()].is_string()),
                    "{line}"
                );
            }
            for metric in directive["Metrics"].as_array().unwrap() {
                let value = &line[metric["Name"].as_str().unwrap()];
                let values = value["Values"].as_array().map_or(1, Vec::len);
                assert!(values <= 100 && (value.is_number() || value["Values"].is_array()), "{line}");
            }
        }
    }
    lines
}

/// What is counted: metric, dimensions, value.
pub(crate) fn points(text: &str) -> BTreeSet<(String, String, String)> {
    let mut points = BTreeSet::new();
    for line in counted(text) {
        for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            for set in directive["Dimensions"].as_array().unwrap() {
                let values =
                    set.as_array().unwrap().iter().map(|name| line[name.as_str().unwrap()].as_str().unwrap());
                let dimensions = values.collect::<Vec<_>>().join(" ");
                for metric in directive["Metrics"].as_array().unwrap() {
                    let name = metric["Name"].as_str().unwrap();
                    let value = line[name].get("Values").unwrap_or(&line[name]).to_string();
                    points.insert((name.to_owned(), dimensions.clone(), value));
                }
            }
        }
    }
    points
}

fn point(metric: &str, dimensions: &str, value: &str) -> (String, String, String) {
    (metric.to_owned(), dimensions.to_owned(), value.to_owned())
}

#[test]
fn one_value_of_a_dimension_is_one_line_and_all_say_whose_they_are() {
    let line = Line::of("prod-Mirror", AT)
        .text("phase", "canary")
        .count("Handled", 3)
        .times("MirrorLag", &[Duration::from_millis(12), Duration::from_secs(2)])
        .count_by("Operations", 2, ("Operation", "AddToGroup"))
        .count_by("Operations", 1, ("Operation", "SetAttributes"))
        .percent_by("BudgetUsed", 12.5, ("Category", "UserRead"))
        .count_by("Throttled", 1, ("Category", "UserRead"));
    let text = line.to_string();
    let expected = [
        point("Handled", "prod-Mirror", "3"),
        point("MirrorLag", "prod-Mirror", "[12,2000]"),
        point("Operations", "prod-Mirror AddToGroup", "2"),
        point("Operations", "prod-Mirror SetAttributes", "1"),
        point("BudgetUsed", "prod-Mirror UserRead", "12.5"),
        point("Throttled", "prod-Mirror UserRead", "1"),
    ];
    assert_eq!(points(&text), expected.into());
    let lines = counted(&text);
    assert_eq!(lines.len(), 4);
    assert!(
        lines.iter().all(|line| line["phase"] == "canary" && line["_aws"]["Timestamp"] == AT.0),
        "{text}"
    );
}

#[test]
fn a_reason_is_counted_beside_the_whole_in_one_line() {
    let text = Line::of("prod-SignIn", AT).also_by_reason("password").count("Bridged", 1).to_string();
    let expected = [point("Bridged", "prod-SignIn", "1"), point("Bridged", "prod-SignIn password", "1")];
    assert_eq!(points(&text), expected.into());
    assert_eq!(counted(&text).len(), 1);
}

#[test]
fn no_text_breaks_out_of_its_field() {
    let odd = "a \"quoted\"\nline\u{0}, {\"_aws\": 1}\\";
    let text = Line::of("f", AT).text("message", odd).count("ClaimMissing", 1).to_string();
    let lines = counted(&text);
    assert_eq!((lines.len(), &lines[0]["message"]), (1, &json!(odd)));
}

#[test]
fn more_values_than_a_line_may_have_are_left_out() {
    let times = vec![Duration::from_secs(1); 150];
    let text = Line::of("f", AT).times("MirrorLag", &times).to_string();
    assert_eq!(counted(&text)[0]["MirrorLag"]["Values"].as_array().unwrap().len(), 100);
}
