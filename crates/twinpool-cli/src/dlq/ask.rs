//! A question on the terminal.

use std::io::{self, IsTerminal as _, Write as _};

use tokio::sync::oneshot;

use crate::signal;

/// Whether somebody sits there.
pub(super) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows what will be done, and asks. Ctrl-C is a no.
pub(super) async fn ask(outlook: &str) -> io::Result<bool> {
    let mut terminal = io::stderr();
    write!(terminal, "{outlook}Do it? [y/N] ")?;
    terminal.flush()?;
    let (tell, told) = oneshot::channel();
    // A thread of its own, which nobody waits for: reading a line cannot be called off.
    std::thread::spawn(move || {
        let mut line = String::new();
        let answer = io::stdin().read_line(&mut line).map(|_| line);
        drop(tell.send(answer));
    });
    tokio::select! {
        line = told => {
            let line = line.unwrap_or_else(|_| Ok(String::new()))?;
            Ok(["y", "yes"].contains(&line.trim().to_ascii_lowercase().as_str()))
        }
        () = signal::once() => Ok(false),
    }
}
