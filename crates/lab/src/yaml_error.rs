//! What is wrong with a YAML file, as one line that names the line and the field.

/// The first line of the parser's message, with the field and its value where the parser tells only their place.
pub(crate) fn describe(error: &serde_saphyr::Error, text: &str) -> String {
    if text.trim().is_empty() {
        return "the file is empty".to_owned();
    }
    let message = error.to_string();
    let message = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
    // The library's own settings are nothing that a user could change.
    let message = message.split(", set DuplicateKeyPolicy").next().unwrap_or(message);
    let Some((place, problem)) = message.split_once(": ") else { return message.to_owned() };
    match wanted(problem).zip(entry_at(place, text)) {
        Some((wanted, (field, value))) => format!("{place}: {field} is `{value}`, must be {wanted}"),
        None => message.to_owned(),
    }
}

/// What would be right, for messages that name neither field nor value.
fn wanted(problem: &str) -> Option<&'static str> {
    let kind = problem.strip_prefix("invalid ")?;
    match kind {
        "floating point" | "f32" | "f64" => Some("a number"),
        "u8" | "u16" | "u32" | "u64" | "usize" => Some("a whole number of at least 0"),
        "i8" | "i16" | "i32" | "i64" | "isize" => Some("a whole number"),
        "boolean" | "bool" => Some("true or false"),
        _ => None,
    }
}

/// Key and value at `line L column C`, if the value follows its key on the same line.
fn entry_at<'a>(place: &str, text: &'a str) -> Option<(&'a str, &'a str)> {
    let (line, column) = place.strip_prefix("line ")?.split_once(" column ")?;
    let line = text.lines().nth(line.parse::<usize>().ok()?.checked_sub(1)?)?;
    let column = column.parse::<usize>().ok()?.checked_sub(1)?;
    let at = line.char_indices().nth(column)?.0;
    let before = line[..at].trim_end().strip_suffix(':')?;
    let key = before.rsplit([' ', '{', ',', '-']).next().filter(|key| !key.is_empty())?;
    let value = line[at..].split([',', '}', ']', '#']).next().unwrap_or_default().trim();
    Some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by the parser")]
    struct Pod {
        limit_m: u32,
        startup_s: f64,
    }

    fn told(text: &str) -> String {
        describe(&serde_saphyr::from_str::<Pod>(text).unwrap_err(), text)
    }

    #[test]
    fn values_of_the_wrong_kind_are_named_with_their_field() {
        assert_eq!(
            told("{limit_m: -1, startup_s: 2}"),
            "line 1 column 11: limit_m is `-1`, must be a whole number of at least 0"
        );
        assert_eq!(
            told("limit_m: 1\nstartup_s: soon # x\n"),
            "line 2 column 12: startup_s is `soon`, must be a number"
        );
    }

    #[test]
    fn unknown_missing_and_doubled_fields_are_named() {
        assert!(
            told("limit: 1\n").starts_with("line 1 column 1: unknown field `limit`"),
            "{}",
            told("limit: 1\n")
        );
        assert!(told("limit_m: 1\n").contains("startup_s"), "{}", told("limit_m: 1\n"));
        assert_eq!(told("limit_m: 1\nlimit_m: 2\n"), "line 2 column 1: duplicate mapping key: limit_m");
    }

    #[test]
    fn an_empty_file_is_called_so() {
        assert_eq!(told(""), "the file is empty");
    }
}
