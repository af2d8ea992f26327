//! The page with an invented move behind it: `cargo run --example page -- 127.0.0.1:0 [--allow-changes] [--dark-cloud]` prints where it is.
//! With `--dark-cloud` nobody can look at anything.

use std::net::SocketAddr;
use std::sync::Arc;

use twinpool_page::{Access, Settings, router};

mod desk;
mod people;
mod state;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address: SocketAddr = arguments.next().as_deref().unwrap_or("127.0.0.1:0").parse()?;
    let rest: Vec<_> = arguments.collect();
    let has = |option: &str| rest.iter().any(|argument| argument == option);
    let desk = if has("--dark-cloud") { desk::Fake::in_the_dark() } else { desk::Fake::of_a_canary() };
    if let Some(file) = rest.iter().find_map(|argument| argument.strip_prefix("--report=")) {
        std::fs::write(file, desk.report())?;
    }
    let settings = Settings { access: Access::new()?, allow_changes: has("--allow-changes") };
    let listener = tokio::net::TcpListener::bind(address).await?;
    tell(&settings.access.url(listener.local_addr()?));
    axum::serve(listener, router(Arc::new(desk), settings)).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "whoever starts it reads where it is")]
fn tell(url: &str) {
    println!("{url}");
}
