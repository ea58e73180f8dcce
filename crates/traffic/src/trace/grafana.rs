use podpilot_core::Span;

use super::error::{Problem, shown};
use super::grid::Row;
use super::{date_time, number};

/// First line of an export "for Excel".
const EXCEL_LINE: &str = "sep=";

/// Whether a file's first line is that of a Grafana export.
pub(super) fn is_header(line: &str) -> bool {
    line.starts_with(EXCEL_LINE)
        || line.split([',', ';']).next().is_some_and(|column| column.trim().trim_matches('"') == "Time")
}

/// Rows of a panel export: column `Time`, then one or more columns of rates, which are summed. An empty cell has
/// no value; a row of empty cells is left out, for missing is not zero.
pub(super) fn parse(text: &str) -> Result<Vec<Row>, Problem> {
    let mut lines = numbered_records(text)?.into_iter();
    let Some((header_line, header)) = lines.next() else {
        return Err(Problem::whole("there is no header, must be `\"Time\",\"NAME\",...`"));
    };
    if header.len() < 2 || header[0] != "Time" {
        let problem =
            format!("the header is `{}`, must be `\"Time\",\"NAME\",...`", shown(&header.join(",")));
        return Err(Problem::line(header_line, problem));
    }
    let mut rows: Vec<Row> = Vec::new();
    for (line, record) in lines {
        let previous = rows.last().map(|row| row.at);
        let row = parse_row(&record, &header, previous).map_err(|problem| Problem::line(line, problem))?;
        rows.extend(row);
    }
    Ok(rows)
}

/// Records of the CSV with the line that each begins on; a quoted field may span several.
fn numbered_records(text: &str) -> Result<Vec<(usize, Vec<String>)>, Problem> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let excel = first.strip_prefix(EXCEL_LINE).map(|separator| separator.bytes().next().unwrap_or(b','));
    let separator = excel.unwrap_or(if first.contains(';') && !first.contains(',') { b';' } else { b',' });
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    let (mut line, mut counted_to) = (1, 0);
    for record in reader.records().skip(usize::from(excel.is_some())) {
        let record = record.map_err(|error| Problem::whole(error.to_string()))?;
        let start = record.position().map_or(0, |position| first_text(text, position.byte() as usize));
        line += text[counted_to..start].matches('\n').count();
        counted_to = start;
        records.push((line, record.iter().map(|field| field.trim().to_owned()).collect()));
    }
    Ok(records)
}

/// The first byte from `byte` on that ends no line: the reader's positions lie before blank lines.
fn first_text(text: &str, byte: usize) -> usize {
    byte + text[byte..].bytes().take_while(|byte| matches!(byte, b'\n' | b'\r')).count()
}

fn parse_row(record: &[String], header: &[String], previous: Option<Span>) -> Result<Option<Row>, String> {
    if record.len() != header.len() {
        return Err(format!("{} fields, must be {} as in the header", record.len(), header.len()));
    }
    let at = time(&record[0])?;
    number::later(at, previous, "Time")
        .map_err(|problem| format!("{problem} (export in UTC, or without formatted data)"))?;
    let mut sum = None;
    for (cell, column) in record[1..].iter().zip(&header[1..]).filter(|(cell, _)| !cell.is_empty()) {
        *sum.get_or_insert(0.0) += rate(cell, column)?;
    }
    Ok(sum.map(|rate_rps| Row { at, rate_rps }))
}

/// Milliseconds since the epoch, or date and time.
fn time(text: &str) -> Result<Span, String> {
    if let Ok(milliseconds) = text.parse::<f64>() {
        return number::span(milliseconds / 1_000.0, "Time");
    }
    date_time::parse(text).ok_or_else(|| {
        format!(
            "Time is `{text}`, must be milliseconds since the epoch or a date such as 2026-11-24 12:00:00"
        )
    })
}

