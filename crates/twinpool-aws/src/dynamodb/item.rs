//! Items of the table and what they mean.

pub(super) mod arrival;
mod birth;
mod decode;
mod encode;
pub(super) mod field;
mod group;
pub(super) mod id;
pub(super) mod phase;
mod reverse;
mod run;
mod subject;
mod trouble;
pub(super) mod verified;

pub(super) use birth::{decode_birth, encode_birth};
pub(super) use decode::{decode, old_sub};
pub(super) use encode::{encode, encode_back};
pub(super) use group::{decode_group, encode_group};
pub(super) use run::{
    decode_control, decode_run, decode_run_ids, encode_control, encode_run, encode_run_ids,
};
pub(super) use subject::encode_decisions;
pub(super) use trouble::{decode_trouble, encode_trouble};

#[cfg(test)]
mod tests;
