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
    set(
        &mut facts.new_pool,
        "/LambdaConfig",
        json!({ "PostConfirmation": SIGN_IN, "PreTokenGeneration": SIGN_IN }),
    );
    facts
}

fn turn_on(function: &mut Look<Json>) {
    let environment = function.as_mut().unwrap().get_mut("Environment").unwrap();
    environment["Variables"][NAME] = json!("on");
}

fn told(facts: &Facts) -> Vec<Step> {
    of(Part::WayBack, facts)
}

fn of(part: Part, facts: &Facts) -> Vec<Step> {
    steps(facts).into_iter().filter(|step| step.part == part).collect()
}

/// What stands in which slot of the new pool.
fn in_slots(token: Value, confirmation: Value) -> Vec<Step> {
    let mut facts = both_ways();
    let slots = json!({ "PreTokenGeneration": token, "PostConfirmation": confirmation });
    set(&mut facts.new_pool, "/LambdaConfig", slots);
    told(&facts)
}

#[test]
fn a_new_pool_that_does_not_call_the_sign_in_function_spoils_the_way_back() {
    let other = format!("{SIGN_IN}2");
    for (token, confirmation, named, not_named) in [
        (Value::Null, Value::Null, "PostConfirmation, PreTokenGeneration", "UserMigration"),
        (json!(SIGN_IN), Value::Null, "PostConfirmation", "PreTokenGeneration"),
        (json!(other), json!(SIGN_IN), "PreTokenGeneration", "PostConfirmation"),
    ] {
        let [step] = in_slots(token, confirmation).try_into().unwrap();
        assert_eq!(step.verdict, Verdict::Broken, "{}", step.why);
        assert!(step.why.contains(named) && !step.why.contains(not_named), "{}", step.why);
        assert!(step.remedy.unwrap().contains("twinpool attach --pool new"));
    }
    let [step] = in_slots(json!(SIGN_IN), json!(format!("{SIGN_IN}:live"))).try_into().unwrap();
    assert_eq!(step.verdict, Verdict::Fine, "{}", step.why);
}

#[test]
fn where_the_old_pool_is_only_read_nothing_is_said_of_a_way_back() {
    assert_eq!(told(&healthy()), []);
    let [step] = told(&both_ways()).try_into().unwrap();
    assert_eq!(step.verdict, Verdict::Fine, "{}", step.why);
}

#[test]
fn an_old_pool_without_the_marker_is_told_with_the_command_that_adds_it() {
    assert_eq!(of(Part::OldMarker, &healthy()), [], "the old pool is not written");
    let [step] = of(Part::OldMarker, &both_ways()).try_into().unwrap();
    assert_eq!(step.verdict, Verdict::Fine, "{}", step.why);
    let mut facts = both_ways();
    take(&mut facts.old_pool, "SchemaAttributes");
    let [step] = of(Part::OldMarker, &facts).try_into().unwrap();
    let add = format!(
        "aws cognito-idp add-custom-attributes --user-pool-id {OLD} --custom-attributes Name=twinpool,AttributeDataType=String,Mutable=false"
    );
    assert_eq!((step.verdict, step.remedy), (Verdict::Broken, Some(add)));
    let mut facts = both_ways();
    set(&mut facts.old_pool, "/SchemaAttributes/0/Mutable", json!(true));
    let [step] = of(Part::OldMarker, &facts).try_into().unwrap();
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