/// A rate as a panel shows it: `12.3`, `1,234`, `1.2 K`, `1.2K req/s`, `30 req/m`.
fn rate(text: &str, column: &str) -> Result<f64, String> {
    let what = format!("`{}`", shown(column));
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+')))
        .unwrap_or(text.len());
    let end = exponent_end(text, end);
    let (digits, unit) = text.split_at(end);
    let Some(factor) = unit_factor(unit.trim()) else {
        // `NaN`, `null`, text: the number is what is wrong, unless there is one.
        if digits.is_empty() {
            return number::rate(text, &what);
        }
        return Err(format!(
            "{what} is `{}`, whose unit `{}` is not a rate of requests, must be none, req/s, req/m or the like",
            shown(text),
            shown(unit)
        ));
    };
    number::rate(&without_grouping(digits), &what).map(|value| value * factor)
}

/// Where a number ends that goes on with an exponent (`1e-7`) at `end`.
fn exponent_end(text: &str, end: usize) -> usize {
    let Some(exponent) = text[end..].strip_prefix(['e', 'E']) else { return end };
    let sign = usize::from(exponent.starts_with(['+', '-']));
    let digits = exponent[sign..].bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 { end } else { end + 1 + sign + digits }
}

/// `1,234,567.8` without its commas; other commas stay, so that the number is refused.
fn without_grouping(digits: &str) -> String {
    let whole = digits.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first_is_short =
        groups.next().is_some_and(|first| (1..=3).contains(&first.trim_start_matches('-').len()));
    if first_is_short && groups.all(|group| group.len() == 3) {
        return digits.replacen(',', "", whole.matches(',').count());
    }
    digits.to_owned()
}

/// What a unit multiplies by to give requests per second; a size prefix may come before it.
fn unit_factor(unit: &str) -> Option<f64> {
    const PREFIXES: [(&str, f64); 8] = [
        ("Mil", 1e6),
        ("Bil", 1e9),
        ("Tri", 1e12),
        ("K", 1e3),
        ("k", 1e3),
        ("M", 1e6),
        ("B", 1e9),
        ("T", 1e12),
    ];
    if let Some(factor) = rate_unit(unit) {
        return Some(factor);
    }
    PREFIXES.iter().find_map(|(prefix, size)| {
        let rest = unit.strip_prefix(prefix)?;
        rate_unit(rest.trim_start()).map(|factor| size * factor)
    })
}

fn rate_unit(unit: &str) -> Option<f64> {
    match unit {
        "" | "req/s" | "reqs/s" | "requests/s" | "requests/sec" | "rps" | "reqps" | "ops/s" | "c/s"
        | "/s" | "Hz" => Some(1.0),
        "req/m" | "req/min" | "requests/min" | "rpm" | "reqpm" | "ops/m" | "c/m" | "/min" => Some(1.0 / 60.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_panels_show_them() {
        for (text, rps) in [
            ("12.3", 12.3),
            ("0", 0.0),
            ("1e-7", 1e-7),
            ("2.5E+3", 2_500.0),
            ("1,234,567.5", 1_234_567.5),
            ("1.2 K", 1_200.0),
            ("1.20K req/s", 1_200.0),
            ("3 Mil", 3e6),
            ("4 M req/s", 4e6),
            ("12.3 req/s", 12.3),
            ("90 req/m", 1.5),
            ("7 rps", 7.0),
        ] {
            let read = rate(text, "Value").unwrap();
            assert!((read - rps).abs() <= 1e-12 * rps, "{text}: {read}");
        }
    }

    #[test]
    fn other_units_and_non_numbers_are_refused() {
        for (text, part) in [
            ("12 ms", "unit `ms`"),
            ("85%", "unit `%`"),
            ("1.2 MiB", "unit `MiB`"),
            ("NaN", "NaN"),
            ("Infinity", "infinite"),
            ("null", "not a number"),
            ("-3 req/s", "negative"),
            ("1,23", "not a number"),
            ("12,34,567", "not a number"),
        ] {
            let error = rate(text, "Value").unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
