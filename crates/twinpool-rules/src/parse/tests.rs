//! Each mistake is told with its key and line.

use std::collections::BTreeSet;

use crate::{Rules, RulesError};
use twinpool_core::id::GroupName;
use twinpool_core::plan::{GroupMode, WhenDeleted};

fn error(text: &str) -> RulesError {
    Rules::parse(text).expect_err(text)
}

/// The file is refused at this line and key, with a sentence that has these words.
#[track_caller]
fn refused(text: &str, line: usize, key: &str, words: &str) {
    let error = error(text);
    let shown = error.to_string();
    assert!(shown.starts_with(&format!("twinpool.toml, line {line}: {key}: ")), "{shown}");
    assert!(shown.contains(words), "{shown}");
    assert_eq!(error.line(), line);
}

#[test]
fn an_empty_file_and_empty_tables_say_nothing() {
    for text in
        ["", "# nothing\n", "[users]\n[groups]\n[attributes]\n[federation]\n", "[attributes]\nemail = {}"]
    {
        assert!(Rules::parse(text).unwrap() == Rules::default(), "{text}");
    }
}

#[test]
fn policies_are_read() {
    for (word, meant) in crate::model::DELETED {
        assert_eq!(Rules::parse(&format!("[users]\ndeleted = \"{word}\"")).unwrap().when_deleted(), meant);
    }
    for (word, meant) in crate::model::MODES {
        assert_eq!(Rules::parse(&format!("[groups]\nmode = \"{word}\"")).unwrap().group_mode(), meant);
    }
    assert_eq!(Rules::default().when_deleted(), WhenDeleted::Disable);
    assert_eq!(Rules::default().group_mode(), GroupMode::Mirror);
}

#[test]
fn groups_are_renamed_or_left_out() {
    let rules =
        Rules::parse("[groups]\nleave_out = [\"legacy-*\"]\nrename = { admins = \"administrators\" }")
            .unwrap();
    let name = |text: &str| GroupName::parse(text).unwrap();
    assert_eq!(rules.group(&name("admins")), Some(name("administrators")));
    assert_eq!(rules.group(&name("staff")), Some(name("staff")));
    assert_eq!(rules.group(&name("legacy-x")), None);
    let none = Rules::parse("[groups]\nmode = \"none\"").unwrap();
    assert_eq!(none.group(&name("staff")), None);
}

#[test]
fn what_is_no_toml_is_told_with_its_line_and_without_the_text() {
    let shown = error("[users]\ndeleted = \"keep\"\n\njane@example.com = = 1\n").to_string();
    assert!(shown.starts_with("twinpool.toml, line 4: this is not TOML: "), "{shown}");
    assert!(!shown.contains("jane"), "{shown}");
    assert_eq!(error("[users]\n[groups]\n[users]\n").line(), 3);
}

#[test]
fn unknown_keys_are_refused_everywhere() {
    refused(
        "[pools]\nold = \"x\"",
        1,
        "pools",
        "here can stand: users, groups, attributes, federation, audit, sign_in",
    );
    refused("[users]\n\ndelete = true", 3, "users.delete", "there is no such key");
    refused("[groups]\nmodes = 1", 2, "groups.modes", "there is no such key");
    refused(
        "[attributes]\nname = { wins = \"new\",\n win = 1 }",
        3,
        "attributes.name.win",
        "there is no such key",
    );
    refused(
        "[attributes.\"custom:company\"]\nprefix = \"a\"\nsuffix = \"b\"",
        3,
        "attributes.\"custom:company\".suffix",
        "here can stand: drop, map",
    );
    refused("[federation.Google]\ntrust = true", 2, "federation.Google.trust", "there is no such key");
}

