/// A map from values to coordinates, with the values worth a tick.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
    logarithmic: bool,
}

impl Axis {
    /// Linear from values `from..=to` to coordinates `start..=end`.
    pub(super) fn linear((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        Self { from, to, start, end, logarithmic: false }
    }

    /// Logarithmic; both values must be positive. Smaller values lie on `from`.
    pub(super) fn logarithmic((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let to = if to > from { to } else { from * 10.0 };
        Self { from, to, start, end, logarithmic: true }
    }

    /// The coordinate of `value`, kept within the axis.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            libm::log(value.max(self.from) / self.from) / libm::log(self.to / self.from)
        } else {
            (value - self.from) / (self.to - self.from)
        };
        self.start + share.clamp(0.0, 1.0) * (self.end - self.start)
    }

    /// Round values within the axis, about `count` of them; powers of ten on a logarithmic axis.
    pub(super) fn ticks(&self, count: usize) -> Vec<f64> {
        if self.logarithmic { self.decades() } else { self.round_values(count) }
    }

    fn decades(&self) -> Vec<f64> {
        let first = libm::ceil(libm::log10(self.from) - 1e-9) as i32;
        let last = libm::floor(libm::log10(self.to) + 1e-9) as i32;
        (first..=last).map(|power| libm::pow(10.0, f64::from(power))).collect()
    }

    fn round_values(&self, count: usize) -> Vec<f64> {
        let step = round_step((self.to - self.from) / count.max(1) as f64);
        let first = (self.from / step - 1e-9).ceil() as i64;
        let last = (self.to / step + 1e-9).floor() as i64;
        (first..=last).map(|index| index as f64 * step).collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `step`.
pub(super) fn round_step(step: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(step)));
    let factor = step / power;
    let round = [1.0, 2.0, 5.0].into_iter().find(|&candidate| factor <= candidate + 1e-9).unwrap_or(10.0);
    round * power
}

/// `value` rounded up to a whole number of round steps, so that an axis ends on a tick.
pub(super) fn round_up(value: f64, count: usize) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let step = round_step(value / count.max(1) as f64);
    (value / step - 1e-9).ceil() * step
}

/// A tick's text with no more digits than the distance between ticks needs.
pub(super) fn tick_text(value: f64, step: f64) -> String {
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
        assert_eq!(axis.ticks(9).len(), 4);
        assert!((axis.at(0.1) - 100.0).abs() < 1e-9);
        assert_eq!(axis.at(0.0), 300.0);
    }

    #[test]
    fn values_outside_stay_on_the_edge() {
        let axis = Axis::linear((0.0, 10.0), (0.0, 100.0));
        assert_eq!((axis.at(-5.0), axis.at(25.0)), (0.0, 100.0));
    }
}
