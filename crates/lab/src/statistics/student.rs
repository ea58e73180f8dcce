use super::incomplete_beta::regularised_incomplete_beta;

/// Two-sided p-value of a t statistic with `degrees` of freedom (not necessarily whole).
pub fn student_two_sided_p(t: f64, degrees: f64) -> f64 {
    regularised_incomplete_beta(degrees / 2.0, 0.5, degrees / (degrees + t * t))
}

/// The positive t at which a two-sided test with `degrees` of freedom has the p-value `two_sided`.
pub fn student_quantile(two_sided: f64, degrees: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1e6);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if student_two_sided_p(middle, degrees) > two_sided { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::fixture::{Fixture, close};

    #[test]
    fn scipy_agrees() {
        let fixture = Fixture::read();
        assert!(!fixture.student.is_empty());
        for [t, degrees, p] in fixture.student {
            assert!(close(student_two_sided_p(t, degrees), p), "p of t = {t} with {degrees}");
            assert!(
                (student_quantile(p, degrees) - t).abs() < 1e-9 * t.max(1.0),
                "t of p = {p} with {degrees}"
            );
        }
    }
}