#[test]
fn wrong_types_are_refused() {
    refused("users = 1", 1, "users", "this must be a table");
    refused("[users]\ndeleted = true", 2, "users.deleted", "one of \"disable\", \"delete\", \"keep\"");
    refused("[users]\ndeleted = \"drop\"", 2, "users.deleted", "one of \"disable\", \"delete\", \"keep\"");
    refused("[users]\nleave_out_groups = \"a\"", 2, "users.leave_out_groups", "a list of texts");
    refused("[users]\nleave_out_groups = [\"a\",\n 1]", 3, "users.leave_out_groups[1]", "put it in quotes");
    refused("[groups]\nmode = \"all\"", 2, "groups.mode", "one of \"mirror\", \"add_only\", \"none\"");
    refused("[attributes]\nlocale = { default = 1 }", 2, "attributes.locale.default", "put it in quotes");
    refused(
        "[attributes]\nlocale = { default = \"\" }",
        2,
        "attributes.locale.default",
        "between the quotes",
    );
    refused("[attributes]\nlocale = { drop = \"true\" }", 2, "attributes.locale.drop", "true or false");
    refused("[attributes]\nlocale = { map = [] }", 2, "attributes.locale.map", "a table");
    refused(
        "[attributes]\nlocale = { map = { \"a b\" = 2 } }",
        2,
        "attributes.locale.map.\"a b\"",
        "in quotes",
    );
    refused("[attributes]\nname = { wins = \"both\" }", 2, "attributes.name.wins", "one of \"new\", \"old\"");
    refused(
        "[federation.Google]\npolicy = \"never\"",
        2,
        "federation.Google.policy",
        "\"link\", \"first_sign_in\"",
    );
}

#[test]
fn a_value_is_never_quoted() {
    let text = "[users]\nleave_out_where = { email = [\"jane@example.com\"], nickname = \"jane\" }";
    let shown = error(text).to_string();
    assert!(shown.contains("line 2: users.leave_out_where.nickname") && !shown.contains("jane"), "{shown}");
    let rules = Rules::parse("[users]\nleave_out_where = { email = [\"jane@example.com\"] }").unwrap();
    assert!(!format!("{rules:?}").contains("jane"));
}

#[test]
fn names_must_be_names() {
    refused(
        "[attributes]\ncompany = { drop = true }",
        2,
        "attributes.company",
        "write a standard attribute, or \"custom:\"",
    );
    refused(
        "[attributes]\n\"custom:\" = { drop = true }",
        2,
        "attributes.\"custom:\"",
        "no pool has such an attribute",
    );
    refused(
        "[attributes]\n\"custom:a b\" = { drop = true }",
        2,
        "attributes.\"custom:a b\"",
        "cannot stand there",
    );
    refused("[attributes]\nsub = { drop = true }", 2, "attributes.sub", "the pool's own");
    refused(
        "[attributes]\nname = { rename = \"tenant\" }",
        2,
        "attributes.name.rename",
        "no pool has such an attribute",
    );
    refused("[attributes]\nname = { rename = \"cognito:x\" }", 2, "attributes.name.rename", "the pool's own");
    refused(
        "[users]\nleave_out_where = { company = [\"1\"] }",
        2,
        "users.leave_out_where.company",
        "no pool has",
    );
    refused(
        "[users]\nleave_out_where = { name = [] }",
        2,
        "users.leave_out_where.name",
        "at least one value",
    );
    refused("[groups]\nleave_out = [\"two words\"]", 2, "groups.leave_out[0]", "no group can be called so");
    refused("[groups]\nrename = { a = \"two words\" }", 2, "groups.rename.a", "no group can be called so");
    refused(
        "[federation.\"a b\"]\npolicy = \"link\"",
        1,
        "federation.\"a b\"",
        "no provider can be called so",
    );
    refused(
        "[attributes]\nphone_number = { e164 = \"de\" }",
        2,
        "attributes.phone_number.e164",
        "two capitals",
    );
}

#[test]
fn what_cannot_stand_together_is_refused() {
    let settings: [(&str, &str); 9] = [
        ("map", "{ a = \"b\" }"),
        ("map_only", "true"),
        ("prefix", "\"t-\""),
        ("fold_case", "true"),
        ("e164", "\"DE\""),
        ("rename", "\"custom:b\""),
        ("default", "\"x\""),
        ("constant", "\"x\""),
        ("wins", "\"new\""),
    ];
    let pair = |first: &str, key: &str, value: &str| {
        let text = format!("[attributes.\"custom:a\"]\n{first}\n{key} = {value}");
        refused(&text, 3, &format!("attributes.\"custom:a\".{key}"), "this cannot stand beside");
    };
    for (key, value) in settings {
        pair("drop = true", key, value);
    }
    let fine_with_constant = BTreeSet::from(["rename", "wins", "constant"]);
    for (key, value) in settings.iter().filter(|(key, _)| !fine_with_constant.contains(key)) {
        pair("constant = \"x\"", key, value);
    }
    pair("e164 = \"DE\"", "prefix", "\"t-\"");
    pair("e164 = \"DE\"", "fold_case", "true");
    let off = "[attributes.\"custom:a\"]\ndrop = false\nfold_case = false\nconstant = \"x\"\nrename = \"custom:b\"\nwins = \"new\"";
    assert!(Rules::parse(off).is_ok());
    refused("[attributes]\nname = { map_only = true }", 2, "attributes.name.map_only", "write a map");
    refused(
        "[attributes]\nname = { rename = \"name\" }",
        2,
        "attributes.name.rename",
        "has this name already",
    );
}

