//! The queue lengths of a latency table: from 0, every doubling of `queue + 1/16` cut into eight equal parts, so
//! that the level of a queue is the top bits of a floating-point number and the rest of them is the weight.

use crate::Level;

const OFFSET: f64 = 0.0625;
const PARTS_PER_DOUBLING: u64 = 8;
/// Of the 52 bits of a mantissa, those below the three that tell eight parts apart.
const LOW_BITS: u32 = 52 - 3;
const FIRST_CELL: u64 = OFFSET.to_bits() >> LOW_BITS;
const LOW_MASK: u64 = (1 << LOW_BITS) - 1;

/// Queue of a level.
pub(crate) fn queue_of(level: usize) -> f64 {
    let doubling = (1_u64 << (level as u64 / PARTS_PER_DOUBLING)) as f64;
    let part = (level as u64 % PARTS_PER_DOUBLING) as f64 / PARTS_PER_DOUBLING as f64;
    OFFSET * doubling * (1.0 + part) - OFFSET
}

/// The levels beside a queue ≥ 0 in a table of at least two levels; the last one beyond its end.
#[inline]
pub(crate) fn level_at(queue: f64, level_count: usize) -> Level {
    let bits = (queue + OFFSET).to_bits();
    let index = ((bits >> LOW_BITS) - FIRST_CELL) as usize;
    if index + 1 >= level_count {
        return Level { index: level_count - 2, weight_of_next: 1.0 };
    }
    let weight_of_next = (bits & LOW_MASK) as f64 * (1.0 / (LOW_MASK + 1) as f64);
    Level { index, weight_of_next }
}

/// The fewest levels, at least two, whose last queue is not below `queue`.
pub(crate) fn levels_up_to(queue: f64) -> usize {
    let beside = level_at(queue, usize::MAX);
    beside.index + 1 + usize::from(beside.weight_of_next > 0.0).max(usize::from(beside.index == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_stands_for_its_own_queue() {
        for level in 0..150 {
            let found = level_at(queue_of(level), 200);
            assert_eq!((found.index, found.weight_of_next), (level, 0.0));
        }
    }

    #[test]
    fn weights_interpolate_the_queue() {
        for step in 0..10_000 {
            let queue = f64::from(step) * 0.013;
            let found = level_at(queue, 200);
            let (low, high) = (queue_of(found.index), queue_of(found.index + 1));
            assert!(((1.0 - found.weight_of_next) * low + found.weight_of_next * high - queue).abs() < 1e-9);
        }
    }

    #[test]
    fn beyond_the_end_is_the_last_level() {
        assert_eq!(level_at(1e6, 10), Level { index: 8, weight_of_next: 1.0 });
        for queue in [0.0, 0.01, 3.0, 500.0] {
            let count = levels_up_to(queue);
            assert!(count >= 2 && queue_of(count - 1) >= queue, "{queue}: {count}");
            assert!(count == 2 || queue_of(count - 2) < queue, "{queue}: {count}");
        }
    }
}
