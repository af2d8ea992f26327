//! With which profile and in which Region AWS is called, where the environment does not say.

use std::sync::OnceLock;

use twinpool_aws::client::{self, Config, Patience};
use twinpool_aws::region;
use twinpool_aws::settings::Source;
use twinpool_rules::site::Place;

static HERE: OnceLock<Here> = OnceLock::new();

/// What the file adds to the environment.
#[derive(Debug, Default, PartialEq, Eq)]
struct Here {
    profile: Option<String>,
    region: Option<String>,
}

/// From now on, for the whole process. Says where the environment contradicts the file.
pub(super) fn take(old: &Place, environment: &impl Source) -> Vec<String> {
    let (here, notes) = weigh(old, environment);
    // A process reads one command line.
    drop(HERE.set(here));
    notes
}

/// The environment counts more, as with every option.
fn weigh(old: &Place, environment: &impl Source) -> (Here, Vec<String>) {
    let said = |keys: [&'static str; 2]| keys.into_iter().find_map(|key| Some((key, environment.get(key)?)));
    let mut notes = Vec::new();
    let region = match (said(["AWS_REGION", "AWS_DEFAULT_REGION"]), old.region()) {
        (None, region) => region.map(str::to_owned),
        (Some((key, said)), Some(region)) if said != region => {
            notes.push(format!(
                "{key} is {said}, and the old pool of twinpool.toml is in {region}: {key} counts"
            ));
            None
        }
        (Some(_), _) => None,
    };
    let profile = match (said(["AWS_PROFILE", "AWS_ACCESS_KEY_ID"]), &old.profile) {
        (None, profile) => profile.clone(),
        (Some(("AWS_PROFILE", said)), Some(profile)) if said == *profile => None,
        (Some((key, _)), Some(profile)) => {
            notes.push(format!("{key} counts, and not the profile {profile} of twinpool.toml"));
            None
        }
        (Some(_), None) => None,
    };
    (Here { profile, region }, notes)
}

/// Region, credentials and endpoint: of the environment, else of the file.
pub(crate) async fn config(patience: Patience) -> Config {
    let nothing = Here::default();
    let here = HERE.get().unwrap_or(&nothing);
    let config = match &here.profile {
        // Boxed: these futures are large, and stand in every command.
        Some(profile) => Box::pin(client::load_profile(patience, profile)).await,
        None => Box::pin(client::load(patience)).await,
    };
    match &here.region {
        Some(name) => region::within(&config, name),
        None => config,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Table(&'static [(&'static str, &'static str)]);

    impl Source for Table {
        fn get(&self, key: &'static str) -> Option<String> {
            self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        }
    }

    fn weighed(environment: &'static [(&'static str, &'static str)]) -> (Here, Vec<String>) {
        let (region, profile) = (Some("eu-west-1".to_owned()), Some("prod".to_owned()));
        weigh(&Place { id: None, region, profile }, &Table(environment))
    }

    fn here(profile: Option<&str>, region: Option<&str>) -> Here {
        Here { profile: profile.map(str::to_owned), region: region.map(str::to_owned) }
    }

    #[test]
    fn the_environment_counts_more_than_the_file_and_a_contradiction_is_told() {
        assert_eq!(weighed(&[]), (here(Some("prod"), Some("eu-west-1")), vec![]));
        assert_eq!(
            weighed(&[("AWS_REGION", "eu-west-1"), ("AWS_PROFILE", "prod")]),
            (here(None, None), vec![])
        );
        let (found, notes) = weighed(&[("AWS_DEFAULT_REGION", "eu-west-2"), ("AWS_PROFILE", "other")]);
        assert_eq!((found, notes.len()), (here(None, None), 2));
        assert!(notes[0].starts_with("AWS_DEFAULT_REGION is eu-west-2"), "{notes:?}");
        let (found, notes) = weighed(&[("AWS_ACCESS_KEY_ID", "secret")]);
        assert_eq!((found, notes.len()), (here(None, Some("eu-west-1")), 1));
        assert!(!notes[0].contains("secret"));
    }

    #[test]
    fn the_id_tells_the_region() {
        let id = twinpool_core::id::PoolId::parse("eu-west-1_Old").ok();
        let (found, _) = weigh(&Place { id, ..Place::default() }, &Table(&[]));
        assert_eq!(found, here(None, Some("eu-west-1")));
    }
}
