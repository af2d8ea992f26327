//! Subjects, what is held back of them, and what was decided.

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::decision::{Decision, Decisions};
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName, ProviderName};
use twinpool_core::port::Answer;
use twinpool_core::snapshot::Factor;

use super::field::{Map, damaged, optional, parsed, string, text, values};

pub(super) fn encode_subject(subject: &Subject) -> Map {
    let (kind, name) = match subject {
        Subject::User => ("user", String::new()),
        Subject::Attribute(name) => ("attribute", name.to_string()),
        Subject::Group(name) => ("group", name.to_string()),
        Subject::Identity(name) => ("identity", name.to_string()),
        Subject::Factor(factor) => ("factor", factor.to_string()),
    };
    Map::from([("kind".to_owned(), text(kind)), ("name".to_owned(), text(name))])
}

pub(super) fn decode_subject(item: &Map) -> Answer<Subject> {
    Ok(match string(item, "kind")? {
        "user" => Subject::User,
        "attribute" => Subject::Attribute(parsed(item, "name", AttributeName::parse)?),
        "group" => Subject::Group(parsed(item, "name", GroupName::parse)?),
        "identity" => Subject::Identity(parsed(item, "name", ProviderName::parse)?),
        "factor" => {
            let factor = Factor::from_code(string(item, "name")?);
            Subject::Factor(factor.ok_or_else(|| damaged("name"))?)
        }
        _ => return Err(damaged("kind")),
    })
}

pub(super) fn encode_held_back(held: &HeldBack) -> AttributeValue {
    let mut item = encode_subject(&held.subject);
    item.insert("reason".to_owned(), text(held.reason.code()));
    AttributeValue::M(item)
}

pub(super) fn decode_held_back(value: &AttributeValue) -> Answer<HeldBack> {
    let item = value.as_m().map_err(|_| damaged("held_back"))?;
    Ok(HeldBack { subject: decode_subject(item)?, reason: reason(item)? })
}

pub(super) fn reason(item: &Map) -> Answer<Reason> {
    Reason::from_code(string(item, "reason")?).ok_or_else(|| damaged("reason"))
}

pub(in super::super) fn encode_decisions(decisions: &Decisions) -> AttributeValue {
    let one = |(subject, decision): (&Subject, &Decision)| {
        let mut item = encode_subject(subject);
        let (code, about) = decision.code();
        item.insert("decision".to_owned(), text(code));
        if let Some(about) = about {
            item.insert("about".to_owned(), text(about));
        }
        AttributeValue::M(item)
    };
    AttributeValue::L(decisions.iter().map(one).collect())
}

pub(super) fn decode_decisions(item: &Map) -> Answer<Decisions> {
    let one = |value: &AttributeValue| {
        let item = value.as_m().map_err(|_| damaged("decisions"))?;
        let decision = Decision::from_code(string(item, "decision")?, optional(item, "about")?);
        Ok((decode_subject(item)?, decision.ok_or_else(|| damaged("decision"))?))
    };
    values(item, "decisions")?.iter().map(one).collect()
}
