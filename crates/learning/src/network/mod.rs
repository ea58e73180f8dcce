//! Multilayer perceptrons with closed-form gradients.

mod initialise;
mod mlp;
mod shape;
mod workspace;

pub(crate) use initialise::initialise;
pub use mlp::Mlp;
pub use shape::{Activation, Initialisation, MlpShape};
pub use workspace::Workspace;
