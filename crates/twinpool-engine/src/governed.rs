//! A pool behind the governor: each call waits for its category and reports how it went.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use tracing::Instrument as _;
use twinpool_core::change_event::UserRef;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{AttributeName, GroupName, NewSub, Sub, UserSub, Username};
use twinpool_core::listing::{Listing, PoolList};
use twinpool_core::password::{Inviter, PasswordResetter};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, Place, PoolReader, PoolWriter};
use twinpool_core::quota::Category;
use twinpool_core::snapshot::{Factor, Identity, Mfa, Snapshot};
use twinpool_core::value::Attributes;

use crate::governor::{Governor, Write};
use crate::pace::{Kind, Pace};
use crate::traced::TRACED;

/// A pool whose calls stay in the budget.
#[derive(Debug, Clone)]
pub struct Governed<P> {
    pool: P,
    governor: Arc<Governor>,
    pace: Arc<Pace>,
}

impl<P> Governed<P> {
    /// Puts a pool behind a governor: that of its account and Region.
    pub fn new(pool: P, governor: Arc<Governor>) -> Self {
        Self { pool, governor, pace: Arc::default() }
    }

    /// A write to one user.
    async fn write<T>(
        &self,
        sub: &impl UserSub,
        (category, write): (Category, Write),
        call: impl Future<Output = Answer<T>>,
    ) -> Answer<T> {
        self.pace.wait(Kind::Write, sub.as_str()).await;
        self.count(category, write, call).await
    }

    /// A write, which counts when it is done.
    async fn count<T>(
        &self,
        category: Category,
        write: Write,
        call: impl Future<Output = Answer<T>>,
    ) -> Answer<T> {
        let answer = self.after(self.governor.admit_write(category), category, call).await;
        if answer.is_ok() {
            self.governor.wrote(write);
        }
        answer
    }

    /// A read of one user.
    async fn read<T>(
        &self,
        who: &UserRef,
        category: Category,
        call: impl Future<Output = Answer<T>>,
    ) -> Answer<T> {
        self.pace.wait(Kind::Read, who.parameter()).await;
        self.call(category, call).await
    }

    async fn call<T>(&self, category: Category, call: impl Future<Output = Answer<T>>) -> Answer<T> {
        let admitted = async {
            self.governor.admit(category).await;
            Ok(())
        };
        self.after(admitted, category, call).await
    }

    async fn after<T>(
        &self,
        admitted: impl Future<Output = Answer<()>>,
        category: Category,
        call: impl Future<Output = Answer<T>>,
    ) -> Answer<T> {
        let name = category.name();
        let waits = tracing::info_span!(target: TRACED, "wait", otel.name = "wait for the quota");
        admitted.instrument(waits).await?;
        let called = tracing::info_span!(target: TRACED, "call", otel.name = name, otel.kind = "client");
        let answer = call.instrument(called).await;
        let throttled = answer.as_ref().is_err_and(|error| error.class == Class::Throttled);
        self.governor.report(category, throttled);
        answer
    }
}

impl<P: PoolReader> PoolReader for Governed<P> {
    async fn shape(&self) -> Answer<PoolShape> {
        // Once per process.
        self.pool.shape().await
    }

    async fn user(&self, who: &UserRef) -> Answer<Option<Snapshot>> {
        let answer = self.read(who, Category::UserRead, self.pool.user(who)).await;
        if matches!((who, &answer), (UserRef::Sub(_), Ok(None))) {
            // Looked for in the list of users too: that quota is small, and nobody can raise it (F§5).
            self.governor.admit(Category::UserList).await;
        }
        answer
    }

    async fn groups(&self, who: &UserRef) -> Answer<Option<BTreeSet<GroupName>>> {
        self.read(who, Category::UserResourceRead, self.pool.groups(who)).await
    }

    async fn factors(&self, who: &UserRef, shape: &PoolShape) -> Answer<BTreeSet<Factor>> {
        self.read(who, Category::UserResourceRead, self.pool.factors(who, shape)).await
    }

    async fn group(&self, name: &GroupName) -> Answer<Option<GroupDefinition>> {
        self.call(Category::UserPoolResourceRead, self.pool.group(name)).await
    }
}

impl<P: PoolList> PoolList for Governed<P> {
    async fn size(&self) -> Answer<u64> {
        // Once per command.
        self.pool.size().await
    }

    async fn users(&self, after: Option<&Place>) -> Answer<Listing<Snapshot>> {
        self.call(Category::UserList, self.pool.users(after)).await
    }

