use podpilot_core::Span;

use super::error::Problem;
use crate::LoadSeries;

/// A recorded rate from an instant on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    pub(super) at: Span,
    pub(super) rate_rps: f64,
}

/// For how long a row's rate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Until the next row, however far away.
    UntilNext,
    /// Until the next row if that is at most this far away (or as far as rows usually are); else for one usual
    /// spacing, and what follows is a gap.
    UpTo(Span),
}

const FINEST_STEP: Span = Span::seconds(1);
/// 640 MB of rates, or over two years of seconds.
const MOST_STEPS: i64 = 80_000_000;

/// Puts rows, in order of time, on the widest uniform grid that all of them lie on, at least one second wide
/// (rows within a second are averaged over it). Rates are held, never interpolated: a straight line between two
/// rows would show a forecaster the later one. The last row is held for the usual spacing.
pub(super) fn on_grid(rows: &[Row], held: Held) -> Result<LoadSeries, Problem> {
    let spacing = usual_spacing(rows)?;
    let end = rows[rows.len() - 1].at + spacing;
    let ends = rows.iter().skip(1).map(|row| row.at).chain([end]);
    let mut gaps = Vec::new();
    let stretches: Vec<(Row, Span)> = rows
        .iter()
        .zip(ends)
        .map(|(row, next)| match held {
            Held::UpTo(most) if next - row.at > most.max(spacing) => {
                gaps.push((row.at + spacing, next));
                (*row, row.at + spacing)
            }
            _ => (*row, next),
        })
        .collect();
    fill(&stretches, end)?.without(&gaps).map_err(Problem::from)
}

/// The median time between rows.
fn usual_spacing(rows: &[Row]) -> Result<Span, Problem> {
    let mut spacings: Vec<Span> = rows.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    spacings.sort_unstable();
    spacings.get(spacings.len() / 2).copied().ok_or_else(|| {
        let seen = if rows.is_empty() { "are no samples" } else { "is one sample" };
        Problem::whole(format!("there {seen}, must be at least two"))
    })
}

fn fill(stretches: &[(Row, Span)], end: Span) -> Result<LoadSeries, Problem> {
    let start = stretches[0].0.at;
    let step = widest_step(stretches, start);
    let length = end - start;
    let steps = checked_steps(length / step + i64::from(length.0 % step.0 != 0), step)?;
    let mut rates = vec![0.0; steps];
    for (row, until) in stretches {
        spread(&mut rates, row.rate_rps, row.at - start, *until - start, step);
    }
    Ok(LoadSeries::recorded_from(start, step, rates)?)
}

fn widest_step(stretches: &[(Row, Span)], start: Span) -> Span {
    let edges = stretches.iter().flat_map(|(row, until)| [row.at - start, *until - start]);
    let common = edges.fold(0, |common, edge| greatest_common_divisor(edge.0, common));
    if common % FINEST_STEP.0 == 0 { Span(common) } else { FINEST_STEP }
}

fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Adds `rate` between two offsets, each step by the share of it that is covered.
fn spread(rates: &mut [f64], rate: f64, from: Span, until: Span, step: Span) {
    let first = (from / step) as usize;
    for (index, sum) in rates.iter_mut().enumerate().skip(first) {
        let start = step * index as i64;
        if start >= until {
            break;
        }
        let covered = until.min(start + step) - from.max(start);
        *sum += rate * (covered.0 as f64 / step.0 as f64);
    }
}

