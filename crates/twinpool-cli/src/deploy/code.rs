//! The template and the zips it names, and the bucket that CloudFormation takes them from.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::{LONGEST_BODY, Template};
use twinpool_aws::raw::s3::Bucket;
use twinpool_core::port::{Class, PortError};
use twinpool_package::{Architecture, Bundle, Checkout, FUNCTIONS, needs_rules};
use twinpool_rules::{Rules, RulesError};

use crate::ask::{self, Answer};
use crate::failure::{Misuse, unusable};
use crate::options::Consent;

/// What is deployed.
#[derive(Debug)]
pub(super) struct Code {
    template: String,
    /// How the template names each zip, the name of its function, and the zip.
    zips: Vec<(String, &'static str, Bundle)>,
    architecture: Architecture,
}

/// A bucket that is there, or would be made.
#[derive(Debug)]
pub(super) struct Place {
    bucket: Bucket,
    region: String,
    is_there: bool,
}

/// The template as CloudFormation gets it.
#[derive(Debug)]
pub(super) enum Placed {
    Here(String),
    InBucket(String),
}

impl Placed {
    pub(super) fn as_template(&self) -> Template<'_> {
        match self {
            Self::Here(text) => Template::Body(text),
            Self::InBucket(url) => Template::Url(url),
        }
    }
}

/// Of the rules in a file, or of none.
fn fingerprint(text: Option<&str>) -> Result<String, RulesError> {
    let rules = text.map_or_else(|| Ok(Rules::default()), Rules::parse)?;
    Ok(rules.fingerprint().to_owned())
}

impl Code {
    /// What `twinpool package` has made, with the rules of today.
    pub(super) fn read(checkout: &Checkout, rules: Option<&Path>) -> anyhow::Result<Self> {
        let path = checkout.template();
        let template =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let read = |path: &Path| {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let text = rules.map(read).transpose()?;
        let wanted = fingerprint(text.as_deref()).map_err(|problem| {
            let name = rules.map_or_else(String::new, |path| path.display().to_string());
            Misuse(format!("cannot use the rules {}", problem.in_file(&name)))
        })?;
        let mut zips = Vec::new();
        for function in FUNCTIONS {
            let bundle = Bundle::read(&checkout.zip_of(function))?;
            // Where the pools are is no rule.
            let holds = fingerprint(bundle.rules.as_deref()).is_ok_and(|held| held == wanted);
            if needs_rules(function) && !holds {
                let which = rules.map_or("no rules".to_owned(), |path| path.display().to_string());
                let why = format!(
                    "the zip of {function} holds other rules than {which}: run `twinpool package` first"
                );
                return Err(Misuse(why).into());
            }
            let named = checkout.code_uri(function);
            anyhow::ensure!(template.contains(&named), "{} does not name {named}", path.display());
            zips.push((named, function, bundle));
        }
        let mut kinds = zips.iter().map(|(_, _, bundle)| bundle.architecture);
        let architecture = kinds.next().context("there are no functions")?;
        if kinds.any(|other| other != architecture) {
            let why = "the zips are built for different architectures: run `twinpool package` again";
            return Err(Misuse(why.to_owned()).into());
        }
        Ok(Self { template, zips, architecture })
    }

    pub(super) fn architecture(&self) -> &'static str {
        self.architecture.as_str()
    }

    /// The names of the template's parameters.
    pub(super) fn parameters(&self) -> BTreeSet<String> {
        parameters_of(&self.template)
    }

    /// The bucket; made if it is not there and somebody agrees. `None`: nobody does.
    pub(super) async fn bucket(
        &self,
        config: &Config,
        named: Option<&str>,
        owner: &str,
        consent: &Consent,
    ) -> anyhow::Result<Option<Place>> {
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let name = named.map_or_else(|| default_bucket(owner, &region), str::to_owned);
        let problem = |error| bucket_problem(&name, error);
        let bucket = Bucket::connect(config, &name, owner).map_err(problem)?;
        if bucket.exists().await.map_err(problem)? {
            return Ok(Some(Place { bucket, region, is_there: true }));
        }
        if named.is_some() {
            return Err(Misuse(format!(
                "there is no bucket {name} in this Region: make it, or leave --bucket out"
            ))
            .into());
        }
        if consent.dry_run {
            return Ok(Some(Place { bucket, region, is_there: false }));
        }
        let what = format!(
            "The functions go through a bucket, and {name} is not there. It would be made: encrypted, and closed to everybody but \
             this account.\n"
        );
        if ask::before(consent, &what)? != Answer::Go {
            return Ok(None);
        }
        bucket.create().await.map_err(problem)?;
        Ok(Some(Place { bucket, region, is_there: true }))
    }

