use super::error::Problem;
use super::grid::Row;
use super::number;

/// Rows `t_seconds,rps` below the header, with their line numbers.
pub(super) fn parse<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Result<Vec<Row>, Problem> {
    let mut rows: Vec<Row> = Vec::new();
    for (line, text) in lines {
        let row = parse_row(text).map_err(|problem| Problem::line(line, problem))?;
        let previous = rows.last().map(|row| row.at);
        number::later(row.at, previous, "t_seconds").map_err(|problem| Problem::line(line, problem))?;
        rows.push(row);
    }
    Ok(rows)
}

fn parse_row(text: &str) -> Result<Row, String> {
    let fields: Vec<&str> = text.split(',').collect();
    let [at, rate] = fields[..] else {
        return Err(format!("{} fields, must be 2: t_seconds,rps", fields.len()));
    };
    Ok(Row { at: number::time(at, "t_seconds")?, rate_rps: number::rate(rate, "rps")? })
}
