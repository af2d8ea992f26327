//! What the template is told: what the owner says, what follows from it, and otherwise what the stack was told before.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_aws::cloudformation::{Given, Resource};

use super::Key;
use crate::failure::Misuse;
use crate::show::beside;
use crate::stack::is_ours;

const KEY: &str = "DigestKey";
const ARCHITECTURE: &str = "Architecture";

/// The slots of a pool that one of our functions goes into, by the names that Cognito has for each, and the parameter that names who
/// was there.
pub(super) type Chains = &'static [(&'static [&'static str], &'static str)];

const TOKENS: &[&str] = &["PreTokenGenerationConfig", "PreTokenGeneration"];

/// Of the old pool: capture.
pub(super) const OLD_POOL: Chains = &[
    (&["PostConfirmation"], "ChainPostConfirmation"),
    (TOKENS, "ChainPreTokenGeneration"),
    (&["CustomMessage"], "ChainCustomMessage"),
];

/// Of the new pool: the sign-in function.
pub(super) const NEW_POOL: Chains = &[
    (TOKENS, "NewPoolChainPreTokenGeneration"),
    (&["PostConfirmation"], "NewPoolChainPostConfirmation"),
    (&["PreSignUp"], "NewPoolChainPreSignUp"),
];

/// What somebody wants the parameters to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Those of the template.
    known: BTreeSet<String>,
    values: BTreeMap<String, String>,
}

/// `Name=Value`.
pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = parts.ok_or("say it as Name=Value")?;
    if name == KEY {
        return Err(format!(
            "a secret does not belong on a command line: put it into TWINPOOL_DIGEST_KEY or twinpool.key; {KEY} counts when the \
             stack is made"
        ));
    }
    Ok((name.to_owned(), value.to_owned()))
}

