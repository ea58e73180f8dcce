//! Random cases. The same seed and number give the same case on every machine.
//!
//! A case is built sync by sync in step with our HPA, so that the replica counts it meets are mostly those that were
//! decided before.

mod behavior;
mod draw;
mod flavor;
mod manifest;
mod numbers;
mod pods;
mod timeline;
mod values;

use podpilot_random::Seed;

pub use flavor::Flavor;

use crate::case::Case;
use draw::Draw;

/// The `number`-th case of a seed.
pub fn case(seed: Seed, number: u64) -> Case {
    let mut draw = Draw::new(seed.named("hpa-cases").indexed(number));
    let flavor = Flavor::of(number, &mut draw);
    timeline::case(number, flavor, &mut draw)
}
