//! A plot in letters, for terminals.

use std::fmt::Write as _;

const COLUMNS: usize = 72;
const ROWS: usize = 16;

/// One for each series, in order; where series meet, the last is seen.
const MARKS: [char; 8] = ['•', '×', '+', 'o', '*', '#', '=', '~'];

/// Draws named series of steps and values, all finite.
pub(crate) fn text_plot(title: &str, series: &[(String, &[(u64, f64)])]) -> String {
    let points = || series.iter().flat_map(|(_, points)| points.iter());
    let last = points().map(|(step, _)| *step).max().unwrap_or(1).max(1);
    let low = points().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let high = points().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    let height = if high > low { high - low } else { 1.0 };
    let mut cells = vec![[' '; COLUMNS]; ROWS];
    for (index, (_, points)) in series.iter().enumerate() {
        for (step, value) in *points {
            let column = (*step as f64 / last as f64 * (COLUMNS - 1) as f64).round() as usize;
            let row = ((high - value) / height * (ROWS - 1) as f64).round() as usize;
            cells[row.min(ROWS - 1)][column.min(COLUMNS - 1)] = MARKS[index % MARKS.len()];
        }
    }
    let mut text = format!("{title}\n");
    for (row, line) in cells.iter().enumerate() {
        let label = match row {
            0 => format!("{high:.4}"),
            row if row == ROWS - 1 => format!("{low:.4}"),
            _ => String::new(),
        };
        let line: String = line.iter().collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{label:>12} │{}", line.trim_end());
    }
    let _ = writeln!(text, "{:>12} └{}", "", "─".repeat(COLUMNS));
    let _ = writeln!(text, "{:>12}  0{:>width$}", "", format!("{last} steps"), width = COLUMNS - 1);
    for (index, (name, _)) in series.iter().enumerate() {
        let _ = writeln!(text, "{:>12}  {} {name}", "", MARKS[index % MARKS.len()]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_runs_from_corner_to_corner() {
        let points: Vec<(u64, f64)> = (0..=100).map(|step| (step * 10, step as f64)).collect();
        let text = text_plot("rise", &[("a".to_owned(), &points)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "rise");
        assert!(lines[1].trim_start().starts_with("100.0000") && lines[1].ends_with('•'), "{text}");
        assert!(lines[ROWS].contains("0.0000 │•"), "{text}");
        assert!(text.ends_with("• a\n"), "{text}");
    }

    #[test]
    fn equal_values_are_one_row() {
        let text = text_plot("flat", &[("a".to_owned(), &[(1, 2.0), (9, 2.0)])]);
        assert_eq!(text.matches('•').count(), 3, "two points and the legend: {text}");
    }
}