    /// Puts the zips into the bucket, under their hash, and the template that names them there. A dry run puts no zip there, and
    /// the template only because CloudFormation takes one of this length from a bucket alone: it stays, under its hash.
    pub(super) async fn place(&self, place: &Place, is_dry: bool) -> anyhow::Result<Placed> {
        let bucket = &place.bucket;
        let mut template = self.template.clone();
        for (named, function, bundle) in &self.zips {
            let key = format!("twinpool/{function}/{}.zip", hash(&bundle.bytes));
            if !is_dry {
                put(bucket, &key, &bundle.bytes).await?;
            }
            template = template.replace(named, &format!("s3://{}/{key}", bucket.name()));
        }
        if template.len() <= LONGEST_BODY {
            return Ok(Placed::Here(template));
        }
        if !place.is_there {
            let name = bucket.name();
            return Err(Misuse(format!(
                "a dry run needs the bucket {name}, because CloudFormation takes a template of this length from a bucket alone: \
                 deploy without --dry-run, which shows the change set and asks before anything changes, or make the bucket: \
                 aws s3 mb s3://{name} --region {}",
                place.region
            ))
            .into());
        }
        let key = format!("twinpool/template/{}.yaml", hash(template.as_bytes()));
        put(bucket, &key, template.as_bytes()).await?;
        Ok(Placed::InBucket(bucket.url(&key)))
    }
}

/// The bucket that is taken if nobody names one.
pub(crate) fn default_bucket(owner: &str, region: &str) -> String {
    format!("twinpool-{owner}-{region}")
}

async fn put(bucket: &Bucket, key: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let problem = |error| bucket_problem(bucket.name(), error);
    if bucket.has(key).await.map_err(problem)? {
        return Ok(());
    }
    bucket.put(key, bytes.to_vec()).await.map_err(problem)
}

fn bucket_problem(name: &str, error: PortError) -> anyhow::Error {
    let sentence = match (error.code.as_str(), error.class) {
        ("WrongRegion", _) => {
            format!(
                "the bucket {name} is in another Region, and Lambda takes code from its own only: --bucket"
            )
        }
        ("BadBucketName", _) => format!("{name} is no name of a bucket: --bucket"),
        (_, Class::Denied) if error.operation == "HeadBucket" => format!(
            "the bucket {name} is somebody else's, or your role lacks s3:ListBucket and s3:PutObject there: --bucket names another one"
        ),
        _ => return unusable(&format!("the bucket {name}"), "--bucket", error),
    };
    anyhow::Error::new(error).context(sentence)
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The keys of the block `Parameters`, which stand two spaces from the edge.
fn parameters_of(template: &str) -> BTreeSet<String> {
    let block = template.lines().skip_while(|line| *line != "Parameters:").skip(1);
    let inside = block.take_while(|line| line.is_empty() || line.starts_with([' ', '#']));
    let key = |line: &str| {
        let key = line.strip_prefix("  ")?.strip_suffix(':')?;
        key.bytes().all(|c| c.is_ascii_alphanumeric()).then(|| key.to_owned())
    };
    inside.filter_map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_s_parameters_are_known_by_name() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/template.yaml");
        let text = std::fs::read_to_string(path).unwrap();
        let found = parameters_of(&text);
        for name in ["OldPoolId", "NewPoolId", "DigestKey", "Architecture", "LocalEndpointUrl"] {
            assert!(found.contains(name), "{name}: {found:?}");
        }
        assert!(!found.contains("Type") && !found.contains("Links"), "{found:?}");
        assert_eq!(parameters_of("Resources:\n  Links:\n"), BTreeSet::new());
    }

    #[test]
    fn a_file_in_the_bucket_is_named_after_what_is_in_it() {
        assert_eq!(hash(b"abc"), "ba7816bf8f01cfea414140de5dae2223");
    }
}
