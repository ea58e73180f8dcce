use std::fmt::{Arguments, Write};

/// A piece of a page under construction.
#[derive(Debug, Default)]
pub(super) struct Html {
    text: String,
}

impl Html {
    /// Appends what `format_args!` made; texts from outside must have gone through [`escape`].
    pub(super) fn add(&mut self, arguments: Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.text.write_fmt(arguments);
    }

    /// Appends a fixed text.
    pub(super) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// `text` with the characters that mean something in HTML made harmless.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// [`escape`] for a sentence: names such as `hpa-80` and numbers with their unit stay on one line.
pub(super) fn escape_sentence(text: &str) -> String {
    let escaped = escape(text).replace(" %", "&nbsp;%");
    let keep_whole = |word: &str| {
        if word.contains('-') { format!(r#"<span class="whole">{word}</span>"#) } else { word.to_owned() }
    };
    escaped.split(' ').map(keep_whole).collect::<Vec<_>>().join(" ")
}

/// JSON that is safe inside a `script` element: no text in it can end the element.
pub(super) fn inline_json(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_units_stay_on_one_line() {
        assert_eq!(
            escape_sentence("hpa-80 costs 5 % more"),
            r#"<span class="whole">hpa-80</span> costs 5&nbsp;% more"#
        );
    }

    #[test]
    fn names_cannot_break_out_of_the_page() {
        assert_eq!(escape(r#"<a b="c">'&"#), "&lt;a b=&quot;c&quot;&gt;&#39;&amp;");
        let json = inline_json(&serde_json::json!({"name": "</script><b>"}));
        assert!(!json.contains("</script"), "{json}");
        let back: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(back["name"], "</script><b>");
    }
}
