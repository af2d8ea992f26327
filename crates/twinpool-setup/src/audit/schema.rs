//! Attributes: the new pool's schema against what the old pool has and the rules make of it, and the marker.

use twinpool_core::id::AttributeName;
use twinpool_core::pool::{AttributeKind, AttributeSchema};
use twinpool_rules::{Row, Verdict};

use super::Pools;
use super::code::Code;
use super::finding::Findings;

const MARKER_MISSING: Code = Code::bars(
    "marker-missing",
    [
        "the new pool lacks the attribute by which twinpool knows whom it made",
        "The mirror does not start.",
        "aws cognito-idp add-custom-attributes --user-pool-id {new} --custom-attributes Name=twinpool,AttributeDataType=String,Mutable=false",
    ],
);
const MARKER_UNFIT: Code = Code::bars(
    "marker-unfit",
    [
        "the attribute by which twinpool knows whom it made proves nothing, or cannot hold its value",
        "The mirror does not start, or users could be taken for somebody else's; Cognito cannot change it later.",
        "add another one and name it with --marker and the parameter MarkerAttribute of the stack: aws cognito-idp \
         add-custom-attributes --user-pool-id {new} --custom-attributes Name=twinpool2,AttributeDataType=String,Mutable=false",
    ],
);
const REFUSED: Code = Code::bars(
    "rule-refused",
    [
        "a rule of twinpool.toml cannot work with these pools",
        "The mirror does not start.",
        "correct twinpool.toml, and hold it against the pools: twinpool rules check",
    ],
);
const MISSING: Code = Code::warns(
    "attribute-missing",
    [
        "the new pool has no such attribute",
        "Its values stay behind.",
        "add it (aws cognito-idp add-custom-attributes --user-pool-id {new}; it can never be deleted), or drop or rename it in twinpool.toml",
    ],
);
const KIND: Code = Code::warns(
    "attribute-type-differs",
    [
        "an attribute has another type in the new pool",
        "Values that do not fit stay behind; value-unfit counts them.",
        "map the values in twinpool.toml, or rename it to an attribute of the old type",
    ],
);
const IMMUTABLE: Code = Code::warns(
    "attribute-immutable",
    [
        "the new pool lets an attribute be written at creation only",
        "It comes over once; later changes are held back.",
        "rename it in twinpool.toml to a mutable attribute, if it changes",
    ],
);
const SHORTER: Code = Code::warns(
    "attribute-shorter",
    [
        "the new pool takes fewer values of an attribute: shorter text, or a smaller range",
        "Values outside of it stay behind; value-unfit counts them.",
        "nothing, where no user has such a value; else shorten them in the old pool, or rename to a roomier attribute",
    ],
);
const REQUIRED: Code = Code::warns(
    "attribute-required",
    [
        "the new pool requires an attribute that users of the old pool may lack",
        "They are mirrored without it, as administrators may; sign-up pages and profile updates of the new pool may insist on it.",
        "give a default or a constant in twinpool.toml",
    ],
);
const RULE_WARNING: Code = Code::warns(
    "rule-warning",
    [
        "a rule of twinpool.toml will not work for everybody",
        "Whoever it does not work for keeps the attribute in the old pool only.",
        "look at the row of the attribute: twinpool rules check",
    ],
);

pub(super) const CODES: &[Code] =
    &[MARKER_MISSING, MARKER_UNFIT, REFUSED, MISSING, KIND, IMMUTABLE, SHORTER, REQUIRED, RULE_WARNING];

/// A sub, a dot and a digest.
const MARKER_LENGTH: u32 = 80;

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    check_marker(pools, found);
    let marker = pools.input.marker;
    let rows = pools.rules().check(pools.old.shape, pools.new.shape, marker);
    let mut of = Sorted::default();
    for row in &rows {
        match &row.verdict {
            Verdict::Refused(why) => {
                found.add(&REFUSED).says(why.as_str()).about(name_of(row));
            }
            Verdict::Warning(why) if !of.sort(pools, row) => {
                found.add(&RULE_WARNING).says(why.as_str()).about(name_of(row));
            }
            Verdict::Warning(_) | Verdict::Fine => {}
        }
    }
    let Sorted { missing, kind, immutable, shorter, required } = of;
    for name in missing {
        let tally = pools.census().and_then(|census| census.missing.get(&name));
        let finding = found.add(&MISSING).about([&name]);
        if let Some(tally) = tally {
            finding.shows(tally);
        }
    }
    found.add_about(&KIND, kind);
    found.add_about(&IMMUTABLE, immutable);
    found.add_about(&SHORTER, shorter);
    found.add_about(&REQUIRED, required);
}

