//! Tokens of two pools, signed here with keys that stand in `keys/` and are worth nothing anywhere else.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod accepted;
mod forged;
mod form;
mod key_set;
mod keyring;
mod refused;
mod signer;
mod support;
mod text;
mod user_ids;
