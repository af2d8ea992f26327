use super::*;

const NOW: Timestamp = Timestamp(1_795_219_200_000);

fn chart(points: &[(u64, f64)]) -> String {
    let points = points.iter().map(|(minute, value)| (Timestamp(NOW.0 + minute * 60_000), *value)).collect();
    let series = Series { name: "lag", look: Look::Plain, points, apart: Some(120_000) };
    let marks = [Mark { at: NOW, name: "canary, <5 %>".to_owned() }];
    let chart = Chart {
        id: "lag",
        title: "Lag",
        unit: Unit::Count,
        note: "by minute".to_owned(),
        series: vec![series],
        marks: &marks,
        until: Timestamp(NOW.0 + 3_600_000),
        nothing: "CloudWatch tells nothing: AccessDenied",
    };
    chart.figure().into_string()
}

#[test]
fn an_empty_chart_says_why_and_draws_nothing() {
    let html = chart(&[]);
    assert!(html.contains("CloudWatch tells nothing: AccessDenied"), "{html}");
    assert!(!html.contains("<svg") && !html.contains("<table"), "{html}");
}

#[test]
fn a_single_point_is_a_dot_and_a_row() {
    let html = chart(&[(0, 7.0)]);
    assert_eq!(html.matches("<circle").count(), 1, "{html}");
    assert!(html.contains("<td class=\"number\">7</td>"), "{html}");
}

#[test]
fn what_was_not_measured_is_a_gap() {
    let html = chart(&[(0, 1.0), (1, 2.0), (30, 3.0), (31, 3.0)]);
    let path = html.rsplit("<path d=\"").next().unwrap().split('"').next().unwrap();
    assert_eq!((path.matches('M').count(), path.matches('L').count()), (2, 2), "{path}");
}

#[test]
fn those_who_do_not_see_it_are_told_the_same() {
    let html = chart(&[(0, 1.0), (1, 9.0), (2, 3.0)]);
    assert!(
        html.contains("role=\"img\"") && html.contains("aria-labelledby=\"lag-title lag-told\""),
        "{html}"
    );
    assert!(html.contains("lag: 1 at first, 9 at most, 3 at last. 1 change of the phase."), "{html}");
    assert!(html.contains("canary, &lt;5 %&gt;") && !html.contains("<5 %>"), "{html}");
}

#[test]
fn values_of_any_size_stay_on_the_drawing() {
    for value in [0.0, 1e-12, 1e18, f64::MAX] {
        let html = chart(&[(0, value), (1, value / 2.0)]);
        assert!(!html.contains("NaN") && !html.contains("inf"), "{value}: {html}");
    }
}
