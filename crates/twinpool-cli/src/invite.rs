//! `twinpool invite`: temporary passwords by mail, for people who have not come, and taken back.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueEnum};
use twinpool_aws::client::Patience;
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_core::arrival::Way;
use twinpool_core::id::{GroupName, OldSub, Timestamp};
use twinpool_core::link::Link;
use twinpool_core::port::{Clock as _, PoolReader as _};
use twinpool_engine::{Again, Comer, Governed, Invite, InviteTerms, Standings, Which, way_of};
use twinpool_rules::Rules;
use twinpool_setup::port::{FunctionArn, PoolSettings as _};

use crate::ask::{self, Answer};
use crate::bulk::Bulk;
use crate::clock::SystemClock;
use crate::conflicts::walk;
use crate::options::{self, Consent};
use crate::progress::Progress;
use crate::{Exit, Outcome};

mod carry;
mod choose;
mod look;
mod told;

use choose::Chosen;
use look::Settings;

/// Whom to invite, and how fast.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE, group(ArgGroup::new("whom").required(true).args(["remaining", "user", "withdraw", "preview"])))]
pub(crate) struct Arguments {
    /// Everybody who has not come, whose way is `invite`, and who has no invitation that works still.
    #[arg(long)]
    remaining: bool,
    /// This user of the old pool, whatever the way. May be repeated.
    #[arg(long, value_name = "SUB", value_parser = |text: &str| OldSub::parse(text.trim()))]
    user: Vec<OldSub>,
    /// Takes temporary passwords back, so that "forgot password" works again.
    #[arg(long, value_enum, value_name = "WHICH")]
    withdraw: Option<Back>,
    /// Shows the message that people get, and who sends it. Changes nothing.
    #[arg(long)]
    preview: bool,
    /// Whose way `[sign_in]` says is this one.
    #[arg(long, value_enum, default_value_t = WayChoice::Invite)]
    way: WayChoice,
    /// Only members of this group of the old pool. May be repeated.
    #[arg(long, value_name = "NAME", value_parser = |text: &str| GroupName::parse(text))]
    group: Vec<GroupName>,
    /// Only who has not shown in the old pool for so long, as a policy says it: "90 days", "12 weeks". Of whom twinpool has not
    /// seen there it counts from when the link began. With `--way any`, whatever the policy.
    #[arg(long, value_name = "TIME", value_parser = twinpool_rules::age, conflicts_with = "user")]
    not_seen_for: Option<Duration>,
    /// Also to whom was sent an invitation that works still.
    #[arg(long, conflicts_with = "once")]
    resend: bool,
    /// Nobody a second time, even if the first invitation has expired.
    #[arg(long)]
    once: bool,
    /// Sends at most so many; the same command goes on with the others.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// Sends at most so many an hour, evenly.
    #[arg(long, value_name = "N", default_value = "2000")]
    per_hour: NonZeroU32,
    /// Goes on although the pool sends by Cognito's own mailer, which sends 50 mails a day for the whole account.
    #[arg(long)]
    cognito_mail: bool,
    /// The new pool's trigger function, which notes who comes: the stack's output `SignInArn`.
    #[arg(long = "sign-in-arn", env = "TWINPOOL_SIGN_IN_ARN", hide_env_values = true, value_name = "ARN", value_parser = FunctionArn::parse)]
    sign_in: Option<FunctionArn>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    bulk: Bulk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Back {
    /// Those that work no more, or were begun and never sent.
    Expired,
    /// Those that work still, too.
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WayChoice {
    Invite,
    Password,
    Code,
    Reset,
    Any,
}

/// All that the work needs.
struct Connected {
    pool: Governed<CognitoPool>,
    links: Links,
    terms: InviteTerms,
    settings: Settings,
    /// Which rules these are, in words.
    rules: String,
}

impl Connected {
    fn invite(&self) -> Invite<'_, Governed<CognitoPool>, Links, SystemClock> {
        Invite { pool: &self.pool, links: &self.links, clock: &SystemClock, terms: &self.terms }
    }
}

impl Arguments {
    /// What cannot be done without. Whoever is invited must be noted when they come, so the function that does it must be known.
    pub(crate) fn lacking(&self) -> Vec<&'static str> {
        let is_invitation = self.withdraw.is_none() && !self.preview;
        if is_invitation && self.sign_in.is_none() { vec!["--sign-in-arn <ARN>"] } else { Vec::new() }
    }

    fn ways(&self) -> Vec<Way> {
        match self.way {
            _ if !self.user.is_empty() => Way::ALL.into(),
            WayChoice::Any => Way::ALL.into(),
            WayChoice::Invite => vec![Way::Invite],
            WayChoice::Password => vec![Way::Password],
            WayChoice::Code => vec![Way::Code],
            WayChoice::Reset => vec![Way::Reset],
        }
    }

