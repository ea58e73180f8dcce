//! The cluster side of podpilot.

pub mod decide;
pub mod fit;
pub mod resource;
pub mod settings;
pub mod signals;
pub mod world;
