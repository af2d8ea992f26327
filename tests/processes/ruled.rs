//! The built mirror with rules beside its code.

use twinpool_tests::mirror::{Bench, address, failures, one};
use twinpool_tests::task::Task;

#[test]
fn what_a_rule_renames_arrives_under_its_new_name() {
    let bench = Bench::new();
    // The old pool has an attribute with the new name too: it gives way.
    let rules = r#"
[attributes]
given_name = { rename = "custom:tenant", prefix = "t-" }
"custom:tenant" = { drop = true }
"#;
    let task = Task::with("renames", rules);
    let sub = bench.person("uma", &[]);
    let mirror = bench.mirror_with(&[("LAMBDA_TASK_ROOT", task.root())]);
    assert_eq!(failures(&mirror.invoke(one(&bench.sign_in("uma"), 1))), Vec::<String>::new());
    let new_sub = bench.links.new_sub(&sub).unwrap().expect("a link");
    let uma = bench.new.person(&new_sub).unwrap().expect("a person");
    let has = |name: &str| uma.attributes.get(name).cloned();
    assert_eq!(has("custom:tenant").as_deref(), Some("t-Ada"));
    assert_eq!(has("given_name"), None);
    assert_eq!(has("email"), Some(address("uma")));
}

#[test]
fn broken_rules_stop_the_start_and_name_key_and_line() {
    let bench = Bench::new();
    let task = Task::with("broken", "[attributes]\n# a remark\nemail = { fold_kase = true }\n");
    let named = task.path().join("twinpool.toml");
    let missing = task.path().join("nowhere.toml");
    let cases = [
        (("LAMBDA_TASK_ROOT", task.root()), ["line 3", "fold_kase"]),
        (("TWINPOOL_RULES_FILE", named.to_str().unwrap()), ["line 3", "fold_kase"]),
        (("TWINPOOL_RULES_FILE", missing.to_str().unwrap()), ["nowhere.toml", "TWINPOOL_RULES_FILE"]),
    ];
    for (setting, words) in cases {
        let mut mirror = bench.mirror_with(&[setting]);
        assert!(mirror.invoke_until_death("{}").is_none());
        let log = mirror.end();
        assert!(words.iter().all(|word| log.contains(word)), "{log}");
    }
}