    fn again(&self) -> Again {
        match (self.once, self.resend) {
            (true, _) => Again::Never,
            (_, true) => Again::Always,
            (false, false) => Again::Expired,
        }
    }

    async fn connect(&self) -> anyhow::Result<Connected> {
        let (rules, which) = self.bulk.rules.read()?;
        let config = options::aws_with(Patience::BULK).await?;
        let pools = &self.bulk.pools;
        let new_config = pools.new_config(&config, Patience::BULK).await?;
        let links = self.bulk.table.connect(&config);
        pools.check(&links, &self.bulk.table).await?;
        let [_, settings] = pools.settings(&config, &new_config);
        let problem = |error| pools.new_problem(error);
        let settings = Settings::of(settings.map_err(problem)?.describe().await.map_err(problem)?);
        let pool = pools.new_pool(&new_config);
        let shape = pool.shape().await.map_err(problem)?;
        let governor = self.bulk.governor_of_new(&new_config).await;
        let terms = InviteTerms {
            rules,
            ways: self.ways().into_iter().collect(),
            again: self.again(),
            valid_for: settings.valid_for(),
            shape,
        };
        Ok(Connected {
            pool: Governed::new(pool, Arc::clone(&governor)),
            links,
            terms,
            settings,
            rules: which,
        })
    }

    /// Whether the user is of the groups, and as long away, as is asked for.
    fn is_meant(&self, link: &Link, now: Timestamp) -> bool {
        let in_group =
            |name: &GroupName| link.linked().is_some_and(|linked| linked.base.old.groups.contains(name));
        let is_away = self.not_seen_for.is_none_or(|long| choose::is_away(link, long, now));
        is_away && (self.group.is_empty() || self.group.iter().any(in_group))
    }

    /// Whom the table says it is about.
    async fn choose(&self, connected: &Connected) -> anyhow::Result<Chosen> {
        if !self.user.is_empty() {
            return Ok(Chosen::named(&self.user));
        }
        let mut all = Standings::default();
        let rules: &Rules = &connected.terms.rules;
        let now = SystemClock.now();
        let walked = walk(&connected.links, |page| {
            let meant = page.links.iter().filter(|link| self.is_meant(link, now));
            meant.for_each(|link| {
                let comer = Comer { link: Some(link), old: None, providers: &[].into() };
                all.add(link, way_of(rules, comer, now));
            });
            page.arrivals.iter().for_each(|(who, arrival)| all.add_arrival(who, arrival));
        });
        walked.await.map_err(|error| self.bulk.table.problem(error))?;
        Ok(match self.withdraw {
            Some(which) => Chosen::to_withdraw(all.all(), &connected.terms, which.meant(), now),
            None => Chosen::to_invite(all.all(), &connected.terms, now, self.batch),
        })
    }
}

impl Back {
    fn meant(self) -> Which {
        match self {
            Self::Expired => Which::Expired,
            Self::All => Which::All,
        }
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let connected = arguments.connect().await?;
    if arguments.preview {
        return Ok((connected.settings.preview(arguments.json), Exit::Done));
    }
    let chosen = arguments.choose(&connected).await?;
    let is_invitation = arguments.withdraw.is_none();
    if is_invitation {
        let refused =
            connected.settings.refusal(chosen.who.len(), arguments.cognito_mail, arguments.sign_in.as_ref());
        if let Some(sentence) = refused {
            return Ok((told::refused(&sentence, arguments.json), Exit::Blocked));
        }
    }
    let policy = told::policy(&connected.rules, &connected.terms);
    let what = match arguments.withdraw {
        Some(_) => told::intent_to_withdraw(chosen.who.len()),
        None => told::intent(&chosen, arguments.per_hour, &connected.settings) + &policy,
    };
    if chosen.is_empty() {
        let policy = if is_invitation && arguments.user.is_empty() { policy.as_str() } else { "" };
        return Ok((told::nobody(&chosen, policy, arguments.json), Exit::Done));
    }
    match ask::before(&arguments.consent, &what)? {
        Answer::Go => {}
        Answer::Shown if arguments.json => return Ok((told::plan_json(&chosen), Exit::Done)),
        Answer::Shown => return Ok((what, Exit::Done)),
        Answer::Declined => return Ok(("nothing was done\n".to_owned(), Exit::Failed)),
    }
    let progress = Progress::new(Some(chosen.who.len() as u64));
    let invite = connected.invite();
    let result = match arguments.withdraw {
        Some(which) => carry::withdraw_all(&invite, &chosen.who, which.meant(), &progress).await,
        None => carry::invite_chosen(&invite, &chosen, arguments.per_hour, &progress).await,
    };
    let over = told::over(SystemClock.now(), connected.terms.valid_for);
    Ok(told::told(&result, chosen.more, over, arguments.json))
}
