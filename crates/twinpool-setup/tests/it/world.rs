//! A pool with whatever settings, the functions that it names, one of ours, and somebody who attaches and detaches.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use twinpool_setup::attach::{self, Attached};
use twinpool_setup::detach::{self, Detached};
use twinpool_setup::guest::Guest;
use twinpool_setup::permission::permission;
use twinpool_setup::port::{FunctionArn, Functions as _, Json, Permission, PoolSettings as _};
use twinpool_setup::triggers::{Slot, in_slot};
use twinpool_setup::{Ports, Trouble};
use twinpool_testkit::{Behaviour, Knobs, MemoryArchive, MemoryFunctions, MemorySettings, Process};

pub(crate) const POOL: &str = "eu-west-1_oLdP00l01";
pub(crate) const POOL_ARN: &str = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_oLdP00l01";

pub(crate) fn function(name: &str) -> FunctionArn {
    FunctionArn::parse(&format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}")).expect("an ARN")
}

/// What went wrong: before the plan, or after.
#[derive(Debug, PartialEq)]
pub(crate) enum Failure<R> {
    NoPlan(R),
    Trouble(Trouble),
}

impl<R: std::fmt::Debug> Failure<R> {
    pub(crate) fn trouble(self) -> Trouble {
        match self {
            Self::Trouble(trouble) => trouble,
            Self::NoPlan(reason) => panic!("there is no plan: {reason:?}"),
        }
    }
}

pub(crate) struct World {
    pub(crate) pool: Arc<MemorySettings>,
    pub(crate) functions: Arc<MemoryFunctions>,
    pub(crate) archive: Arc<MemoryArchive>,
    pub(crate) guest: Guest,
    pub(crate) ours: FunctionArn,
    /// What the sign-in function is told.
    pub(crate) continuity: &'static str,
    pub(crate) unfinished: Option<attach::Unfinished>,
    pub(crate) token_version: Option<attach::TokenVersion>,
    pub(crate) leave_empty: BTreeSet<Slot>,
    pub(crate) even_if_managed: bool,
    pub(crate) even_if_not_allowed: bool,
    pub(crate) original: Json,
    pub(crate) original_mfa: Json,
}

impl World {
    /// An old pool with these settings; capture calls what stands in its slots.
    pub(crate) async fn new(description: Value, knobs: Knobs) -> Self {
        Self::of(Guest::Capture, description, knobs).await
    }

    /// A pool that calls this function of ours, which calls what stands in its slots.
    pub(crate) async fn of(guest: Guest, description: Value, knobs: Knobs) -> Self {
        let mfa = json!({"MfaConfiguration": description["MfaConfiguration"].as_str().unwrap_or("OFF"),
            "SoftwareTokenMfaConfiguration": {"Enabled": true},
            "WebAuthnConfiguration": {"RelyingPartyId": "example.com", "UserVerification": "preferred"}});
        let pool = MemorySettings::new(description, mfa, knobs);
        let world = Self {
            functions: MemoryFunctions::new(),
            archive: MemoryArchive::new(),
            guest,
            ours: function("ours:live"),
            continuity: "all",
            unfinished: None,
            token_version: None,
            leave_empty: BTreeSet::new(),
            even_if_managed: false,
            even_if_not_allowed: false,
            original: pool.described(),
            original_mfa: pool.factors(),
            pool,
        };
        world.deploy().await;
        world
    }

    /// Deploys our function so that it calls what was in its slots in the beginning, and every such function.
    pub(crate) async fn deploy(&self) {
        let mut chain = Map::new();
        if self.guest == Guest::SignIn {
            chain.insert("TWINPOOL_CONTINUITY".to_owned(), json!(self.continuity));
        }
        let process = Arc::new(Process::healthy());
        for slot in self.slots() {
            let Some(held) = in_slot(&self.original, slot) else { continue };
            let arn = FunctionArn::parse(&held.function).expect("an ARN");
            self.functions.put(&arn, json!({}), Behaviour::Echo);
            let permission = Permission {
                statement_id: "former".to_owned(),
                source_arn: POOL_ARN.to_owned(),
                source_account: "111122223333".to_owned(),
            };
            self.functions.handle(&process).allow(&arn, &permission).await.expect("allowed");
            if let Some(variable) = slot.variable() {
                chain.insert(variable.to_owned(), json!(held.function));
            }
        }
        // What is deployed anew keeps its policy.
        let may = self.functions.lets_in(&self.ours, POOL_ARN);
        self.functions.put(&self.ours, Value::Object(chain), Behaviour::Echo);
        if may {
            let permission = permission(&self.original).expect("an ARN");
            self.functions.handle(&process).allow(&self.ours, &permission).await.expect("allowed");
        }
    }

    /// The owner deploys the sign-in function with other ways in.
    pub(crate) async fn redeployed(&mut self, continuity: &'static str) {
        self.continuity = continuity;
        self.deploy().await;
    }

