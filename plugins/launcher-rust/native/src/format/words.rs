//! A command line cut into words as a POSIX shell would, without doing anything else that a shell does (SPEC.md, 17).

/// The quote that is not closed, where one is not.
pub fn split_words(line: &str) -> std::result::Result<Vec<String>, char> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (Some('\''), '\'') => quote = None,
            (Some('\''), kept) => word.get_or_insert_default().push(kept),
            (_, '\\') if chars.peek().is_some() => word.get_or_insert_default().extend(chars.next()),
            (Some(open), closing) if open == closing => quote = None,
            (None, '\'' | '"') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t' | '\r' | '\n') => words.extend(word.take()),
            (_, kept) => word.get_or_insert_default().push(kept),
        }
    }
    words.extend(word);
    quote.map_or(Ok(words), Err)
}
