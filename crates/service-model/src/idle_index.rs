/// Where to start looking for an offered load in a rising list of loads below 1: cells of equal ratio of what is
/// left idle, so that both ends of the scale are found in a step or two.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct IdleIndex {
    starts: Vec<u16>,
}

/// Eight cells a halving of the idle share.
const LOW_BITS: u32 = 52 - 3;
const CELLS: usize = 8 * 16;
const BITS_OF_ONE: u64 = 1.0_f64.to_bits();

impl IdleIndex {
    pub(crate) fn new(loads: &[f64]) -> Self {
        let starts = (0..CELLS as u64)
            .map(|cell| {
                let most_idle = f64::from_bits(BITS_OF_ONE - (cell << LOW_BITS));
                loads.partition_point(|&load| load <= 1.0 - most_idle) as u16
            })
            .collect();
        Self { starts }
    }

    /// Number of entries of `loads` that are not above `load` in [0, 1).
    #[inline]
    pub(crate) fn count_up_to(&self, loads: &[f64], load: f64) -> usize {
        let cell = (BITS_OF_ONE - (1.0 - load).to_bits()) >> LOW_BITS;
        let mut count = usize::from(self.starts[(cell as usize).min(CELLS - 1)]);
        while count < loads.len() && loads[count] <= load {
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_a_search_would() {
        let loads: Vec<f64> = (0..100).map(|level| 1.0 - libm::exp2(-0.12 * f64::from(level))).collect();
        let index = IdleIndex::new(&loads);
        for step in 0..200_000 {
            let load = f64::from(step) / 200_000.0;
            assert_eq!(
                index.count_up_to(&loads, load),
                loads.partition_point(|&other| other <= load),
                "{load}"
            );
        }
        assert_eq!(index.count_up_to(&loads, loads[37]), 38);
        assert_eq!(index.count_up_to(&loads, 1.0 - 1e-15), 100);
    }
}
