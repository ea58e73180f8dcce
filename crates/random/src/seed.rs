use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// Where a family of random streams starts. Splitting a seed never consumes randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of a purpose, such as `"arrivals"` or `"startup"` (FNV-1a over the name, then mixed).
    #[must_use]
    pub fn named(self, purpose: &str) -> Seed {
        let name_hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Seed(mix(self.0 ^ mix(name_hash)))
    }

    /// The seed of the `index`-th member of a family, such as an episode.
    #[must_use]
    pub fn indexed(self, index: u64) -> Seed {
        Seed(mix(self.0.wrapping_add(mix(index.wrapping_add(0x9e37_79b9_7f4a_7c15)))))
    }

    /// A generator that starts at this seed.
    #[must_use]
    pub fn stream(self) -> Stream {
        Stream { generator: Xoshiro256PlusPlus::seed_from_u64(self.0), spare_normal: None }
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood 2014).
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A random stream with the samplers that the simulator and the learners need. Serialised, it continues where it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    generator: Xoshiro256PlusPlus,
    pub(crate) spare_normal: Option<f64>,
}

impl Stream {
    /// 64 uniform random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Uniform in [0, 1) with 53 random bits.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform in (0, 1]: safe to take the logarithm of.
    #[inline]
    pub fn uniform_positive(&mut self) -> f64 {
        1.0 - self.uniform()
    }

    /// Uniform in [`low`, `high`).
    #[inline]
    pub fn uniform_in(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Uniform integer in [0, `bound`) by Lemire's multiplication (bias below 2⁻⁶⁴ × bound). `bound` > 0.
    #[inline]
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// Shuffles in place (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_pinned() {
        // First outputs of xoshiro256++ seeded through SplitMix64 with 0, as published by the generator's authors.
        let mut stream = Seed(0).stream();
        assert_eq!(stream.bits(), 0x5317_5d61_490b_23df);
        assert_eq!(stream.bits(), 0x61da_6f3d_c380_d507);
    }

    #[test]
    fn a_clone_of_the_whole_state_continues_with_the_same_numbers() {
        let mut stream = Seed(4).stream();
        let _ = stream.standard_normal();
        let mut copy = stream.clone();
        assert_eq!(stream, copy);
        assert_eq!(stream.standard_normal().to_bits(), copy.standard_normal().to_bits());
        assert_eq!(stream.bits(), copy.bits());
    }

    #[test]
    fn streams_of_different_purposes_differ() {
        let seed = Seed(7);
        assert_ne!(seed.named("arrivals").stream().bits(), seed.named("startup").stream().bits());
        assert_ne!(seed.indexed(0).stream().bits(), seed.indexed(1).stream().bits());
        assert_eq!(seed.named("arrivals"), Seed(7).named("arrivals"));
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let mut items: Vec<u32> = (0..100).collect();
        Seed(3).stream().shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