impl Wanted {
    pub(super) fn new(
        known: BTreeSet<String>,
        said: &[(String, String)],
        architecture: &str,
    ) -> Result<Self, Misuse> {
        let mut wanted = Self { known, values: BTreeMap::new() };
        for (name, value) in said {
            if !wanted.known.contains(name) {
                let names: Vec<_> = wanted.known.iter().map(String::as_str).collect();
                return Err(Misuse(format!(
                    "the template has no parameter {name}: it has {}",
                    names.join(", ")
                )));
            }
            wanted.say(name, value)?;
        }
        if wanted.get(ARCHITECTURE).is_some_and(|said| said != architecture) {
            return Err(Misuse(format!(
                "the zips are built for {architecture}: twinpool package --arch {}",
                wanted.get(ARCHITECTURE).unwrap_or_default()
            )));
        }
        wanted.fill(ARCHITECTURE, architecture);
        Ok(wanted)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Somebody says it, once.
    pub(super) fn say(&mut self, name: &str, value: &str) -> Result<(), Misuse> {
        match self.values.insert(name.to_owned(), value.to_owned()) {
            Some(other) if other != value => {
                Err(Misuse(format!("{name} is said to be {other}, and to be {value}: which?")))
            }
            _ => Ok(()),
        }
    }

    /// It follows, unless somebody says otherwise or the template does not ask.
    pub(super) fn fill(&mut self, name: &str, value: &str) {
        if self.known.contains(name) {
            self.values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }

    /// A local AWS must be told to its functions.
    pub(super) fn local(&mut self, endpoint: Option<&str>, old_pool: Option<&str>) {
        let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        if let Some(endpoint) =
            endpoint.filter(|endpoint| here.iter().any(|start| endpoint.starts_with(start)))
        {
            self.fill("LocalEndpointUrl", endpoint.trim_end_matches('/'));
            if let Some(old_pool) = old_pool {
                self.fill("OldPoolEndpointUrl", old_pool);
            }
        }
    }

    /// Who was in a slot is called by our function once it is there. A slot that is empty chains nothing; one that ours has taken
    /// already keeps whom it was told.
    pub(super) fn chained(
        mut self,
        chains: Chains,
        slots: &BTreeMap<String, String>,
        ours: &[Resource],
    ) -> Self {
        for (names, parameter) in chains {
            let function = names.iter().find_map(|name| slots.get(*name)).map_or("", String::as_str);
            if !is_ours(function, ours) {
                self.fill(parameter, function);
            }
        }
        self
    }

    /// A slot that our function holds, and whose former function would become another: for a while, or for good, ours could not
    /// call it, and sign-ins would fail or pass it by.
    pub(super) fn rechained(
        &self,
        chains: Chains,
        slots: &BTreeMap<String, String>,
        ours: &[Resource],
        before: &BTreeMap<String, String>,
    ) -> Option<&'static str> {
        let held = |names: &[&str]| {
            names.iter().find_map(|name| slots.get(*name)).is_some_and(|function| is_ours(function, ours))
        };
        let mut changed =
            chains.iter().filter(|(names, parameter)| held(names) && self.changes(parameter, before));
        changed.next().map(|(_, parameter)| *parameter)
    }

    /// Whether a parameter would have another value than before.
    pub(super) fn changes(&self, parameter: &str, before: &BTreeMap<String, String>) -> bool {
        let was = before.get(parameter).map_or("", String::as_str);
        self.get(parameter).is_some_and(|wanted| wanted != was)
    }

    /// As CloudFormation takes it. The key never changes: with another one, users who are being made would not be known again.
    pub(super) fn given(
        &self,
        before: Option<&BTreeMap<String, String>>,
        key: Option<&Key>,
    ) -> Vec<(String, Given)> {
        let one = |name: &String| {
            let there = before.is_some_and(|before| before.contains_key(name));
            let given = match (self.values.get(name), key) {
                (_, Some(key)) if name == KEY => Given::Value(key.reveal().to_owned()),
                (Some(value), _) => Given::Value(value.clone()),
                (None, _) if there => Given::Previous,
                // The template's default.
                (None, _) => return None,
            };
            Some((name.clone(), given))
        };
        self.known.iter().filter_map(one).collect()
    }

    /// Those that are said and differ from what the stack has.
    pub(super) fn shown(&self, before: Option<&BTreeMap<String, String>>) -> String {
        let was = |name: &String| before.and_then(|before| before.get(name)).map_or("", String::as_str);
        let changed = self.values.iter().filter(|(name, value)| was(name) != value.as_str());
        let line = |(name, value): (&String, &String)| {
            let value = match name.as_str() {
                // As `twinpool where` has it.
                "NewPoolExternalId" => "(not shown)",
                _ if value.is_empty() => "(empty)",
                _ => value,
            };
            beside(24, &format!("  {name}"), value)
        };
        let lines: String = changed.map(line).collect();
        if lines.is_empty() { lines } else { format!("with\n{lines}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::function;

    fn known() -> BTreeSet<String> {
        let chained = OLD_POOL.iter().chain(NEW_POOL).map(|(_, parameter)| *parameter);
        let more = [
            KEY,
            ARCHITECTURE,
            "OldPoolId",
            "LocalEndpointUrl",
            "NewPoolExternalId",
            "QuotaPercent",
            "SweepSchedule",
        ];
        chained.chain(more).map(str::to_owned).collect()
    }

    fn wanted(said: &[(&str, &str)]) -> Result<Wanted, String> {
        let said: Vec<_> =
            said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Wanted::new(known(), &said, "arm64").map_err(|problem| problem.to_string())
    }

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn whom_an_attached_capture_calls_stays_until_it_is_detached() {
        let (claims, other) =
            ("arn:aws:lambda:eu-west-1:1:function:claims", "arn:aws:lambda:eu-west-1:1:function:other");
        let ours = [function("twinpool-Capture-1")];
        let slots = map(&[("PreTokenGeneration", "arn:aws:lambda:eu-west-1:1:function:twinpool-Capture-1")]);
        let before = map(&[("ChainPreTokenGeneration", claims)]);
        let rechained = |said: &[(&str, &str)], slots: &BTreeMap<String, String>| {
            wanted(said).unwrap().rechained(OLD_POOL, slots, &ours, &before)
        };
        for value in [other, ""] {
            let said = [("ChainPreTokenGeneration", value)];
            assert_eq!(rechained(&said, &slots), Some("ChainPreTokenGeneration"));
            assert_eq!(rechained(&said, &BTreeMap::new()), None, "nobody calls capture");
        }
        assert_eq!(rechained(&[("ChainPreTokenGeneration", claims)], &slots), None);
        assert_eq!(rechained(&[("ChainCustomMessage", other)], &slots), None, "capture is not in that slot");
    }

    #[test]
    fn whom_the_sign_in_function_calls_is_the_new_pool_s_business_alone() {
        let arn = |name: &str| format!("arn:aws:lambda:eu-west-1:1:function:{name}");
        let (ours, none) = ([function("twinpool-SignIn-1")], BTreeMap::new());
        let theirs = map(&[("PreTokenGeneration", &arn("claims")), ("CustomMessage", &arn("texts"))]);
        let both = wanted(&[]).unwrap().chained(OLD_POOL, &none, &ours).chained(NEW_POOL, &theirs, &ours);
        assert_eq!(both.get("NewPoolChainPreTokenGeneration"), Some(arn("claims").as_str()));
        assert_eq!(
            (both.get("ChainPreTokenGeneration"), both.get("ChainCustomMessage")),
            (Some(""), Some(""))
        );
        let held = map(&[("PreTokenGenerationConfig", &arn("twinpool-SignIn-1"))]);
        let before = map(&[("NewPoolChainPreTokenGeneration", &arn("claims"))]);
        let dropped = wanted(&[("NewPoolChainPreTokenGeneration", "")]).unwrap();
        let rechained = |slots| dropped.rechained(NEW_POOL, slots, &ours, &before);
        assert_eq!((rechained(&held), rechained(&none)), (Some("NewPoolChainPreTokenGeneration"), None));
        assert_eq!(dropped.rechained(OLD_POOL, &held, &ours, &before), None);
    }

    #[test]
    fn what_is_not_said_stays_and_the_key_always_does() {
        let wanted = wanted(&[("QuotaPercent", "20"), ("NewPoolExternalId", "between-us")]).unwrap();
        let before =
            map(&[("QuotaPercent", "50"), (KEY, "****"), ("SweepSchedule", "rate(1 day)"), ("Gone", "x")]);
        let given: BTreeMap<_, _> = wanted.given(Some(&before), None).into_iter().collect();
        assert_eq!(given["QuotaPercent"], Given::Value("20".to_owned()));
        assert_eq!(given[ARCHITECTURE], Given::Value("arm64".to_owned()));
        assert_eq!((&given[KEY], &given["SweepSchedule"]), (&Given::Previous, &Given::Previous));
        assert!(!given.contains_key("Gone"), "the template has it no more");
        assert!(!given.contains_key("OldPoolId"), "the template's default");
        let shown = wanted.shown(Some(&before));
        assert!(shown.contains("QuotaPercent") && !shown.contains("****"), "{shown}");
        assert!(shown.contains("NewPoolExternalId") && !shown.contains("between-us"), "{shown}");
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let unknown = wanted(&[("QuotaPercnt", "20")]).unwrap_err();
        assert!(unknown.contains("QuotaPercnt") && unknown.contains("QuotaPercent"), "{unknown}");
        let other = wanted(&[(ARCHITECTURE, "x86_64")]).unwrap_err();
        assert!(other.contains("twinpool package --arch x86_64"), "{other}");
        let twice = wanted(&[("QuotaPercent", "20"), ("QuotaPercent", "30")]).unwrap_err();
        assert!(twice.contains("which?"), "{twice}");
        assert!(assignment("DigestKey=hunter2").is_err_and(|said| !said.contains("hunter2")));
        assert!(assignment("=x").is_err() && assignment("x").is_err());
        assert_eq!(assignment("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
    }

    #[test]
    fn who_is_in_a_slot_is_chained_and_kept_while_capture_has_it() {
        let arn = |name: &str| format!("arn:aws:lambda:eu-west-1:1:function:{name}");
        let slots = map(&[
            ("PostConfirmation", &arn("theirs")),
            ("PreTokenGeneration", &arn("twinpool-Capture-1")),
            ("PreTokenGenerationConfig", &arn("twinpool-Capture-1:live")),
        ]);
        let resources = [function("twinpool-Capture-1")];
        let chained = wanted(&[]).unwrap().chained(OLD_POOL, &slots, &resources);
        assert_eq!(chained.get("ChainPostConfirmation"), Some(arn("theirs").as_str()));
        assert_eq!(chained.get("ChainCustomMessage"), Some(""), "nobody is there any more");
        let before = map(&[("ChainPreTokenGeneration", "x"), ("ChainCustomMessage", "y")]);
        let given: BTreeMap<_, _> = chained.given(Some(&before), None).into_iter().collect();
        assert_eq!(given["ChainPreTokenGeneration"], Given::Previous);
        // Said by hand counts more.
        let said = wanted(&[("ChainPostConfirmation", "")]).unwrap();
        let said = said.chained(OLD_POOL, &slots, &resources);
        assert_eq!(said.get("ChainPostConfirmation"), Some(""));
    }

    #[test]
    fn only_a_local_aws_is_told_to_the_functions() {
        let mut wanted = wanted(&[]).unwrap();
        wanted.local(Some("https://vpce-1.execute-api.eu-west-1.vpce.amazonaws.com"), None);
        assert_eq!(wanted.get("LocalEndpointUrl"), None);
        wanted.local(Some("http://127.0.0.1:4566/"), None);
        assert_eq!(wanted.get("LocalEndpointUrl"), Some("http://127.0.0.1:4566"));
    }
}
