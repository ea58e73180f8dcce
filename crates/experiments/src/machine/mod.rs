//! The machine that measurements run on: what it is, and who used it meanwhile.

mod description;
mod share;

pub(crate) use description::Machine;
pub(crate) use share::{MachineShare, ShareMeter};
