use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName};

use super::*;

fn head(rules: &str) -> Head {
    Head {
        old_pool: "eu-west-1_Old".to_owned(),
        new_pool: "eu-west-1_New".to_owned(),
        rules: rules.to_owned(),
        begun: Some(1_795_219_200_000),
    }
}

fn row(sub: &str, verdict: Verdict, looked: bool, findings: Vec<Finding>) -> Row {
    Row {
        old_sub: OldSub::parse(sub).ok(),
        new_sub: NewSub::parse(format!("new-{sub}")).ok(),
        verdict,
        findings,
        marked: looked.then_some(Marked::Own),
        looked,
    }
}

fn differing() -> Row {
    let email = What::Of(Subject::Attribute(AttributeName::parse("email").unwrap()));
    let shown = [Some("j•••@e•••.com".to_owned()), None];
    let email = Finding { masked: Some(shown), ..Finding::new(email, Why::Differs) };
    let staff = What::Of(Subject::Group(GroupName::parse("staff").unwrap()));
    row("jane", Verdict::Differs, true, vec![email, Finding::new(staff, Why::Held(Reason::Refused))])
}

/// A folder of its own.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("twinpool-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn rows_hold_no_value_and_nobody_else_reads_them() {
    let file = folder("rows").join("rows.jsonl");
    std::fs::write(&file, "of before").unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let journal = Journal::open(Some(&file), false, &head("r")).unwrap();
    let mut rows = journal.rows.unwrap();
    rows.keep(&row("joe", Verdict::Equal, false, Vec::new())).unwrap();
    rows.keep(&differing()).unwrap();
    assert_eq!((mode(&file), mode(&beside(&file))), (0o600, 0o600));
    rows.finish().unwrap();
    assert!(!beside(&file).exists(), "nothing to go on with");
    insta::assert_snapshot!(std::fs::read_to_string(&file).unwrap(), @r#"
    {"old_sub":"joe","new_sub":"new-joe","verdict":"equal","read":false}
    {"old_sub":"jane","new_sub":"new-jane","verdict":"differs","findings":[{"what":"attribute email","why":"differs"},{"what":"group staff","why":"refused"}],"marker":"own","read":true}
    "#);
}

#[test]
fn who_was_read_is_known_after_an_interruption_however_it_came() {
    let file = folder("resume").join("rows.jsonl");
    let mut rows = Journal::open(Some(&file), false, &head("r")).unwrap().rows.unwrap();
    rows.keep(&row("joe", Verdict::Equal, false, Vec::new())).unwrap();
    rows.keep(&differing()).unwrap();
    drop(rows);
    let mut torn = OpenOptions::new().append(true).open(beside(&file)).unwrap();
    torn.write_all(b"{\"old_sub\":\"half").unwrap();
    let again = Journal::open(Some(&file), true, &head("r")).unwrap();
    let mut expected = differing();
    expected.findings.iter_mut().for_each(|finding| finding.masked = None);
    assert_eq!(again.earlier(), [expected.clone()]);
    again.rows.unwrap().keep(&row("jim", Verdict::HeldBack, true, Vec::new())).unwrap();
    let third = Journal::open(Some(&file), true, &head("r")).unwrap();
    let jim = row("jim", Verdict::HeldBack, true, Vec::new());
    assert_eq!(third.earlier(), [expected, jim]);
}

#[test]
fn who_was_read_is_not_lost_where_nobody_says_resume() {
    let file = folder("forgotten").join("rows.jsonl");
    // Interrupted before anybody was read: nothing is lost.
    drop(Journal::open(Some(&file), false, &head("r")).unwrap());
    let mut rows = Journal::open(Some(&file), false, &head("r")).unwrap().rows.unwrap();
    rows.keep(&differing()).unwrap();
    drop(rows);
    let refused = Journal::open(Some(&file), false, &head("r")).unwrap_err();
    assert!(refused.is::<Misuse>() && refused.to_string().contains("--resume"), "{refused}");
    assert_eq!(Journal::open(Some(&file), true, &head("r")).unwrap().earlier().len(), 1);
}

#[test]
fn a_journal_of_other_pools_or_rules_or_of_nobody_is_refused() {
    let file = folder("other").join("rows.jsonl");
    let refused = |resumed: anyhow::Result<Journal>| {
        let error = resumed.unwrap_err();
        assert!(error.is::<Misuse>());
        error.to_string()
    };
    let none = refused(Journal::open(Some(&file), true, &head("r")));
    assert!(none.starts_with("there is no interrupted run to go on with"), "{none}");
    drop(Journal::open(Some(&file), false, &head("r")).unwrap());
    let other = refused(Journal::open(Some(&file), true, &head("other")));
    assert!(other.contains("is of other pools or rules"), "{other}");
    std::fs::write(beside(&file), "not ours\n").unwrap();
    refused(Journal::open(Some(&file), true, &head("r")));
}

#[test]
fn a_run_that_is_gone_on_with_is_as_old_as_the_one_that_was_interrupted() {
    let file = folder("dated").join("rows.jsonl");
    let monday = Journal::open(Some(&file), false, &head("r")).unwrap();
    assert_eq!(monday.resumed, None);
    monday.rows.unwrap().keep(&differing()).unwrap();
    let friday = Head { begun: Some(1_795_564_800_000), ..head("r") };
    for again in ["friday", "friday once more"] {
        let resumed = Journal::open(Some(&file), true, &friday).unwrap();
        assert_eq!(
            (resumed.resumed, resumed.earlier().len()),
            (head("r").begun.map(Timestamp), 1),
            "{again}"
        );
    }
    let undated = r#"{"old_pool":"eu-west-1_Old","new_pool":"eu-west-1_New","rules":"r"}"#;
    std::fs::write(beside(&file), format!("{undated}\n")).unwrap();
    let refused = Journal::open(Some(&file), true, &friday).unwrap_err();
    assert!(refused.is::<Misuse>() && refused.to_string().contains("when its run began"), "{refused}");
}
