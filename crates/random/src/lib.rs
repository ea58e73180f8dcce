//! Seeded, named random streams and samplers that give the same bits on every machine.
//!
//! One [`Seed`] is split by purpose (`seed.named("arrivals")`) and by index (`seed.indexed(3)`), so that
//! adding a consumer never shifts the numbers another one sees. The generator is pinned to xoshiro256++ and
//! transcendental functions come from the crate `libm`.

mod continuous;
mod discrete;
mod seed;

pub use discrete::Poisson;
pub use seed::{Seed, Stream};
