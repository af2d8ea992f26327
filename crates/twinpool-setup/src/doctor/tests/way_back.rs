//! The way back to the old pool, where the stack has one.

use super::*;

const NAME: &str = "TWINPOOL_REVERSE_SYNC";

/// A chain that works in both ways.
fn both_ways() -> Facts {
    let mut facts = healthy();
    for function in
        [&mut facts.mirror, &mut facts.audit_trail, &mut facts.sign_in.as_mut().unwrap().configuration]
    {
        turn_on(function);
    }
    let schema = json!([{ "Name": "custom:twinpool", "AttributeDataType": "String", "Mutable": false }]);
    facts.old_pool.as_mut().unwrap().insert("SchemaAttributes".to_owned(), schema);
    set(&mut facts.rule, "/EventPattern", json!(format!(r#"{{"userPoolId":["{OLD}","{NEW}"]}}"#)));
    facts
}

fn turn_on(function: &mut Look<Json>) {
    let environment = function.as_mut().unwrap().get_mut("Environment").unwrap();
    environment["Variables"][NAME] = json!("on");
}

fn told(facts: &Facts) -> Vec<Step> {
    steps(facts).into_iter().filter(|step| step.part == Part::WayBack).collect()
}

#[test]
fn where_the_old_pool_is_only_read_nothing_is_said_of_a_way_back() {
    assert_eq!(told(&healthy()), []);
    let [step] = told(&both_ways()).try_into().unwrap();
    assert_eq!(step.verdict, Verdict::Fine, "{}", step.why);
}

#[test]
fn an_old_pool_without_the_marker_is_told_with_the_command_that_adds_it() {
    let mut facts = both_ways();
    take(&mut facts.old_pool, "SchemaAttributes");
    let [step] = told(&facts).try_into().unwrap();
    let add = format!(
        "aws cognito-idp add-custom-attributes --user-pool-id {OLD} --custom-attributes Name=twinpool,AttributeDataType=String,Mutable=false"
    );
    assert_eq!((step.verdict, step.remedy), (Verdict::Broken, Some(add)));
    let mut facts = both_ways();
    set(&mut facts.old_pool, "/SchemaAttributes/0/Mutable", json!(true));
    let [step] = told(&facts).try_into().unwrap();
    assert!(step.why.contains("of the old pool can be changed"), "{}", step.why);
}

#[test]
fn whoever_is_not_told_that_both_pools_are_written_is_named() {
    type Harms<'a> = Vec<(Box<dyn Fn(&mut Facts) + 'a>, Verdict, &'a str)>;
    let off = |function: &mut Look<Json>| {
        set(function, &format!("/Environment/Variables/{NAME}"), json!("off"));
    };
    let harms: Harms<'_> = vec![
        (Box::new(|it| off(&mut it.audit_trail)), Verdict::Broken, "audit trail"),
        (Box::new(|it| off(&mut of_sign_in(it).configuration)), Verdict::Broken, "sign-in function"),
        (Box::new(|it| it.sign_in = None), Verdict::Unseen, "another account or Region"),
        (
            Box::new(|it| {
                set(&mut it.rule, "/EventPattern", json!(format!(r#"{{"userPoolId":["{OLD}"]}}"#)));
            }),
            Verdict::Broken,
            "hears nothing of the new pool",
        ),
    ];
    for (harm, verdict, word) in harms {
        let mut facts = both_ways();
        harm(&mut facts);
        let [step] = told(&facts).try_into().unwrap();
        assert!(step.verdict == verdict && step.why.contains(word), "{word}: {}", step.why);
    }
}
