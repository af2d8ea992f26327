//! Each finding, shown and absent.

use std::collections::BTreeSet;

use super::*;

mod bench;
mod cases;

use bench::Bench;
use cases::CASES;

/// What a world without fault is told.
const CALM: [&str; 2] = ["nobody-is-messaged", "users-counted"];

#[test]
fn a_world_without_fault_is_told_the_proof_and_the_numbers() {
    let report = Bench::calm().audit();
    assert_eq!(report.codes(), CALM.into());
    assert_eq!(report.verdict(), None);
}

#[test]
fn each_finding_is_there_in_its_case_and_not_in_a_calm_world() {
    let calm = Bench::calm().audit().codes();
    for (code, spoil) in CASES {
        let mut bench = Bench::calm();
        spoil(&mut bench);
        let found = bench.audit().codes();
        if CALM.contains(code) {
            assert!(!found.contains(code), "{code} is there without a reason");
        } else {
            assert!(found.contains(code) && !calm.contains(code), "{code}: {found:?}");
        }
    }
    let tested: BTreeSet<_> = CASES.iter().map(|(code, _)| *code).collect();
    let all: BTreeSet<_> = codes().map(|code| code.name).collect();
    assert_eq!(tested, all, "every code has a case, and every case a code");
    assert_eq!(codes().count(), all.len(), "no name stands for two codes");
}

