use podpilot_core::{Span, Timestamp};

/// How late a metric is: median age of its newest sample over a number of readings, seconds; `None` without any.
pub fn metric_lag_s(readings: &[(Timestamp, Timestamp)]) -> Option<f64> {
    let mut ages: Vec<Span> = readings.iter().map(|(now, newest)| *now - *newest).collect();
    ages.sort();
    ages.get(ages.len() / 2).map(|age| age.as_seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_a_median() {
        let at = |seconds: i64| Timestamp(0) + Span::seconds(seconds);
        let readings = [(at(100), at(95)), (at(115), at(103)), (at(130), at(50))];
        assert_eq!(metric_lag_s(&readings), Some(12.0));
        assert_eq!(metric_lag_s(&[]), None);
    }
}
