use twinpool_core::id::{AttributeName, NewSub, Sub};
use twinpool_core::import_job::{Job, Rejection};
use twinpool_core::port::{Class, PortError};
use twinpool_engine::Unfit;

use super::*;

fn job(id: &str, state: JobState, counts: [u64; 3]) -> JobReport {
    let [imported, skipped, failed] = counts;
    let id = JobId::parse(id).unwrap();
    let message = Some("about jane@example.com".to_owned());
    let job = Job { id, name: "twinpool-run-1".to_owned(), state, imported, skipped, failed, message };
    JobReport { job, rows: Some(3), rejections: Vec::new(), unread_log: None }
}

fn report() -> CsvReport {
    let exists = |line| Rejection { line, verdict: Verdict::Exists };
    let first = JobReport {
        rejections: vec![exists(3), exists(4)],
        ..job("import-1", JobState::Succeeded, [1_200, 2, 0])
    };
    let second = JobReport {
        unread_log: Some(PortError::new(Class::Denied, "FilterLogEvents", "AccessDeniedException")),
        ..job("import-2", JobState::Failed, [3, 0, 1])
    };
    CsvReport {
        jobs: vec![first, second],
        sent: 1_206,
        known: 4,
        unfit: [(Unfit::Disabled, 7), (Unfit::Value(AttributeName::parse("name").unwrap()), 1)].into(),
        factors_follow: true,
        ..CsvReport::default()
    }
}

#[test]
fn what_jobs_did_is_told_by_reason_and_without_values() {
    let double = NewSub::from(Sub::parse("9441f38c-d64d-45d1-8401-ec94ab328c6d").unwrap());
    let settled = Settled { paired: 1_202, doubles: [double].into(), ..Settled::default() };
    let told = imported(&report(), &settled);
    assert!(told.is_warning, "a double is for a person to look at");
    let json = told.json.unwrap().1.to_string();
    assert!(!json.contains("jane") && !told.words.contains("jane"), "{json}");
    insta::assert_snapshot!(told.words, @r"
    imported     1,203 by import jobs
    paired       1,202
    in step      4 had a link before
    by a call    7: is disabled, and an imported user would not be
    by a call    1: has a value of name that a CSV file cannot carry
    rejected     2: the new pool had the user already
    job          import-2 gave up before its end
    log          of the job import-2 cannot be read, so it is not known why rows
                 were rejected: FilterLogEvents failed: AccessDeniedException
    double       9441f38c-d64d-45d1-8401-ec94ab328c6d of the new pool: its owner has
                 another counterpart by now
    Doubles that nobody has used are disabled. Look at each, and delete whom nobody needs.
    Second factors of imported users follow with their next event.
    ");
}

#[test]
fn jobs_that_went_well_are_no_warning() {
    let report = CsvReport {
        jobs: vec![job("import-1", JobState::Succeeded, [3, 0, 0])],
        sent: 3,
        ..CsvReport::default()
    };
    let told = imported(&report, &Settled { paired: 3, ..Settled::default() });
    assert!(!told.is_warning);
    insta::assert_snapshot!(told.words, @r"
    imported     3 by import jobs
    paired       3
    ");
}

#[test]
fn an_import_says_who_becomes_active_by_it_and_a_stop_says_what_goes_on() {
    let run = RunId::parse("20261121-131245-k3f").unwrap();
    let job = JobId::parse("import-1").unwrap();
    let said = [
        intent(20_000, Some("role"), false, 50),
        intent(20_000, None, true, 50),
        stopped(&run, Some(&job)),
        stopped(&run, None),
    ];
    insta::assert_snapshot!(said.join("\n"), @r"
    The old pool has about 20,000 users. Whoever is not in the new pool yet and fits
    into a file is made there by an import job of Cognito: that makes nobody an
    active user and messages nobody. Calls count as active whom they are about: who
    is in a group, and who does not fit and is made by a call.
    The old pool has second factors, passkeys or devices: those of imported users
    follow with their next event.
    An account runs one import job at a time, and a large one takes hours.
    At most 50 % of each Cognito quota is used. `twinpool estimate` tells what that
    takes.

    The old pool has about 20,000 users. Whoever is not in the new pool yet is made
    there, and counts as an active user of it this month; nobody is messaged. Nobody
    becomes an active user of the old pool.
    At most 50 % of each Cognito quota is used. `twinpool estimate` tells what that
    takes.

    The import job import-1 goes on at AWS. The same command waits for it, and goes
    on with the run 20261121-131245-k3f.

    The run 20261121-131245-k3f is stopped, and no import job runs. The same command
    goes on with it.
    ");
}
