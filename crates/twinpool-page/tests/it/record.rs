use super::*;

fn report() -> String {
    desk::Fake::of_a_canary().report()
}

#[test]
fn the_report_needs_nothing_beside_itself() {
    let report = report();
    for outside in
        ["http://", "https://", "src=", "<link", "<script", "@import", "url(", "href=", "<form", "<iframe"]
    {
        assert!(!report.contains(outside), "{outside}");
    }
    assert_eq!(report.matches("<style>").count(), 1);
}

#[test]
fn the_report_tells_the_whole_move() {
    let report = report();
    for part in [
        "The move of shop-move",
        "9,731 users are in both pools, 2,316 came into the new one",
        "eu-west-1_AbCdEfGhI",
        "sign-ins fail since ten",
        "assumed-role/move-operator",
        "Checks that did not hold: verified",
        "Both pools do not agree.",
        "Need a new password",
        "unverified_sign_in_name 14",
        "DLQ of the mirror",
        "Users over time",
        "2026-11-21 14:30",
        "the team first &lt;script&gt;alert(1)&lt;/script&gt;",
    ] {
        assert!(report.contains(part), "{part} is missing");
    }
}

#[test]
fn the_report_of_what_nobody_could_see_says_so() {
    let report = desk::Fake::in_the_dark().report();
    assert!(report.contains("Nobody could count the users (AccessDeniedException"), "{report}");
    assert!(report.matches("Nobody could look: AccessDeniedException").count() > 5);
}
