//! Multilayer perceptrons with closed-form gradients.

mod mlp;
mod shape;

pub use mlp::{Mlp, Workspace};
pub use shape::{Activation, Initialisation, MlpShape};
