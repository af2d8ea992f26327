//! Files that are not as we wrote them.

use crate::export::{ExportReader, ReadError};

const HEAD: &str = r#"{"format":"twinpool-export","version":1,"pool":"eu-west-1_Old","started_at":"2026-11-21T00:00:00.000Z","mfa":false}"#;
const COLUMNS: &str = "#twinpool-export,1,eu-west-1_Old,2026-11-21T00:00:00.000Z,mfa=false\n\
    sub,username,status,enabled,created_at,modified_at,groups,identities,mfa,mfa_preferred,email,custom:tenant,other_attributes";

fn jane() -> String {
    user("jane", r#"{"email":"jane@example.com"}"#)
}

fn user(sub: &str, attributes: &str) -> String {
    format!(
        r#"{{"sub":"{sub}","username":"{sub}","status":"CONFIRMED","enabled":true,"attributes":{attributes},"groups":[],"identities":[]}}"#
    )
}

fn end(users: usize) -> String {
    format!(
        r#"{{"end":"twinpool-export","users":{users},"unreadable":0,"finished_at":"2026-11-21T00:00:05.000Z"}}"#
    )
}

/// What a reader says of these lines: subs, and complaints.
fn read(lines: &[&str]) -> Vec<String> {
    let text = lines.join("\n") + "\n";
    let said = |one: Result<twinpool_core::snapshot::Snapshot, ReadError>| match one {
        Ok(user) => user.sub.to_string(),
        Err(error) => format!("{}{error}", if error.is_skippable() { "" } else { "stops: " }),
    };
    match ExportReader::open(text.as_bytes()) {
        Ok(reader) => reader.map(said).collect(),
        Err(error) => vec![format!("refused: {error}")],
    }
}

#[test]
fn a_broken_line_is_told_by_its_number_and_never_quoted() {
    let half = jane().replace(r#""email":"jane@example.com""#, r#""email":"jane@exam"#);
    let bare = jane().replace(r#""username":"jane","#, "");
    let odd = jane().replace("\"enabled\":true", "\"enabled\":\"jane@example.com\"");
    let space = user("jane@example.com", "{}");
    let lines = [HEAD, &half, &user("one", "{}"), &bare, &odd, &space, "[]", "", &user("two", "{}"), &end(7)];
    let said = read(&lines).join("\n");
    assert!(!said.contains("jane"), "{said}");
    insta::assert_snapshot!(said, @r"
    line 2 cannot be read: it is no JSON object; correct it, or leave such lines out with --skip-broken
    one
    line 4 cannot be read: `username` is missing; correct it, or leave such lines out with --skip-broken
    line 5 cannot be read: `enabled` is not what it should be; correct it, or leave such lines out with --skip-broken
    line 6 cannot be read: `sub` is not what it should be; correct it, or leave such lines out with --skip-broken
    line 7 cannot be read: it is no JSON object; correct it, or leave such lines out with --skip-broken
    two
    ");
}

#[test]
fn a_broken_row_of_csv_takes_no_other_with_it() {
    let row = |sub: &str, rest: &str| format!("{sub},{sub},CONFIRMED,true,,,,,,,{rest}");
    let lines = [
        COLUMNS,
        &row("one", "jane@example.com,acme,"),
        &row("few", "jane@example.com"),
        &row("quote", "ja\"ne\"@example.com,acme,"),
        &row("json", "jane@example.com,acme,{"),
        &row("two", "\"jane\n@example.com\",\"a,\"\"b\"\"\","),
        &row("when", ",,").replace("true,", "true,yesterday"),
        // As spreadsheets leave it.
        "three,three,CONFIRMED,TRUE,,,staff dev,,sms totp,totp,jane@example.com,,",
        "#end,7,0,2026-11-21T00:00:05.000Z,,,,,",
    ];
    insta::assert_snapshot!(read(&lines).join("\n"), @r"
    one
    line 4 cannot be read: it has 11 cells, and the columns are 13; correct it, or leave such lines out with --skip-broken
    line 5 cannot be read: a quotation mark stands where none can, or one is missing; correct it, or leave such lines out with --skip-broken
    line 6 cannot be read: `other_attributes` is not what it should be; correct it, or leave such lines out with --skip-broken
    two
    line 9 cannot be read: `created_at` is not what it should be; correct it, or leave such lines out with --skip-broken
    three
    ");
}

#[test]
fn a_file_that_is_not_ours_is_refused() {
    let newer = HEAD.replace("\"version\":1", "\"version\":2");
    let files: [&[&str]; 7] = [
        &["sub,email", "1,jane@example.com"],
        &["{\"sub\":\"1\"}"],
        &[""],
        &["PK\u{3}\u{4}"],
        &[&newer],
        &[&HEAD.replace("eu-west-1_Old", "")],
        &["#twinpool-export,1,eu-west-1_Old,2026-11-21T00:00:00.000Z,mfa=false", "sub,email"],
    ];
    insta::assert_snapshot!(files.map(|lines| read(lines).join("\n")).join("\n"), @r"
    refused: this is no file of `twinpool export`: its first line does not say so
    refused: this is no file of `twinpool export`: its first line does not say so
    refused: this is no file of `twinpool export`: its first line does not say so
    refused: this is no file of `twinpool export`: its first line does not say so
    refused: the file has version 2 of the format, and this twinpool reads version 1: use a newer one
    refused: the head of the file, line 1, is damaged: export the pool again
    refused: the head of the file, line 2, is damaged: export the pool again
    ");
    let bytes: &[u8] = &[0xff, 0xfe, 0];
    assert!(matches!(ExportReader::open(bytes), Err(ReadError::NotOurs)));
}

#[test]
fn a_file_whose_end_does_not_fit_is_refused() {
    let (one, jane) = (user("one", "{}"), jane());
    let files: [&[&str]; 4] = [
        &[HEAD, &one, &jane],
        &[HEAD, &one, &end(2)],
        &[HEAD, &one, &jane, &end(1)],
        &[HEAD, &one, &end(1), HEAD, &jane, &end(1)],
    ];
    insta::assert_snapshot!(files.map(|lines| read(lines).join(" / ")).join("\n"), @r"
    one / jane / stops: the file is not whole: behind line 3 the line is missing that says how many users there are
    one / stops: the file holds 1 users, and its last line says 2: lines were lost or added
    one / jane / stops: the file holds 2 users, and its last line says 1: lines were lost or added
    one / stops: something follows the end of the file, at line 4: two files may have been put together
    ");
}

#[test]
fn a_line_that_would_fill_the_memory_is_left_out() {
    let long = user("long", &format!(r#"{{"name":"{}"}}"#, "x".repeat(5 << 20)));
    let said = read(&[HEAD, &long, &user("one", "{}"), &end(2)]);
    insta::assert_snapshot!(said.join("\n"), @r"
    line 2 cannot be read: it is longer than any user can be; correct it, or leave such lines out with --skip-broken
    one
    ");
}

#[test]
fn an_empty_value_is_no_value_and_what_belongs_to_the_pool_is_left_there() {
    let odd =
        user("one", r#"{"email":"jane@example.com","nickname":"","sub":"x","cognito:user_status":"x"}"#);
    let text = [HEAD, &odd, &end(1), ""].join("\n");
    let users: Vec<_> = ExportReader::open(text.as_bytes()).unwrap().collect::<Result<_, _>>().unwrap();
    let names: Vec<_> = users[0].attributes.keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["email"]);
}
