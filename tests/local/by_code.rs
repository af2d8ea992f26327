//! People whose way is a one-time code: with the TypeScript client, and the mail that the local SES was given.

use serde_json::json;
use xtask::local::PASSWORD;

use crate::bridged::Twin;

const GROUP: &str = "by-code";

/// The code of the last mail to this person.
fn code(who: &Twin) -> String {
    who.mails().last().and_then(|mail| mail.code()).expect("a mail with eight digits").to_owned()
}

fn another(code: &str) -> String {
    let first = if code.starts_with('1') { '2' } else { '1' };
    format!("{first}{}", &code[1..])
}

#[test]
fn a_code_by_mail_is_a_session_and_a_wrong_one_may_be_mended() {
    let ines = Twin::mirrored("coded-ines", &[GROUP]);
    let mut asked = Vec::new();
    let end = ines.at("challenges").asked(&ines.email, PASSWORD, |question| {
        asked.push(question.clone());
        if asked.len() == 1 { another(&code(&ines)) } else { code(&ines) }
    });
    let question = json!({ "ask": "code", "medium": "EMAIL", "destination": "c***@e***.com" });
    assert_eq!(asked, [question.clone(), question]);
    assert_eq!(ines.mails().len(), 1, "one code is sent, however often it is typed");
    ines.is_in(&end, &[GROUP]);
    assert_eq!(
        ines.at("none").sign_in(&ines.email, PASSWORD).reason(),
        "wrong",
        "no password was carried over"
    );
}

#[test]
fn three_wrong_codes_end_it_and_no_token_is_issued() {
    let jan = Twin::mirrored("coded-jan", &[GROUP]);
    let mut asked = 0;
    let end = jan.at("challenges").asked(&jan.email, PASSWORD, |_| {
        asked += 1;
        another(&code(&jan))
    });
    assert_eq!((asked, end.reason()), (3, "wrong-code"));
}

#[test]
fn a_code_of_another_session_is_no_code() {
    let kim = Twin::mirrored("coded-kim", &[GROUP]);
    let mut first = None;
    let end = kim.at("challenges").asked(&kim.email, PASSWORD, |_| {
        let now = code(&kim);
        first.get_or_insert(now.clone());
        now
    });
    kim.is_in(&end, &[GROUP]);
    let mut asked = 0;
    let end = kim.at("challenges").asked(&kim.email, PASSWORD, |_| {
        asked += 1;
        assert_ne!(first.as_deref(), Some(code(&kim).as_str()), "each session has a code of its own");
        first.clone().unwrap()
    });
    assert_eq!((asked, end.reason()), (3, "wrong-code"));
}
