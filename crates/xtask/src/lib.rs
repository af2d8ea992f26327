//! The project's own commands, and the local AWS that the demo and the tests run on.

pub mod actions;
pub mod bench;
pub mod command;
pub mod demo;
pub mod drill;
pub mod fuzz;
pub mod local;
pub mod package;
pub mod paths;
pub mod process;
pub mod security;
pub mod simulate;
pub mod test;
pub mod testbed;
pub mod tools;
pub mod traffic;
pub mod wire;
