//! Text into HTML: escaping, and as much of Markdown as the descriptions use.

/// Text as it may stand in HTML, attributes included.
pub(in crate::api) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// A line: what stands between backticks is code.
pub(super) fn inline(text: &str) -> String {
    text.split('`')
        .enumerate()
        .map(|(at, part)| match at % 2 {
            0 => escaped(part),
            _ => format!("<code>{}</code>", escaped(part)),
        })
        .collect()
}

/// Paragraphs, `## headings` and lists.
pub(super) fn blocks(text: &str) -> String {
    text.split("\n\n")
        .filter(|block| !block.trim().is_empty())
        .map(block)
        .collect()
}

fn block(block: &str) -> String {
    if let Some(heading) = block.strip_prefix("## ") {
        return format!("<h3>{}</h3>\n", inline(heading));
    }
    let kind = match block.get(..2) {
        Some("- ") => "ul",
        Some("1.") => "ol",
        _ => return format!("<p>{}</p>\n", inline(&block.replace('\n', " "))),
    };
    let mut items: Vec<String> = Vec::new();
    for line in block.lines() {
        let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let begun = line.strip_prefix("- ").or_else(|| digits.strip_prefix(". "));
        match (begun, items.last_mut()) {
            (Some(text), _) => items.push(text.to_owned()),
            (None, Some(item)) => *item = format!("{item} {}", line.trim()),
            (None, None) => items.push(line.to_owned()),
        }
    }
    let items: String = items
        .iter()
        .map(|item| format!("<li>{}</li>", inline(item)))
        .collect();
    format!("<{kind}>{items}</{kind}>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_description_becomes_markup_of_its_own() {
        assert_eq!(
            inline("a <b> & `<c>`"),
            "a &lt;b&gt; &amp; <code>&lt;c&gt;</code>"
        );
    }

    #[test]
    fn lists_keep_their_continued_lines() {
        let list = blocks("- one\n  more\n- two");
        assert_eq!(list, "<ul><li>one more</li><li>two</li></ul>\n");
        assert_eq!(blocks("1. one\n2. two"), "<ol><li>one</li><li>two</li></ol>\n");
    }
}