#[test]
fn our_own_functions_by_whatever_alias_are_nobody_s_and_guard_an_open_sign_up() {
    let arn = |name: &str| format!("arn:aws:lambda:eu-west-1:1:function:twinpool-{name}-1");
    let live = |name: &str| serde_json::json!(format!("{}:live", arn(name)));
    let ours = |name: &str| FunctionArn::parse(&arn(name)).ok();
    let mut bench = Bench::calm();
    for slot in ["PreTokenGeneration", "PostConfirmation", "PreSignUp", "UserMigration"] {
        bench.new_json()["LambdaConfig"][slot] = live("SignIn");
    }
    for slot in ["PreTokenGeneration", "PostConfirmation", "CustomMessage"] {
        bench.old_json()["LambdaConfig"][slot] = live("Capture");
    }
    bench.new_json()["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] = serde_json::json!(false);
    let taken = bench.audit();
    let of_old = ["slot-taken", "trigger-not-in-new"];
    let of_new = ["new-slot-taken", "new-pool-pre-sign-up", "new-pool-user-migration", "open-sign-up"];
    for code in of_old.into_iter().chain(of_new) {
        assert!(taken.codes().contains(code), "{code}");
    }
    let finding = taken.findings.iter().find(|it| it.code.name == "new-slot-taken").unwrap();
    let parameter = format!("NewPoolChainPostConfirmation={}:live", arn("SignIn"));
    assert!(finding.fix.contains(&parameter), "{}", finding.fix);
    (bench.capture, bench.sign_in) = (ours("Capture"), ours("SignIn"));
    assert_eq!(bench.audit().codes(), CALM.into());
}

#[test]
fn a_sign_in_name_is_open_only_while_users_are_made_at_first_sign_in_and_somebody_may_write_it_unproved() {
    let open = |spoil: fn(&mut Bench)| {
        let mut bench = Bench::calm();
        let (_, begin) = CASES.iter().find(|(code, _)| *code == "sign-in-name-changeable").unwrap();
        begin(&mut bench);
        spoil(&mut bench);
        let report = bench.audit();
        report.findings.iter().find(|it| it.code.name == "sign-in-name-changeable").map(|it| it.names.clone())
    };
    assert_eq!(open(|_| ()), Some(vec!["email".to_owned()]));
    assert_eq!(open(|b| b.new_json()["LambdaConfig"] = serde_json::json!({})), None);
    assert_eq!(
        open(|b| drop(of_web(b).insert("WriteAttributes".to_owned(), serde_json::json!(["name"])))),
        None
    );
    let verified = serde_json::json!({ "AttributesRequireVerificationBeforeUpdate": ["email"] });
    let mut bench = Bench::calm();
    bench.new_json().extend([
        ("UsernameAttributes".to_owned(), serde_json::json!(["email"])),
        ("UserAttributeUpdateSettings".to_owned(), verified),
    ]);
    bench.new_json()["LambdaConfig"]["UserMigration"] =
        serde_json::json!("arn:aws:lambda:eu-west-1:1:function:a");
    assert!(!bench.audit().codes().contains("sign-in-name-changeable"));
    let preferred = vec!["preferred_username".to_owned()];
    assert_eq!(open(with_alias), Some(preferred));
    let with_secret = |b: &mut Bench| {
        with_alias(b);
        of_web(b).insert("HasSecret".to_owned(), serde_json::json!(true));
    };
    assert_eq!(open(with_secret), None);
}

fn of_web(bench: &mut Bench) -> &mut Json {
    &mut bench.new.clients.as_mut().unwrap()[0]
}

/// `preferred_username` is a sign-in name, and the app client may write every standard attribute.
fn with_alias(bench: &mut Bench) {
    bench.new_json().remove("UsernameAttributes");
    bench.new_json().insert("AliasAttributes".to_owned(), serde_json::json!(["preferred_username"]));
    of_web(bench).remove("WriteAttributes");
}

#[test]
fn what_a_way_in_lacks_is_told_of_that_way_alone() {
    let of_code = |rules: &str| {
        let mut bench = Bench::calm();
        let (_, spoil) = CASES.iter().find(|(code, _)| *code == "code-without-contact").unwrap();
        spoil(&mut bench);
        bench.rules = rules.to_owned();
        let report = bench.audit();
        report.findings.iter().find(|it| it.code.name == "code-without-contact").map(|it| it.detail.clone())
    };
    assert_eq!(of_code(""), None, "they come in by their passwords");
    assert_eq!(of_code("[sign_in]\nway = \"code\"\n").as_deref(), Some(""));
    let some = of_code("[[sign_in.policy]]\ngroups = [\"press\"]\nway = \"code\"\n").unwrap();
    assert!(some.contains("at most"), "{some}");
    let of_factor = |rules: &str, mode: &str| {
        let mut bench = Bench::calm();
        let (_, spoil) = CASES.iter().find(|(code, _)| *code == "password-comes-without-factor").unwrap();
        spoil(&mut bench);
        bench.rules = rules.to_owned();
        bench.new_json().insert("MfaConfiguration".to_owned(), serde_json::json!(mode));
        bench.audit().codes().contains("password-comes-without-factor")
    };
    assert!(of_factor("", "OPTIONAL"));
    assert!(!of_factor("", "ON"), "the new pool asks for one");
    assert!(!of_factor("[sign_in]\nway = \"reset\"\n", "OPTIONAL"), "no password comes over");
}

#[test]
fn every_finding_says_what_it_does_and_what_to_do_for_these_pools() {
    for (_, spoil) in CASES {
        let mut bench = Bench::calm();
        spoil(&mut bench);
        for finding in bench.audit().findings {
            let name = finding.code.name;
            assert!(!finding.code.title.is_empty() && !finding.code.effect.is_empty(), "{name}");
            let open = ["{old}", "{new}", "{marker}"].iter().any(|place| finding.fix.contains(place));
            assert!(!finding.fix.is_empty() && !open, "{name}: {}", finding.fix);
            // It would reset every setting that it does not name (F§6).
            assert!(
                !finding.fix.contains("update-user-pool --")
                    && !finding.fix.contains("update-user-pool-client --"),
                "{name}"
            );
        }
    }
}

#[test]
fn no_value_of_any_user_stands_in_any_finding() {
    for (code, spoil) in CASES {
        let mut bench = Bench::calm();
        spoil(&mut bench);
        let shown = format!("{:?}", bench.audit());
        for planted in bench::PLANTED {
            assert!(!shown.to_lowercase().contains(planted), "{code} shows {planted}: {shown}");
        }
    }
}

#[test]
fn the_gravest_comes_first_and_decides() {
    let mut bench = Bench::calm();
    for wanted in ["open-sign-up", "case-twins", "plan-higher"] {
        let (_, spoil) = CASES.iter().find(|(code, _)| *code == wanted).unwrap();
        spoil(&mut bench);
    }
    let report = bench.audit();
    let severities: Vec<_> = report.findings.iter().map(|one| one.code.severity).collect();
    assert!(severities.is_sorted(), "{severities:?}");
    assert_eq!(report.verdict(), Some(Severity::Blocks));
    bench.rules += "[audit]\naccept = [\"case-twins\"]";
    let report = bench.audit();
    assert_eq!((report.verdict(), report.accepted()), (Some(Severity::Warns), 1));
    assert!(report.findings.iter().any(|one| one.code.name == "case-twins" && one.is_accepted));
    bench.rules = bench.rules.replace("[\"case-twins\"]", "[\"case-twins\", \"open-sign-up\"]");
    assert_eq!(bench.audit().verdict(), None);
}

#[test]
fn what_would_message_users_or_lose_data_blocks_whatever_is_accepted() {
    let never: Vec<_> = codes().filter(|code| !code.is_acceptable).map(|code| code.name).collect();
    assert!(never.contains(&"would-message") && never.contains(&"marker-missing"), "{never:?}");
    for name in never {
        let mut bench = Bench::calm();
        let (_, spoil) = CASES.iter().find(|(code, _)| *code == name).unwrap();
        spoil(&mut bench);
        bench.rules += &format!("\n[audit]\naccept = [\"{name}\"]");
        let report = bench.audit();
        assert_eq!(report.verdict(), Some(Severity::Blocks), "{name}");
        assert!(report.codes().contains("accepted-in-vain"), "{name}");
    }
}

#[test]
fn the_proof_names_each_setting_and_falls_with_one_that_is_unknown() {
    let mut bench = Bench::calm();
    let proof = |bench: &Bench| {
        let report = bench.audit();
        report.findings.iter().find(|one| one.code.name == "nobody-is-messaged").map(|one| one.detail.clone())
    };
    let calm = proof(&bench).unwrap();
    for said in [
        "MessageAction=SUPPRESS",
        "AutoVerifiedAttributes is empty",
        "UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate is empty",
    ] {
        assert!(calm.contains(said), "{calm}");
    }
    bench.new_json().insert("AutoVerifiedAttributes".to_owned(), serde_json::json!(["email"]));
    // The mirror has not understood the setting, so it would not hold anything back.
    assert_eq!(proof(&bench), None);
    bench.new_shape().verifies = [twinpool_core::attribute::Contact::Email].into();
    assert!(
        proof(&bench).unwrap().contains("AutoVerifiedAttributes has email: verified addresses are written")
    );
}

#[test]
fn documentation_lists_every_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/audit.md");
    let text = std::fs::read_to_string(path).unwrap();
    for code in codes() {
        let accepted = if code.is_acceptable { "yes" } else { "no" };
        let row = format!("| `{}` | {} | {accepted} | {} |", code.name, code.severity, code.title);
        assert!(text.contains(&row), "docs/audit.md lacks:\n{row}");
    }
    let rows = text.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, codes().count(), "docs/audit.md lists a code that is none");
}

impl Report {
    fn codes(&self) -> BTreeSet<&'static str> {
        self.findings.iter().map(|finding| finding.code.name).collect()
    }
}
