/// A map from values to coordinates, with the values worth a tick.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
    logarithmic: bool,
}

impl Axis {
    /// Linear from values `from..=to` to coordinates `start..=end`.
    pub fn linear((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        Self { from, to, start, end, logarithmic: false }
    }

    /// Logarithmic; both values must be positive. Smaller values lie on `from`.
    pub fn logarithmic((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let to = if to > from { to } else { from * 10.0 };
        Self { from, to, start, end, logarithmic: true }
    }

    /// The coordinate of `value`, kept within the axis.
    pub fn at(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            libm::log(value.max(self.from) / self.from) / libm::log(self.to / self.from)
        } else {
            (value - self.from) / (self.to - self.from)
        };
        self.start + share.clamp(0.0, 1.0) * (self.end - self.start)
    }

    /// Round values within the axis, about `count` of them; on a logarithmic axis powers of ten, and their twos
    /// and fives where there would be few.
    pub fn ticks(&self, count: usize) -> Vec<f64> {
        if !self.logarithmic {
            return self.round_values(count);
        }
        let decades = self.multiples(&[1.0]);
        if decades.len() * 2 > count { decades } else { self.multiples(&[1.0, 2.0, 5.0]) }
    }

    /// Round values on a logarithmic axis, as many as keep a distance of `apart` units.
    pub fn dense_ticks(&self, apart: f64) -> Vec<f64> {
        const FINE: [f64; 13] = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 9.5];
        let mut kept: Vec<f64> = Vec::new();
        for tick in self.multiples(&FINE) {
            if kept.last().is_none_or(|last| (self.at(tick) - self.at(*last)).abs() >= apart) {
                kept.push(tick);
            }
        }
        kept
    }

    fn multiples(&self, factors: &[f64]) -> Vec<f64> {
        let power = |value: f64| libm::floor(libm::log10(value) + 1e-9) as i32;
        let inside = |value: &f64| *value >= self.from * (1.0 - 1e-9) && *value <= self.to * (1.0 + 1e-9);
        (power(self.from)..=power(self.to))
            .flat_map(|power| factors.iter().map(move |factor| factor * libm::pow(10.0, f64::from(power))))
            .filter(inside)
            .collect()
    }

    fn round_values(&self, count: usize) -> Vec<f64> {
        let step = round_step((self.to - self.from) / count.max(1) as f64);
        let first = (self.from / step - 1e-9).ceil() as i64;
        let last = (self.to / step + 1e-9).floor() as i64;
        (first..=last).map(|index| index as f64 * step).collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `step`.
pub fn round_step(step: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(step)));
    let factor = step / power;
    let round = [1.0, 2.0, 5.0].into_iter().find(|&candidate| factor <= candidate + 1e-9).unwrap_or(10.0);
    round * power
}

/// `value` rounded up to a whole number of round steps, so that an axis ends on a tick.
pub fn round_up(value: f64, count: usize) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let step = round_step(value / count.max(1) as f64);
    (value / step - 1e-9).ceil() * step
}

/// A tick's text with no more digits than the distance between ticks needs.
pub fn tick_text(value: f64, step: f64) -> String {
    let decimals = if step >= 1.0 { 0 } else { libm::ceil(-libm::log10(step) - 1e-9) as usize };
    if value.abs() >= 1_000.0 {
        return crate::number::thousands(value);
    }
    format!("{value:.decimals$}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_ticks_are_round() {
        let axis = Axis::linear((0.3, 2.1), (0.0, 100.0));
        let texts: Vec<_> = axis.ticks(4).iter().map(|&tick| tick_text(tick, 0.5)).collect();
        assert_eq!(texts, ["0.5", "1.0", "1.5", "2.0"]);
        assert_eq!(round_up(41.0, 4), 60.0);
        assert_eq!(round_up(0.0, 4), 1.0);
    }

    #[test]
    fn logarithmic_axis_has_decades_and_keeps_zero_on_its_end() {
        let axis = Axis::logarithmic((1e-3, 1.0), (300.0, 0.0));
        assert_eq!(axis.ticks(7).len(), 4);
        assert!((axis.at(0.1) - 100.0).abs() < 1e-9);
        assert_eq!(axis.at(0.0), 300.0);
    }

    #[test]
    fn a_short_logarithmic_axis_has_twos_and_fives() {
        let axis = Axis::logarithmic((18.0, 320.0), (0.0, 100.0));
        assert_eq!(axis.ticks(6), [20.0, 50.0, 100.0, 200.0]);
    }

    #[test]
    fn values_outside_stay_on_the_edge() {
        let axis = Axis::linear((0.0, 10.0), (0.0, 100.0));
        assert_eq!((axis.at(-5.0), axis.at(25.0)), (0.0, 100.0));
    }
}