    async fn users_with_prefix(&self, prefix: &str, after: Option<&Place>) -> Answer<Listing<Snapshot>> {
        self.call(Category::UserList, self.pool.users_with_prefix(prefix, after)).await
    }

    async fn all_groups(&self, after: Option<&Place>) -> Answer<Listing<GroupDefinition>> {
        self.call(Category::UserPoolResourceRead, self.pool.all_groups(after)).await
    }

    async fn members(&self, group: &GroupName, after: Option<&Place>) -> Answer<Listing<Sub>> {
        self.call(Category::UserList, self.pool.members(group, after)).await
    }
}

impl<S: UserSub, P: PoolWriter<S>> PoolWriter<S> for Governed<P> {
    async fn create_user(&self, username: &Username, attributes: &Attributes) -> Answer<S> {
        self.count(Category::UserCreation, Write::CreateUser, self.pool.create_user(username, attributes))
            .await
    }

    async fn set_random_password(&self, sub: &S) -> Answer<()> {
        self.write(
            sub,
            (Category::UserAccountRecovery, Write::SetPassword),
            self.pool.set_random_password(sub),
        )
        .await
    }

    async fn set_attributes(&self, sub: &S, attributes: &Attributes) -> Answer<()> {
        self.write(
            sub,
            (Category::UserUpdate, Write::SetAttributes),
            self.pool.set_attributes(sub, attributes),
        )
        .await
    }

    async fn delete_attributes(&self, sub: &S, names: &BTreeSet<AttributeName>) -> Answer<()> {
        self.write(
            sub,
            (Category::UserUpdate, Write::DeleteAttributes),
            self.pool.delete_attributes(sub, names),
        )
        .await
    }

    async fn add_to_group(&self, sub: &S, group: &GroupName) -> Answer<()> {
        self.write(sub, (Category::UserUpdate, Write::AddToGroup), self.pool.add_to_group(sub, group)).await
    }

    async fn remove_from_group(&self, sub: &S, group: &GroupName) -> Answer<()> {
        self.write(
            sub,
            (Category::UserUpdate, Write::RemoveFromGroup),
            self.pool.remove_from_group(sub, group),
        )
        .await
    }

    async fn create_group(&self, group: &GroupDefinition) -> Answer<bool> {
        self.count(Category::UserPoolResourceUpdate, Write::Group, self.pool.create_group(group)).await
    }

    async fn update_group(&self, group: &GroupDefinition) -> Answer<()> {
        self.count(Category::UserPoolResourceUpdate, Write::Group, self.pool.update_group(group)).await
    }

    async fn delete_group(&self, name: &GroupName) -> Answer<()> {
        self.count(Category::UserPoolResourceUpdate, Write::Group, self.pool.delete_group(name)).await
    }

    async fn delete_user(&self, sub: &S) -> Answer<()> {
        self.write(sub, (Category::UserUpdate, Write::DeleteUser), self.pool.delete_user(sub)).await
    }

    async fn link_identity(&self, user: &Snapshot, identity: &Identity) -> Answer<()> {
        self.count(Category::UserUpdate, Write::LinkIdentity, self.pool.link_identity(user, identity)).await
    }

    async fn unlink_identity(&self, identity: &Identity) -> Answer<()> {
        self.count(Category::UserUpdate, Write::UnlinkIdentity, self.pool.unlink_identity(identity)).await
    }

    async fn set_mfa(&self, sub: &S, was: Mfa, now: Mfa) -> Answer<()> {
        self.write(sub, (Category::UserResourceUpdate, Write::SetMfa), self.pool.set_mfa(sub, was, now)).await
    }

    async fn set_enabled(&self, sub: &S, enabled: bool) -> Answer<()> {
        self.write(sub, (Category::UserUpdate, Write::SetEnabled), self.pool.set_enabled(sub, enabled)).await
    }
}

impl<S: UserSub, P: PasswordResetter<S>> PasswordResetter<S> for Governed<P> {
    async fn reset_password(&self, sub: &S) -> Answer<()> {
        self.write(sub, (Category::UserAccountRecovery, Write::SetPassword), self.pool.reset_password(sub))
            .await
    }
}

impl<P: Inviter> Inviter for Governed<P> {
    async fn set_temporary_password(&self, sub: &NewSub) -> Answer<()> {
        self.write(
            sub,
            (Category::UserAccountRecovery, Write::SetPassword),
            self.pool.set_temporary_password(sub),
        )
        .await
    }

    async fn send_invitation(&self, username: &Username) -> Answer<()> {
        self.call(Category::UserCreation, self.pool.send_invitation(username)).await
    }
}
