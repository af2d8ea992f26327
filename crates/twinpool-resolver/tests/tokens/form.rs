//! Texts that are no token, or not one that everybody reads in one way.

use serde_json::json;

use crate::signer::{Signer, encode};
use crate::support::{
    NEW_SUB, OLD_ISSUER, access, assert_each, code, good, headed, part, trust, verify, with,
};

#[tokio::test]
async fn what_stands_there_twice() {
    let (signer, claims) = (Signer::new(), access().to_string());
    let kid = signer.kid;
    let header = json!({ "kid": kid, "alg": "RS256" }).to_string();
    let also = |first: &str| format!("{{{first},{}", &claims[1..]);
    let rows = [
        ("alg", signer.sign_text(&format!(r#"{{"alg":"none","kid":"{kid}","alg":"RS256"}}"#), &claims)),
        ("kid", signer.sign_text(&format!(r#"{{"kid":"a","kid":"{kid}","alg":"RS256"}}"#), &claims)),
        ("sub", signer.sign_text(&header, &also(r#""sub":"somebody""#))),
        ("the same once more", signer.sign_text(&header, &also(&format!(r#""sub":"{NEW_SUB}""#)))),
        ("iss", signer.sign_text(&header, &also(&format!(r#""iss":"{OLD_ISSUER}""#)))),
        ("written otherwise", signer.sign_text(&header, &also(r#""\u0073ub":"somebody""#))),
        ("within a claim", signer.sign_text(&header, &also(r#""address":{"a":1,"a":2}"#))),
    ];
    assert_each(trust(), rows.map(|(what, token)| (what, token, "duplicate_claim"))).await;
}

#[tokio::test]
async fn texts_that_are_no_token() {
    for index in 0..3 {
        let rows = [
            ("padded", part(index, |text| format!("{text}="))),
            ("another alphabet", part(index, |text| format!("+/{text}"))),
            ("a letter of no alphabet", part(index, |text| format!("é{text}"))),
            ("a space", part(index, |text| format!("{text} "))),
            ("a line", part(index, |text| format!("{text}\n"))),
            ("a zero byte", part(index, |text| format!("{text}\0"))),
            ("one letter left over", part(index, |text| format!("{}A", &text[..text.len() / 4 * 4]))),
        ];
        assert_each(trust(), rows.map(|(what, token)| (what, token, "malformed"))).await;
    }
    // 256 bytes leave two bits over, which have to be 0: else one signature could be written in four ways.
    let left_over = part(2, |text| {
        let (rest, last) = text.split_at(text.len() - 1);
        let next = (last.as_bytes()[0] + 1) as char;
        format!("{rest}{next}")
    });
    let (token, header) = (good(), json!({ "kid": Signer::new().kid, "alg": "RS256" }).to_string());
    let rows = [
        ("bits left over", left_over),
        ("nothing", String::new()),
        ("points", "..".to_owned()),
        ("more points", ".....".to_owned()),
        ("white space", " \t\r\n ".to_owned()),
        ("with its scheme", format!("Bearer {token}")),
        ("space before", format!(" {token}")),
        ("a byte order mark", format!("\u{feff}{token}")),
        ("not ASCII", "ключ.ключ.ключ".to_owned()),
        ("two parts", token.rsplit_once('.').unwrap().0.to_owned()),
        ("four parts", format!("{token}.e30")),
        ("five parts", format!("{token}..")),
        ("a list for a header", Signer::new().sign_text("[]", "{}")),
        ("a text for a header", Signer::new().sign_text("\"RS256\"", "{}")),
        ("no JSON for a header", Signer::new().sign_text("alg=RS256", "{}")),
        ("JSON and more", Signer::new().sign_text(&header, &format!("{}{{}}", access()))),
        ("a list for claims", Signer::new().sign_text(&header, "[]")),
        ("no claims", Signer::new().sign_text(&header, "")),
        ("claims that are not UTF-8", part(1, |_| encode(b"{\"iss\":\"\xff\"}"))),
        ("half a surrogate", Signer::new().sign_text(&header, r#"{"iss":"\ud800"}"#)),
        (
            "extensions to be understood",
            headed(&json!({ "kid": Signer::new().kid, "alg": "RS256", "crit": ["exp"] })),
        ),
        (
            "no extension to be understood",
            headed(&json!({ "kid": Signer::new().kid, "alg": "RS256", "crit": [] })),
        ),
    ];
    assert_each(trust(), rows.map(|(what, token)| (what, token, "malformed"))).await;
}

#[tokio::test]
async fn too_long_is_told_by_the_length_alone() {
    let padded =
        |length: usize| Signer::new().sign(&with(access(), json!({ "custom:note": "x".repeat(length) })));
    let rows = [
        ("the largest that a load balancer passes on", padded(47_000), "accepted"),
        ("more", padded(50_000), "too_long"),
        ("not even a token", "x".repeat(65_537), "too_long"),
        ("a megabyte of points", ".".repeat(1 << 20), "too_long"),
    ];
    assert_each(trust(), rows).await;
}

/// Deep JSON, as text and as a document within a document, on a stack half as large as the smallest that runs this.
#[test]
fn deep_json_overflows_no_stack() {
    let header = json!({ "kid": Signer::new().kid, "alg": "RS256" }).to_string();
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(3_000), close.repeat(3_000));
    let mut document = "1".to_owned();
    loop {
        let next = json!({ "$serde_json::private::RawValue": document }).to_string();
        let deeper = format!("{}{next}{}", "[".repeat(120), "]".repeat(120));
        if deeper.len() > 40_000 {
            break;
        }
        document = deeper;
    }
    let tokens = [nested("[", "]"), nested("{\"a\":", "}"), format!("{{\"a\":{document}}}")].map(|deep| {
        let claims = format!("{{\"deep\":{deep},{}", &access().to_string()[1..]);
        [Signer::new().sign_text(&header, &claims), Signer::new().sign_text(&claims, "{}")]
    });
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let verdict = |token: &String| code(runtime.block_on(verify(trust(), token)));
        tokens.as_flattened().iter().map(verdict).collect::<Vec<_>>()
    });
    // The last one is no deeper than JSON may be: what it holds is text.
    let expected = ["malformed", "malformed", "malformed", "malformed", "accepted", "algorithm"];
    assert_eq!(thread.unwrap().join().unwrap(), expected);
}
