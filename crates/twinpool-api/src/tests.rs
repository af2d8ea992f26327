//! The API as a backend sees it. Every answer that a test gets is held against the description.

mod batch;
mod book;
mod bridge;
mod check;
mod client;
mod description;
mod log;
mod problems;
mod reads;
mod route;
mod schema;
