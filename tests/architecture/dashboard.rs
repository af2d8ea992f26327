//! The dashboard of the template: JSON that CloudWatch can draw, with every alarm in it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::alarms::{alarms, of_type};
use crate::permissions::resource;

fn dashboard() -> String {
    assert_eq!(of_type("AWS::CloudWatch::Dashboard"), ["MoveDashboard"]);
    resource("MoveDashboard")
}

/// The widgets, with those that are there only where the new pool is in this account.
fn widgets() -> Vec<Value> {
    let text = dashboard();
    let body = text.split("        - |\n").nth(1).unwrap().split("        - SignInName:").next().unwrap();
    let optional = text
        .split("              - |-\n")
        .nth(1)
        .unwrap()
        .split("              - NewRegion:")
        .next()
        .unwrap();
    let whole = body.replace("${SignInsToNewPool}", optional);
    let body: Value = serde_json::from_str(&whole).unwrap();
    body["widgets"].as_array().unwrap().clone()
}

/// What is drawn of our namespace.
pub(crate) fn metrics() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for widget in widgets() {
        for metric in widget["properties"]["metrics"].as_array().into_iter().flatten() {
            if metric[0] == "twinpool" {
                found.insert(metric[1].as_str().unwrap().to_owned());
            }
            let expression = metric[0]["expression"].as_str().unwrap_or_default();
            if let Some((_, rest)) =
                expression.split_once("{twinpool,").and_then(|(_, rest)| rest.split_once("MetricName="))
            {
                let names = rest.split("FunctionName=").next().unwrap();
                found.extend(names.split('"').skip(1).step_by(2).map(str::to_owned));
            }
        }
    }
    found
}

#[test]
fn no_widget_lies_on_another_or_beyond_the_edge() {
    let mut taken = BTreeSet::new();
    let widgets = widgets();
    assert!(widgets.len() > 15);
    for widget in &widgets {
        let number = |name: &str| widget[name].as_u64().unwrap();
        let (x, y, width, height) = (number("x"), number("y"), number("width"), number("height"));
        assert!(x + width <= 24, "{widget}");
        for place in (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y))) {
            assert!(taken.insert(place), "{widget}");
        }
    }
}

#[test]
fn every_graph_has_a_title_a_region_and_ids_of_its_own() {
    for widget in widgets().iter().filter(|widget| widget["type"] == "metric") {
        let properties = &widget["properties"];
        assert!(properties["title"].is_string() && properties["region"].is_string(), "{widget}");
        let options =
            properties["metrics"].as_array().unwrap().iter().filter_map(|one| one.as_array()?.last());
        let ids: Vec<_> = options.filter_map(|options| options["id"].as_str()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    }
}

#[test]
fn it_shows_every_alarm_that_there_is() {
    let text = dashboard();
    for name in alarms() {
        let alarm = resource(&name);
        let condition = alarm.lines().find_map(|line| line.strip_prefix("    Condition: "));
        let shown = match condition {
            Some(condition) => format!("- !If [{condition}, !GetAtt {name}.Arn, !Ref AWS::NoValue]\n"),
            None => format!("- !GetAtt {name}.Arn\n"),
        };
        assert!(format!("{text}\n").contains(&shown), "{name}");
    }
}

#[test]
fn it_shows_what_the_move_is_judged_by() {
    let titles: Vec<_> = widgets()
        .iter()
        .filter_map(|one| one["properties"]["title"].as_str().map(str::to_lowercase))
        .collect();
    for word in [
        "mirrored",
        "backlog",
        "phase",
        "losses",
        "conflicts",
        "old pool",
        "new pool",
        "dead letters",
        "quotas",
    ] {
        assert!(titles.iter().any(|title| title.contains(word)), "{word}: {titles:?}");
    }
}