#[test]
fn two_rules_cannot_write_one_attribute() {
    let renames =
        "[attributes]\n\"custom:b\" = { rename = \"custom:t\" }\n\"custom:a\" = { rename = \"custom:t\" }";
    refused(
        renames,
        3,
        "attributes.\"custom:a\".rename",
        "attributes.\"custom:b\" is written to this attribute too",
    );
    let own = "[attributes]\n\"custom:a\" = { rename = \"custom:t\" }\n\"custom:t\" = { prefix = \"x\" }";
    refused(own, 3, "attributes.\"custom:t\"", "is written to this attribute too");
    let swap =
        "[attributes]\n\"custom:a\" = { rename = \"custom:b\" }\n\"custom:b\" = { rename = \"custom:a\" }";
    assert!(Rules::parse(swap).is_ok());
    let replaced = "[attributes]\n\"custom:a\" = { rename = \"custom:b\" }\n\"custom:b\" = { drop = true }";
    assert!(Rules::parse(replaced).is_ok());
}

#[test]
fn an_address_keeps_its_name_its_value_and_its_flag() {
    let of = |address: &str, setting: &str| format!("[attributes]\n{address} = {{ {setting} }}");
    let settings = [
        ("rename", "rename = \"custom:mail\""),
        ("map", "map = { a = \"b\" }"),
        ("prefix", "prefix = \"x\""),
        ("default", "default = \"x\""),
        ("constant", "constant = \"x\""),
    ];
    for address in ["email", "phone_number"] {
        for (key, setting) in settings {
            refused(&of(address, setting), 2, &format!("attributes.{address}.{key}"), "cannot have this");
        }
        let flag = format!("{address}_verified");
        refused(&of(&flag, "drop = true"), 2, &format!("attributes.{flag}"), "follows its rule");
        let renamed = format!("rename = \"{address}\"");
        refused(
            &of("nickname", &renamed),
            2,
            "attributes.nickname.rename",
            "an address that nobody verified",
        );
        let renamed = format!("rename = \"{flag}\"");
        refused(
            &of("nickname", &renamed),
            2,
            "attributes.nickname.rename",
            "an address that nobody verified",
        );
        assert!(Rules::parse(&of(address, "drop = true")).is_ok());
        assert!(Rules::parse(&of(address, "wins = \"new\"")).is_ok());
    }
    refused(&of("email", "e164 = \"DE\""), 2, "attributes.email.e164", "no phone number");
    refused(&of("phone_number", "fold_case = true"), 2, "attributes.phone_number.fold_case", "has no case");
}

#[test]
fn groups_that_contradict_each_other_are_refused() {
    refused("[groups]\nleave_out = [\"a*\"]\nrename = { ab = \"b\" }", 3, "groups.rename.ab", "not both");
    refused("[groups]\nleave_out = [\"a*\"]\nrename = { b = \"ab\" }", 3, "groups.rename.b", "another name");
    refused("[groups.rename]\na = \"c\"\nb = \"c\"", 3, "groups.rename.b", "two groups cannot become one");
    refused("[groups.rename]\na = \"a\"\nb = \"a\"", 3, "groups.rename.b", "two groups cannot become one");
}

#[test]
fn providers_that_contradict_each_other_are_refused() {
    refused("[federation.A]\ntrust_email = true", 2, "federation.A.trust_email", "policy = \"link\"");
    let two = "[federation.A]\npolicy = \"link\"\nprovider = \"B\"\n[federation.B]\npolicy = \"link\"";
    refused(two, 4, "federation.B", "two providers cannot become one");
    let two = "[federation.A]\nprovider = \"C\"\n[federation.B]\nprovider = \"C\"";
    refused(two, 4, "federation.B.provider", "two providers cannot become one");
}

#[test]
fn the_example_is_read() {
    let rules = Rules::parse(include_str!("../../../../infra/twinpool.example.toml")).unwrap();
    assert!(rules != Rules::default());
}
