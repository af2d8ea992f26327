//! A short name for what the rules mean.

use sha2::{Digest, Sha256};

use crate::model::Model;

/// What stands where there are no rules.
pub(crate) const NONE: &str = "none";

/// Enough that two sets of rules never share it by chance.
const BYTES: usize = 8;

/// Of the meaning, not of the text: the model is in one order, and holds nothing that is as by default.
pub(crate) fn of(model: &Model) -> String {
    if *model == Model::default() {
        return NONE.to_owned();
    }
    // Writing texts and names as JSON cannot fail.
    let text = serde_json::to_vec(model).unwrap_or_default();
    Sha256::digest(text).iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use crate::Rules;

    fn of(text: &str) -> String {
        Rules::parse(text).unwrap().fingerprint().to_owned()
    }

    #[test]
    fn without_rules_there_is_none() {
        assert_eq!(Rules::default().fingerprint(), "none");
        assert_eq!(
            of("[users]\ndeleted = \"disable\"\n[attributes]\nname = { wins = \"old\", drop = false }"),
            "none"
        );
        let own_names = "[groups]\nrename = { a = \"a\" }\n[federation.A]\nprovider = \"A\"";
        assert_eq!(of(own_names), "none");
    }

    #[test]
    fn it_is_the_same_for_the_same_meaning() {
        let one = of(
            "[groups]\nleave_out = [\"a\", \"b\"]\n[attributes]\nname = { prefix = \"x\", fold_case = true }\nlocale = { default = \"en\" }",
        );
        let same = of(
            "# words\nattributes.locale.default = 'en'\n[attributes.name]\nfold_case = true # yes\nprefix = \"\\u0078\"\nwins = \"old\"\n[groups]\nleave_out = [\n \"b\", \"a\", \"a\" ]",
        );
        assert_eq!(one, same);
        // Stands on every link: with another one all users are compared again.
        assert_eq!(of("[attributes]\nname = { prefix = \"x\" }"), "d9a22215bcb4b5b1");
    }

    #[test]
    fn it_changes_with_every_setting() {
        let all = [
            "",
            "[users]\ndeleted = \"keep\"",
            "[users]\ndeleted = \"delete\"",
            "[users]\nleave_out_groups = [\"a\"]",
            "[users]\nleave_out_where = { name = [\"a\"] }",
            "[users]\nleave_out_where = { name = [\"b\"] }",
            "[groups]\nmode = \"none\"",
            "[groups]\nmode = \"add_only\"",
            "[groups]\nleave_out = [\"a\"]",
            "[groups]\nrename = { a = \"b\" }",
            "[attributes]\nname = { drop = true }",
            "[attributes]\nname = { map = { a = \"b\" } }",
            "[attributes]\nname = { map = { a = \"b\" }, map_only = true }",
            "[attributes]\nname = { prefix = \"a\" }",
            "[attributes]\nnickname = { prefix = \"a\" }",
            "[attributes]\nname = { fold_case = true }",
            "[attributes]\nname = { e164 = \"DE\" }",
            "[attributes]\nname = { e164 = \"AT\" }",
            "[attributes]\nname = { rename = \"nickname\" }",
            "[attributes]\nname = { default = \"a\" }",
            "[attributes]\nname = { constant = \"a\" }",
            "[attributes]\nname = { wins = \"new\" }",
            "[federation.A]\npolicy = \"link\"",
            "[federation.A]\nprovider = \"B\"",
            "[federation.A]\npolicy = \"link\"\ntrust_email = true",
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().map(|text| of(text)).collect();
        assert_eq!(distinct.len(), all.len());
    }
}