    /// The slots that our function needs.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        let told = json!({"Environment": {"Variables": {"TWINPOOL_CONTINUITY": self.continuity}}});
        let wanted = self.guest.wanted(told.as_object().expect("fields"));
        wanted.expect("known").into_iter()
    }

    pub(crate) async fn attach(&self, process: &Arc<Process>) -> Result<Attached, Failure<attach::NoPlan>> {
        let (pool, functions) = (self.pool.handle(process), self.functions.handle(process));
        let archive = self.archive.handle(process);
        let ports = Ports { pool: &pool, functions: &functions, archive: &archive };
        let plan = attach::plan(&ports, &self.attach_wish()).await.map_err(Failure::NoPlan)?;
        plan.carry_out(&ports).await.map_err(Failure::Trouble)
    }

    pub(crate) async fn detach(&self, process: &Arc<Process>) -> Result<Detached, Failure<detach::NoPlan>> {
        let (pool, functions) = (self.pool.handle(process), self.functions.handle(process));
        let archive = self.archive.handle(process);
        let ports = Ports { pool: &pool, functions: &functions, archive: &archive };
        let plan = detach::plan(&ports, &self.detach_wish()).await.map_err(Failure::NoPlan)?;
        plan.carry_out(&ports).await.map_err(Failure::Trouble)
    }

    pub(crate) async fn attach_plan(&self) -> Result<attach::Plan, attach::NoPlan> {
        let process = Arc::new(Process::healthy());
        let (pool, functions) = (self.pool.handle(&process), self.functions.handle(&process));
        let archive = self.archive.handle(&process);
        let ports = Ports { pool: &pool, functions: &functions, archive: &archive };
        attach::plan(&ports, &self.attach_wish()).await
    }

    pub(crate) async fn detach_plan(&self) -> Result<detach::Plan, detach::NoPlan> {
        let process = Arc::new(Process::healthy());
        let (pool, functions) = (self.pool.handle(&process), self.functions.handle(&process));
        let archive = self.archive.handle(&process);
        let ports = Ports { pool: &pool, functions: &functions, archive: &archive };
        detach::plan(&ports, &self.detach_wish()).await
    }

    fn attach_wish(&self) -> attach::Wish {
        let (guest, function) = (self.guest, self.ours.clone());
        let (unfinished, token_version) = (self.unfinished, self.token_version);
        attach::Wish { guest, function, unfinished, token_version, at: 7 }
    }

    fn detach_wish(&self) -> detach::Wish {
        detach::Wish {
            guest: self.guest,
            function: self.ours.clone(),
            leave_empty: self.leave_empty.clone(),
            unfinished: self.unfinished,
            even_if_managed: self.even_if_managed,
            even_if_not_allowed: self.even_if_not_allowed,
            at: 8,
        }
    }

    pub(crate) async fn attached(&self) {
        let attached = self.attach(&Arc::new(Process::healthy())).await;
        assert!(attached.is_ok(), "{:?}", attached.err());
        self.assert_attached();
    }

    pub(crate) async fn detached(&self) {
        let detached = self.detach(&Arc::new(Process::healthy())).await;
        assert!(detached.is_ok(), "{:?}", detached.err());
    }

    pub(crate) fn assert_attached(&self) {
        for slot in self.slots() {
            let held = in_slot(&self.pool.described(), slot).expect("ours");
            assert_eq!(held.function, self.ours.as_str());
        }
        self.assert_other_slots_kept();
        self.assert_settings_kept();
        self.assert_calls_succeed();
    }

    /// Attaches a pool that the owner has changed since.
    pub(crate) async fn attached_as_changed(&self) {
        let attached = self.attach(&Arc::new(Process::healthy())).await;
        assert!(attached.is_ok_and(|attached| !attached.did_update));
    }

    /// The owner sets the second factors.
    pub(crate) async fn set_factors(&self, factors: Value) {
        let pool = self.pool.handle(&Arc::new(Process::healthy()));
        pool.set_mfa(factors.as_object().expect("factors")).await.expect("set");
    }

    /// Two who attach, a call each in turn. Whether each got through.
    pub(crate) async fn interleaved(&self, one: &Arc<Process>, other: &Arc<Process>) -> (bool, bool) {
        let (one, other) = tokio::join!(self.attach(one), self.attach(other));
        (one.is_ok(), other.is_ok())
    }

    /// The pool is what it was in the beginning, byte for byte, and nothing of ours is left.
    pub(crate) fn assert_as_before(&self) {
        assert_eq!(still(&self.pool.described()), still(&self.original));
        assert_eq!(self.pool.factors(), self.original_mfa);
    }

    pub(crate) fn assert_nothing_left(&self) {
        self.assert_as_before();
        assert!(self.functions.statements(&self.ours).is_empty());
        assert_eq!(self.archive.kept(self.pool.handle(&Arc::new(Process::healthy())).id()), None);
    }

    /// Triggers aside, the description is what it was.
    pub(crate) fn assert_settings_kept(&self) {
        let (mut now, mut was) = (still(&self.pool.described()), still(&self.original));
        now.remove("LambdaConfig");
        was.remove("LambdaConfig");
        assert_eq!(now, was);
    }

    /// The slots that are never ours, and whatever else stands in `LambdaConfig`.
    fn assert_other_slots_kept(&self) {
        let is_ours = |name: &str| self.slots().any(|slot| name.starts_with(slot.name()));
        let others = |description: &Json| {
            let mut lambda =
                description.get("LambdaConfig").and_then(Value::as_object).cloned().unwrap_or_default();
            lambda.retain(|name, _| !is_ours(name));
            lambda
        };
        assert_eq!(others(&self.pool.described()), others(&self.original));
    }

    /// The pool names nobody who would not let it in (F§2), and each slot has its former function or ours.
    pub(crate) fn assert_calls_succeed(&self) {
        for slot in Slot::ALL {
            let (now, was) = (in_slot(&self.pool.described(), slot), in_slot(&self.original, slot));
            if now == was {
                continue;
            }
            let arn = FunctionArn::parse(&now.expect("no slot loses its function").function).expect("an ARN");
            assert_eq!(arn, self.ours);
            assert!(self.functions.lets_in(&arn, POOL_ARN), "{slot} would fail");
        }
    }
}

/// A description without what moves by itself.
pub(crate) fn still(description: &Json) -> Json {
    let mut still = description.clone();
    still.remove("LastModifiedDate");
    still.remove("EstimatedNumberOfUsers");
    still
}
