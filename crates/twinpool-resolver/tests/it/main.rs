//! The resolver as backends see it.

mod flights;
mod limits;
mod properties;
mod resolver;
mod table;
