use twinpool_core::port::Place;
use twinpool_engine::{Selection, Source as _, SourceError};

use super::*;

const HEAD: &str = r#"{"format":"twinpool-export","version":1,"pool":"eu-west-1_Old","started_at":"2026-11-21T00:00:00.000Z","mfa":false}"#;
const BROKEN: &str = r#"{"sub":"jane@example.com"#;

fn user(number: usize) -> String {
    format!(
        r#"{{"sub":"sub-{number}","username":"user-{number}","status":"CONFIRMED","enabled":true,"attributes":{{}},"groups":["group-{}"],"identities":[]}}"#,
        number % 2
    )
}

fn end(users: usize) -> String {
    format!(
        r#"{{"end":"twinpool-export","users":{users},"unreadable":2,"finished_at":"2026-11-21T00:00:05.000Z"}}"#
    )
}

/// A file with these lines between head and end.
fn file(lines: &[String]) -> String {
    let users = lines.iter().filter(|line| *line != BROKEN).count();
    let all = [&[HEAD.to_owned()], lines, &[end(users)]].concat();
    all.join("\n") + "\n"
}

fn reader(text: &str) -> ExportReader<&[u8]> {
    ExportReader::open(text.as_bytes()).unwrap()
}

/// What a source gives, page by page: subs and where it goes on, how many are unreadable; and why it stops.
async fn pages(mut source: FileSource<&[u8]>) -> (Vec<(Vec<String>, usize, Option<Place>)>, Option<String>) {
    let mut pages = Vec::new();
    loop {
        match source.next().await {
            Ok(Some(page)) => {
                let subs = page.users.iter().map(|user| user.sub.to_string()).collect();
                pages.push((subs, page.unreadable, page.next));
            }
            Ok(None) => return (pages, None),
            Err(SourceError::Read(error)) => return (pages, Some(error.to_string())),
            Err(SourceError::Walk(_)) => unreachable!("no pool is walked over"),
        }
    }
}

#[tokio::test]
async fn a_file_comes_in_pages_and_goes_on_behind_each_of_its_places() {
    let text = file(&(0..130).map(user).collect::<Vec<_>>());
    let (all, problem) = pages(FileSource::new(reader(&text), false)).await;
    assert_eq!(problem, None);
    assert_eq!(all.iter().map(|(subs, ..)| subs.len()).collect::<Vec<_>>(), [60, 60, 10]);
    assert_eq!(all.last().unwrap().2, None);
    let subs = |pages: &[(Vec<String>, usize, Option<Place>)]| -> Vec<String> {
        pages.iter().flat_map(|(subs, ..)| subs.clone()).collect()
    };
    assert_eq!(subs(&all), (0..130).map(|number| format!("sub-{number}")).collect::<Vec<_>>());
    for (index, (.., place)) in all.iter().enumerate().take(2) {
        let (rest, _) = pages(FileSource::new(reader(&text), false).after(place.as_ref())).await;
        assert_eq!(subs(&rest), subs(&all[index + 1..]));
    }
    // A place of something else is the beginning: whoever is there already is passed over.
    let odd = Place("AQICAHi".to_owned());
    let (again, _) = pages(FileSource::new(reader(&text), false).after(Some(&odd))).await;
    assert_eq!(again, all);
}

#[tokio::test]
async fn a_file_whose_last_page_is_full_ends_behind_it() {
    let text = file(&(0..60).map(user).collect::<Vec<_>>());
    let (all, problem) = pages(FileSource::new(reader(&text), false)).await;
    assert_eq!((all.len(), all[0].0.len(), problem), (1, 60, None));
}

#[tokio::test]
async fn a_broken_line_stops_the_import_or_is_left_out_and_counted() {
    let text = file(&[user(0), BROKEN.to_owned(), user(1)]);
    let error = check(reader(&text), false).unwrap_err().to_string();
    assert!(error.starts_with("line 3 cannot be read") && error.contains("--skip-broken"), "{error}");
    let (before, problem) = pages(FileSource::new(reader(&text), false)).await;
    assert!(before.is_empty() && problem.unwrap().starts_with("line 3"));

    let checked = check(reader(&text), true).unwrap();
    assert_eq!((checked.users, checked.broken, checked.unreadable), (2, 1, 2));
    let named = told::broken_lines(&checked).unwrap();
    assert!(named.starts_with("line 3 is left out") && !named.contains("jane"), "{named}");
    let (all, problem) = pages(FileSource::new(reader(&text), true)).await;
    let expected = vec![(vec!["sub-0".to_owned(), "sub-1".to_owned()], 1, None)];
    assert_eq!((all, problem), (expected, None));
    // Whoever goes on behind the line does not count it again.
    let behind = Place("2".to_owned());
    let (rest, _) = pages(FileSource::new(reader(&text), true).after(Some(&behind))).await;
    assert_eq!(rest, [(vec!["sub-1".to_owned()], 0, None)]);
}

#[test]
fn a_thousand_broken_lines_are_not_all_named() {
    let text = file(&(0..1_000).map(|_| BROKEN.to_owned()).collect::<Vec<_>>());
    let named = told::broken_lines(&check(reader(&text), true).unwrap()).unwrap();
    assert_eq!((named.lines().count(), named.lines().last()), (21, Some("and 980 more lines")));
}

#[test]
fn a_file_that_was_cut_off_makes_nobody() {
    let whole = file(&(0..3).map(user).collect::<Vec<_>>());
    let cut = &whole[..whole.find("sub-2").unwrap()];
    for skip_broken in [false, true] {
        let error = check(reader(cut), skip_broken).unwrap_err().to_string();
        assert!(error.starts_with("the file is not whole"), "{error}");
    }
    assert_eq!(check(reader(&whole), false).unwrap().groups.len(), 2);
}

#[test]
fn a_file_of_another_pool_is_refused() {
    let head = reader(&file(&[])).head().clone();
    let [old, new] = ["eu-west-1_Old", "eu-west-1_New"].map(|id| PoolId::parse(id).unwrap());
    assert!(right_pool(&head, &old).is_ok());
    let said = right_pool(&head, &new).unwrap_err().to_string();
    assert!(said.contains("of the pool eu-west-1_Old, and the old pool is eu-west-1_New"), "{said}");
}

#[test]
fn a_run_goes_on_with_the_same_file_only() {
    let scope = |text: &str| told::scope(&Selection::default(), &check(reader(text), true).unwrap());
    let broken = file(&[user(0), BROKEN.to_owned()]);
    assert_eq!(scope(&broken), "everybody of eu-west-1_Old as of 2026-11-21T00:00:00.000Z, 1 users");
    let others = [
        file(&[user(0), user(1)]),
        broken.replace("2026-11-21T00:00:00", "2026-11-22T00:00:00"),
        broken.replace("eu-west-1_Old", "eu-west-1_Other"),
    ];
    assert!(others.iter().all(|other| scope(other) != scope(&broken)));
}