fn name_of(row: &Row) -> Option<&AttributeName> {
    row.source.as_ref().or(row.target.as_ref())
}

/// What rows warn of, by what is the case.
#[derive(Default)]
struct Sorted {
    missing: Vec<AttributeName>,
    kind: Vec<AttributeName>,
    immutable: Vec<AttributeName>,
    shorter: Vec<AttributeName>,
    required: Vec<AttributeName>,
}

impl Sorted {
    /// Whether it is known what is the case.
    fn sort(&mut self, pools: &Pools<'_>, row: &Row) -> bool {
        let (old, new) = (pools.old.shape, pools.new.shape);
        let Some(target) = &row.target else {
            return false;
        };
        if !new.has(target) {
            self.missing.push(target.clone());
            return true;
        }
        let schema = |schema: Option<&AttributeSchema>| *schema.unwrap_or(&AttributeSchema::TEXT);
        let there = schema(new.attributes.get(target));
        let here = row.source.as_ref().map(|source| schema(old.attributes.get(source)));
        let mut known = false;
        let mut put = |is_so: bool, into: &mut Vec<AttributeName>| {
            if is_so {
                into.push(target.clone());
                known = true;
            }
        };
        put(!there.mutable, &mut self.immutable);
        put(there.required && !here.is_some_and(|here| here.required), &mut self.required);
        let differs = here.is_some_and(|here| !is_same_kind(here.kind, there.kind));
        put(differs, &mut self.kind);
        put(!differs && here.is_some_and(|here| is_narrower(here.kind, there.kind)), &mut self.shorter);
        known
    }
}

fn is_same_kind(one: AttributeKind, other: AttributeKind) -> bool {
    std::mem::discriminant(&one) == std::mem::discriminant(&other)
}

/// Whether the new pool takes fewer values than the old one may hold.
fn is_narrower(old: AttributeKind, new: AttributeKind) -> bool {
    match (old, new) {
        (AttributeKind::Text { min, max }, AttributeKind::Text { min: new_min, max: new_max }) => {
            // An empty value is no value.
            new_max < max || new_min > min.max(1)
        }
        (AttributeKind::Number { min, max }, AttributeKind::Number { min: new_min, max: new_max }) => {
            new_min.is_some_and(|new| min.is_none_or(|old| old < new))
                || new_max.is_some_and(|new| max.is_none_or(|old| old > new))
        }
        _ => false,
    }
}

fn check_marker(pools: &Pools<'_>, found: &mut Findings) {
    let (new, marker) = (pools.new.shape, pools.input.marker);
    let short = marker.as_str().trim_start_matches("custom:");
    let add = |name: &str| {
        format!(
            "aws cognito-idp add-custom-attributes --user-pool-id {} --custom-attributes Name={name},AttributeDataType=String,Mutable=false",
            new.id
        )
    };
    if !new.has(marker) || !marker.as_str().starts_with("custom:") {
        found.add(&MARKER_MISSING).about([marker]).fixed_by(add(short));
        return;
    }
    let fits = new.attributes.get(marker).is_some_and(|schema| {
        matches!(schema.kind, AttributeKind::Text { min, max } if min <= MARKER_LENGTH && max >= MARKER_LENGTH)
    });
    let why = match (new.is_mutable(marker), fits) {
        (true, _) => "it can be changed, so it proves nothing".to_owned(),
        (false, false) => format!("it must be text of up to {MARKER_LENGTH} characters"),
        (false, true) => return,
    };
    let another = add(&format!("{short}2"));
    let fix = format!(
        "add another one and name it with --marker and the parameter MarkerAttribute of the stack: {another}"
    );
    found.add(&MARKER_UNFIT).says(why).about([marker]).fixed_by(fix);
}