/// Refuses grids that would not fit in memory.
pub(super) fn checked_steps(steps: i64, step: Span) -> Result<usize, Problem> {
    if (0..=MOST_STEPS).contains(&steps) {
        return Ok(steps as usize);
    }
    Err(Problem::whole(format!(
        "the recording needs {steps} steps of {step}, must be at most {MOST_STEPS}: cut it or record it on a coarser grid"
    )))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(pairs: &[(i64, f64)]) -> Vec<Row> {
        pairs.iter().map(|(at, rate_rps)| Row { at: Span::milliseconds(*at), rate_rps: *rate_rps }).collect()
    }

    #[test]
    fn uneven_rows_are_held_on_their_common_step() {
        let series = on_grid(&rows(&[(0, 1.0), (300_000, 2.0), (900_000, 3.0)]), Held::UntilNext).unwrap();
        assert_eq!(series.step(), Span::minutes(5));
        // Spacings are 300 s and 600 s; the upper median holds the last row.
        assert_eq!(series.rates_rps(), [1.0, 2.0, 2.0, 3.0, 3.0]);
    }

    #[test]
    fn rows_within_a_second_are_averaged_over_it() {
        let series = on_grid(&rows(&[(0, 1.0), (500, 3.0), (1_000, 5.0)]), Held::UntilNext).unwrap();
        assert_eq!(series.step(), Span::seconds(1));
        assert_eq!(series.rates_rps()[0], 2.0);
    }

    #[test]
    fn a_long_hole_in_samples_is_cut_and_a_short_one_is_held() {
        let samples = rows(&[(0, 1.0), (60_000, 2.0), (240_000, 3.0), (300_000, 4.0), (900_000, 5.0)]);
        let series = on_grid(&samples[..4], Held::UpTo(Span::minutes(5))).unwrap();
        assert_eq!(series.rates_rps()[..4], [1.0, 2.0, 2.0, 2.0]);
        let mut samples = samples;
        samples.push(Row { at: Span::minutes(16), rate_rps: 6.0 });
        samples.push(Row { at: Span::minutes(17), rate_rps: 7.0 });
        let series = on_grid(&samples, Held::UpTo(Span::minutes(5))).unwrap();
        assert_eq!(series.rates_rps(), [1.0, 2.0, 2.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        assert_eq!(series.discontinuities().collect::<Vec<_>>(), [Span::minutes(6)]);
    }

    #[test]
    fn a_grid_that_would_fill_the_memory_is_refused() {
        let error = on_grid(&rows(&[(0, 1.0), (1_000, 1.0), (1_000_000_000_000, 1.0)]), Held::UntilNext);
        let Err(Problem::Whole(problem)) = error else { panic!("{error:?}") };
        assert!(problem.contains("must be at most 80000000"), "{problem}");
    }

    proptest! {
        #[test]
        fn requests_are_neither_made_nor_lost(
            gaps_ms in proptest::collection::vec(1_i64..5_000, 2..40),
            rates in proptest::collection::vec(0.0..1_000.0, 40),
        ) {
            let mut at = 0;
            let rows: Vec<Row> = gaps_ms.iter().zip(&rates).map(|(gap, rate)| {
                let row = Row { at: Span::milliseconds(at), rate_rps: *rate };
                at += gap;
                row
            }).collect();
            let spacing = usual_spacing(&rows).unwrap();
            let series = on_grid(&rows, Held::UntilNext).unwrap();
            let last = rows.len() - 1;
            let recorded: f64 = rows.windows(2).map(|w| w[0].rate_rps * (w[1].at - w[0].at).as_seconds()).sum::<f64>()
                + rows[last].rate_rps * spacing.as_seconds();
            let on_the_grid: f64 = series.rates_rps().iter().sum::<f64>() * series.step().as_seconds();
            prop_assert!((recorded - on_the_grid).abs() < 1e-6 * (1.0 + recorded), "{} {}", recorded, on_the_grid);
        }

        #[test]
        fn a_step_never_shows_a_later_row(
            gaps_s in proptest::collection::vec(1_i64..600, 3..30),
            changed in 1_usize..30,
        ) {
            let mut at = 0;
            let rows: Vec<Row> = gaps_s.iter().enumerate().map(|(index, gap)| {
                let row = Row { at: Span::seconds(at), rate_rps: index as f64 };
                at += gap;
                row
            }).collect();
            let changed = changed.min(rows.len() - 1);
            let mut other = rows.clone();
            other[changed].rate_rps += 100.0;
            let (one, two) = (on_grid(&rows, Held::UntilNext).unwrap(), on_grid(&other, Held::UntilNext).unwrap());
            let before = rows[changed].at / one.step();
            prop_assert_eq!(&one.rates_rps()[..before as usize], &two.rates_rps()[..before as usize]);
            prop_assert!(one != two);
        }
    }
}
