//! How the demo talks.
#![expect(clippy::print_stdout, reason = "the demo talks to the terminal")]

use std::time::Instant;

use anyhow::Result;

use crate::local::{Addresses, Stack};
use crate::process::wait_for;

/// One act: every line with the milliseconds since its beginning.
#[derive(Debug)]
pub(super) struct Timeline {
    start: Instant,
    last: Instant,
}

impl Timeline {
    pub(super) fn begin(title: &str, pools: &str) -> Self {
        println!("\n{title}\n{pools}\n");
        Self { start: Instant::now(), last: Instant::now() }
    }

    fn line(&self, place: &str, what: &str) {
        println!("{:>7} ms  {place:<9} {what}", self.start.elapsed().as_millis());
    }

    /// Something that happens in the old pool; what arrives next is measured from here.
    pub(super) fn old<T>(&mut self, what: &str, action: impl FnOnce() -> Result<T>) -> Result<T> {
        self.last = Instant::now();
        let done = action()?;
        self.line("old pool", what);
        Ok(done)
    }

    /// Waits for something in the new pool or in the table, and says how long it took since the last event.
    pub(super) fn arrives<T>(
        &self,
        place: &str,
        what: impl FnOnce(&T) -> String,
        look: impl FnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let found = wait_for("it to arrive", look)?;
        let after = self.last.elapsed().as_millis();
        self.line(place, &format!("{}  (after {after} ms)", what(&found)));
        Ok(found)
    }

    /// Something to know.
    pub(super) fn note(&self, place: &str, what: &str) {
        self.line(place, what);
    }

    /// How long the last event in the old pool has been going on.
    pub(super) fn since_last(&self) -> u128 {
        self.last.elapsed().as_millis()
    }
}

pub(super) fn opening() {
    println!(
        "twinpool keeps two Cognito user pools in step while a product moves from one to the other.\n\
         The old pool's triggers call capture, which puts a hint into a queue; the mirror reads the user again and lets\n\
         the new pool follow. What runs here is infra/template.yaml with the functions of production, on a local AWS."
    );
}

pub(super) fn table(title: &str, rows: &[[String; 4]]) {
    println!("\n{title}\n");
    let mut widths = [0; 4];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.len());
        }
    }
    for row in rows {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        println!("  {}", cells.join("  ").trim_end());
    }
}

pub(super) fn closing() {
    println!(
        "\nEverything is stopped again. To look around yourself:\n\
         \n  cargo xtask demo --keep     leaves the second local AWS up and says how to talk to it\
         \n  cargo xtask local up        starts a fresh one; .local/stack.json says where everything is"
    );
}

pub(super) fn look_around(stack: &Stack) -> Result<()> {
    let mirror = stack.output("MirrorArn")?;
    let mirror = mirror.rsplit(':').next().unwrap_or(&mirror);
    let Addresses { table, old_pool, new_pool, .. } = &stack.addresses;
    println!(
        "\nIt is left running. In every terminal that you look from, here in this folder:\n\
         \n  . .local/environment                                  # all names and addresses; .local/stack.json has them too\
         \n  alias twinpool='cargo run -q -p twinpool-cli --'\n\
         \nSee it:\n\
         \n  cargo xtask traffic                                   # people go on signing in and changing things, until Ctrl-C\
         \n  twinpool status --watch                               # where the move stands\
         \n  twinpool serve --ui                                   # the same as a page; it says its address\
         \n  twinpool conflicts list                               # who waits for a decision: Mallory\
         \n  twinpool explain <a sub from above>                   # one user, and why the pools differ\n\
         \nMove people, with traffic on, and take them back (Bob's sub is above, in act 6):\n\
         \n  twinpool verify; twinpool switch --percent 50 --canary-user <sub> --why demo --force 'Mallory waits'\
         \n  twinpool rollback --why demo\n\
         \nBreak it, with traffic on, and see status, page and alarm tell:\n\
         \n  cargo xtask mirror stop                               # the mirror's queue is not read any more\
         \n  cargo xtask mirror start                              # it is again, and what waited is worked off\
         \n  aws lambda put-function-concurrency --function-name {mirror} --reserved-concurrent-executions 0\
         \n  aws lambda delete-function-concurrency --function-name {mirror}   # what it took meanwhile comes back in 3 minutes\
         \n  aws cloudwatch describe-alarms --state-value ALARM    # any AWS client will do\n\
         \nLook around:\n\
         \n  aws cognito-idp list-users --user-pool-id {old}      # the old pool\
         \n  aws cognito-idp list-users --user-pool-id {new}      # the new pool\
         \n  aws dynamodb scan --table-name {table}\
         \n  less .local/stacks/demo/ministack.log                 # the mirror's log among others\n\
         \nStop it with: cargo xtask local down",
        old = old_pool.id,
        new = new_pool.id,
    );
    Ok(())
}
