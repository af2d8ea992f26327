//! Nothing that is shown or kept tells a password, a code, a name or an address.

use std::fmt::Write as _;
use std::sync::Arc;

use twinpool_bridge::challenge::{create, verify};
use twinpool_core::arrival::Way;
use twinpool_core::id::Username;
use twinpool_core::password::Password;
use twinpool_core::port::Class;
use twinpool_testkit::Process;

use crate::bench::{ADDRESS, Bench, CHOSEN, RIGHT, new_sub};

#[tokio::test]
async fn nothing_personal_is_shown_or_kept() {
    let bench = Bench::new().await;
    let mut shown = String::new();
    let process = Arc::new(Process::healthy());
    let (bridge, codes) = (bench.bridge_of(&process), bench.codes());
    let (who, right, chosen) = (new_sub(), Password::new(RIGHT), Password::new(CHOSEN));
    write!(shown, "{codes:?} {right:?}").unwrap();

    let question = create(&bridge, &codes, Some(&who), Way::Code, &[]).await.unwrap();
    write!(shown, "{question:?} {:?}", bench.outbox.sent()).unwrap();
    let code = bench.outbox.code();
    let wrong = Password::new(format!("{code}0"));
    let said = verify(&bridge, &codes, Some(&who), Way::Code, Some(&question.kind), &wrong).await;
    write!(shown, "{said:?}").unwrap();
    for operation in ["AdminInitiateAuth", "AdminSetUserPassword", "AdminGetUser", "UpdateItem", "GetItem"] {
        process.fail_all(operation, Class::Unavailable);
        let bridged = bridge.bridge(&who, &right).await.unwrap_err();
        let found = bridge.find(&Username::parse(ADDRESS).unwrap()).await;
        write!(shown, "{bridged} {bridged:?} {found:?}").unwrap();
        process.heal(operation);
    }
    write!(shown, "{:?}", bridge.choose(&who, &right, &chosen).await).unwrap();
    write!(shown, "{:?} {:?}", bench.arrival().await, bench.world.links).unwrap();

    let digest = question.kind.metadata().rsplit_once(':').unwrap().1.to_owned();
    for secret in [RIGHT, CHOSEN, &code, ADDRESS, "j***", &digest] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
