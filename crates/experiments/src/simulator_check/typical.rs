//! What many predictions say together: the median at each instant.

use super::comparison::Course;

/// The course of medians. Chance moves a single run (a proposal of 5.02 replicas becomes 6 and stays for a window), so one
/// run of the simulator says as little about another as one real run does; their median is the prediction.
pub(crate) fn median_course(courses: &[Course]) -> Course {
    let seconds = |values: fn(&Course) -> &Vec<f64>| -> Vec<f64> {
        let length = courses.iter().map(|course| values(course).len()).min().unwrap_or(0);
        (0..length).map(|second| median(courses.iter().map(|course| values(course)[second]))).collect()
    };
    let minutes = courses.iter().map(|course| course.minute_p95_ms.len()).min().unwrap_or(0);
    let p95_ms = |minute: usize| {
        let known: Vec<f64> = courses.iter().filter_map(|course| course.minute_p95_ms[minute]).collect();
        (!known.is_empty()).then(|| median(known.into_iter()))
    };
    let count = |value: fn(&Course) -> u64| median(courses.iter().map(|course| value(course) as f64)) as u64;
    Course {
        replicas: seconds(|course| &course.replicas),
        serving: seconds(|course| &course.serving),
        sent: Vec::new(),
        requests: seconds(|course| &course.requests),
        slow: seconds(|course| &course.slow),
        minute_p95_ms: (0..minutes).map(p95_ms).collect(),
        bad_minutes: count(|course| course.bad_minutes),
        minutes: count(|course| course.minutes),
    }
}

/// The lower median, so that a count stays a count; 0 of nothing.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_instant_has_its_own_median() {
        let course = |replicas: Vec<f64>, bad_minutes, p95| Course {
            replicas,
            bad_minutes,
            minute_p95_ms: vec![p95],
            ..Course::default()
        };
        let courses = [
            course(vec![1.0, 9.0, 3.0], 0, None),
            course(vec![2.0, 2.0, 3.0], 2, Some(80.0)),
            course(vec![3.0, 2.0, 4.0], 7, Some(120.0)),
        ];
        let typical = median_course(&courses);
        assert_eq!(typical.replicas, [2.0, 2.0, 3.0]);
        assert_eq!((typical.bad_minutes, typical.minute_p95_ms), (2, vec![Some(80.0)]));
        assert_eq!(median_course(&[]).replicas, [0.0; 0]);
    }
}
