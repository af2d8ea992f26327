//! One process at work: counts its calls, can die at any of them, and gives way at each so that tests can interleave.

use std::sync::Mutex;

use twinpool_core::port::{Answer, Class, PortError};

/// When a process dies, seen from the call it is making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The other side never saw the call.
    Before,
    /// The other side did the work, and the answer was lost.
    After,
}

/// One process. Calls made after its death have no effect.
#[derive(Debug, Default)]
pub struct Process {
    dies: Option<(usize, Moment)>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<&'static str>,
    described: usize,
    dead: bool,
    failing: Vec<(&'static str, Class)>,
    always: Vec<(&'static str, Class)>,
    hanging: Vec<&'static str>,
    lost: Vec<&'static str>,
}

impl Process {
    /// A process that lives.
    #[must_use]
    pub fn healthy() -> Self {
        Self::default()
    }

    /// A process that dies at its nth call, counted from 0.
    #[must_use]
    pub fn dying_at(call: usize, moment: Moment) -> Self {
        Self { dies: Some((call, moment)), ..Self::default() }
    }

    /// Lets the next call of this operation fail, without effect.
    pub fn fail_next(&self, operation: &'static str, class: Class) {
        self.state().failing.push((operation, class));
    }

    /// Lets every call of this operation fail, without effect.
    pub fn fail_all(&self, operation: &'static str, class: Class) {
        self.state().always.push((operation, class));
    }

    /// Lets every call of this operation wait for ever, without effect.
    pub fn hang(&self, operation: &'static str) {
        self.state().hanging.push(operation);
    }

    /// Lets the next call of this operation do its work, and loses the answer.
    pub fn lose_answer(&self, operation: &'static str) {
        self.state().lost.push(operation);
    }

    /// Lets calls of this operation succeed again.
    pub fn heal(&self, operation: &'static str) {
        let mut state = self.state();
        state.failing.retain(|(name, _)| *name != operation);
        state.always.retain(|(name, _)| *name != operation);
        state.hanging.retain(|name| *name != operation);
        state.lost.retain(|name| *name != operation);
    }

    /// What was called so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<&'static str> {
        self.state().calls.clone()
    }

    /// How many calls were made so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state().calls.len()
    }

    /// How often a pool was described. Whoever reads users does that once and keeps it, so these stand apart from [`Process::calls`].
    #[must_use]
    pub fn times_described(&self) -> usize {
        self.state().described
    }

    pub(crate) fn describe(&self, operation: &'static str) -> Answer<()> {
        let mut state = self.state();
        state.described += 1;
        match state.always.iter().find(|(name, _)| *name == operation) {
            Some((_, class)) => Err(PortError::new(*class, operation, "InjectedFault")),
            None => Ok(()),
        }
    }

    /// What a process reads once in seconds, whoever it works for, stands apart from [`Process::calls`].
    pub(crate) fn glance(&self, operation: &'static str) -> Answer<()> {
        let state = self.state();
        if state.dead {
            return Err(died(operation));
        }
        match state.always.iter().find(|(name, _)| *name == operation) {
            Some((_, class)) => Err(PortError::new(*class, operation, "InjectedFault")),
            None => Ok(()),
        }
    }

    /// Whether the process has died.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.state().dead
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // A panic in another test thread cannot leave a counter half-written.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A call that does its work, or is refused. Whoever makes it may die before it and after it.
    pub(crate) async fn call<T: Send>(
        &self,
        operation: &'static str,
        work: impl FnOnce() -> Answer<T> + Send,
    ) -> Answer<T> {
        self.enter(operation).await?;
        let answer = work()?;
        self.leave(operation).await?;
        Ok(answer)
    }

    pub(crate) async fn enter(&self, operation: &'static str) -> Answer<()> {
        give_way().await;
        if self.begin(operation)? { std::future::pending().await } else { Ok(()) }
    }

    /// Whether the call waits for ever.
    fn begin(&self, operation: &'static str) -> Answer<bool> {
        let mut state = self.state();
        let number = state.calls.len();
        state.calls.push(operation);
        if state.dead || self.dies == Some((number, Moment::Before)) {
            state.dead = true;
            return Err(died(operation));
        }
        if let Some(position) = state.failing.iter().position(|(name, _)| *name == operation) {
            let (_, class) = state.failing.remove(position);
            return Err(PortError::new(class, operation, "InjectedFault"));
        }
        if let Some((_, class)) = state.always.iter().find(|(name, _)| *name == operation) {
            return Err(PortError::new(*class, operation, "InjectedFault"));
        }
        Ok(state.hanging.contains(&operation))
    }

    pub(crate) async fn leave(&self, operation: &'static str) -> Answer<()> {
        {
            let mut state = self.state();
            if self.dies == Some((state.calls.len() - 1, Moment::After)) {
                state.dead = true;
                return Err(died(operation));
            }
            if let Some(position) = state.lost.iter().position(|name| *name == operation) {
                state.lost.remove(position);
                return Err(PortError::new(Class::Unavailable, operation, "AnswerLost"));
            }
        }
        give_way().await;
        Ok(())
    }
}

fn died(operation: &'static str) -> PortError {
    PortError::new(Class::Unavailable, operation, "ProcessDied")
}

/// Pending once: whoever polls can poll somebody else in between.
async fn give_way() {
    let mut gave = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut gave, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}
