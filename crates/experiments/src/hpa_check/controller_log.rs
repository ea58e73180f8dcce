//! Reads the log of kube-controller-manager in klog's text format.

use crate::clock;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// When it was logged, seconds since the Unix epoch.
    pub(crate) at_unix_s: f64,
    /// Source file that logged it, such as `horizontal.go`.
    pub(crate) source: String,
    /// The message.
    pub(crate) message: String,
    /// The rest: `key=value` pairs. Values with line breaks are put back together.
    pub(crate) fields: Vec<(String, String)>,
}

impl Entry {
    /// The value of a key.
    pub(crate) fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Parses a whole log. `year` completes the time stamps, which have none; time stamps are in UTC. What is no structured
/// entry is skipped.
pub(crate) fn parse(text: &str, year: i32) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((at_unix_s, source, rest)) = parse_header(line, year) else { continue };
        let Some((message, mut rest)) = quoted(rest) else { continue };
        let mut fields = Vec::new();
        while let Some((key, value)) = rest.trim_start().split_once('=') {
            if value == "<" {
                fields.push((key.to_owned(), block(&mut lines)));
                break;
            }
            let (value, after) = quoted(value).unwrap_or_else(|| bare(value));
            fields.push((key.to_owned(), value));
            rest = after;
        }
        entries.push(Entry { at_unix_s, source, message, fields });
    }
    entries
}

/// `I1124 14:30:00.123456    4711 request.go:1302] rest`
fn parse_header(line: &str, year: i32) -> Option<(f64, String, &str)> {
    let severity = line.chars().next().filter(|first| matches!(first, 'I' | 'W' | 'E' | 'F'))?;
    let (header, rest) = line.split_once("] ")?;
    let mut words = header.strip_prefix(severity)?.split_whitespace();
    let (date, time) = (words.next().filter(|date| date.len() == 4)?, words.next()?);
    let stamp = format!("{year}-{}-{}T{time}Z", &date[..2], &date[2..]);
    let source = words.last()?.split(':').next()?.to_owned();
    Some((clock::parse_rfc3339_s(&stamp)?, source, rest))
}

/// A Go string literal at the start of `text`, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inner.char_indices().find_map(|(index, letter)| {
        let closes = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        closes.then_some(index)
    })?;
    Some((unescape(&inner[..end]), &inner[end + 1..]))
}

/// A value without quotation marks. Braces and brackets may hold blanks.
fn bare(text: &str) -> (String, &str) {
    let mut depth = 0_i32;
    let end = text.char_indices().find_map(|(index, letter)| {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ' ' if depth <= 0 => return Some(index),
            _ => {}
        }
        None
    });
    let end = end.unwrap_or(text.len());
    (text[..end].to_owned(), &text[end..])
}

fn unescape(literal: &str) -> String {
    let mut plain = String::with_capacity(literal.len());
    let mut letters = literal.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some(kind @ ('x' | 'u' | 'U')) => {
                let digits = match kind {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let code: String = letters.by_ref().take(digits).collect();
                plain.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

/// Lines indented by a tab up to the line ` >`.
fn block<'a>(lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> String {
    let mut text = String::new();
    while let Some(line) = lines.next_if(|line| line.starts_with('\t')) {
        text.push_str(&line[1..]);
        text.push('\n');
    }
    lines.next_if(|line| line.trim() == ">");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_every_form_are_read() {
        let log = concat!(
            "I1124 15:02:31.000250    4711 horizontal.go:958] \"Proposing desired replicas\" desiredReplicas=3 metric=\"cpu resource utilization (percentage of request)\" tolerances={\"scaleDown\": 0.1, \"scaleUp\": 0.1} timestamp=\"2026-11-24 15:02:19 +0000 UTC\" scaleTarget=\"Deployment/demo/web\"\n",
            "I1124 15:02:31.500000    4711 request.go:1302] \"Response Body\" body=<\n",
            "\t{\"kind\":\"Scale\"}\n",
            " >\n",
            "not an entry\n",
            "I1124 15:02:32.000000    4711 request.go:1302] \"Request Body\" body=\"{\\\"kind\\\":\\\"Scale\\\"}\"\n",
        );
        let entries = parse(log, 2026);
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[0].source, "horizontal.go");
        assert!((entries[0].at_unix_s - 1_795_532_551.000_25).abs() < 1e-5, "{}", entries[0].at_unix_s);
        assert_eq!(entries[0].field("desiredReplicas"), Some("3"));
        assert_eq!(entries[0].field("metric"), Some("cpu resource utilization (percentage of request)"));
        assert_eq!(entries[0].field("scaleTarget"), Some("Deployment/demo/web"));
        assert_eq!(entries[1].field("body"), Some("{\"kind\":\"Scale\"}\n"));
        assert_eq!(entries[2].field("body"), Some("{\"kind\":\"Scale\"}"));
    }
}
