//! The log (SPEC.md, section 22): a line on stderr for each action of a start, when `FLAVOR_LAUNCHER_LOG_LEVEL` or
//! `FLAVOR_LOG_LEVEL` asks. Without it an event costs a look at one number, and what it would say is never made.
use crate::format::json::quote;
use crate::workenv::variables::Variables;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Debug = 1,
    Info = 2,
    Warn = 3,
    Error = 4,
}

const WORDS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "off"];
const INFO: u8 = 2;
const OFF: u8 = 5;

/// Events below it are not written.
static LEAST: AtomicU8 = AtomicU8::new(OFF);
static JSON: AtomicBool = AtomicBool::new(false);

/// To be called once, before anything is done.
pub fn listen(env: &Variables) {
    let named = |name| env.get(name).filter(|value| !value.is_empty());
    if let Some(wish) = named("FLAVOR_LAUNCHER_LOG_LEVEL").or_else(|| named("FLAVOR_LOG_LEVEL")) {
        let (least, json) = parse_wish(&wish.to_string_lossy());
        LEAST.store(least, Relaxed);
        JSON.store(json, Relaxed);
    }
}

fn parse_wish(wish: &str) -> (u8, bool) {
    let wish = wish.to_lowercase();
    let json = if wish == "json" { Some("") } else { wish.strip_prefix("json:") };
    let word = json.unwrap_or(&wish);
    (WORDS.iter().position(|known| *known == word).map_or(INFO, |at| at as u8), json.is_some())
}

/// When nobody listens, nothing is lost.
pub fn say(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

pub fn is_on(level: Level) -> bool {
    level as u8 >= LEAST.load(Relaxed)
}

/// Refusals are events too, not words for people.
pub fn is_json() -> bool {
    JSON.load(Relaxed) && is_on(Level::Error)
}

pub fn event(level: Level, name: &str, tell: impl FnOnce(&mut Line)) {
    if is_on(level) {
        let mut line = Line::new(level, name, JSON.load(Relaxed));
        tell(&mut line);
        say(&line.end());
    }
}

/// What is said of one event.
pub struct Line {
    text: String,
    json: bool,
}

impl Line {
    fn new(level: Level, name: &str, json: bool) -> Line {
        let text = if json { format!("{{\"level\":\"{}\",\"event\":\"{name}\"", WORDS[level as usize]) } else { format!("flavor: {name}") };
        Line { text, json }
    }

    pub fn put(&mut self, name: &str, value: &str) {
        let plain = !value.is_empty() && !value.contains(|char: char| matches!(char, ' ' | '"') || char.is_control());
        let parts = match (self.json, plain) {
            (true, _) => [",\"", name, "\":", &quoted(value)],
            (false, true) => [" ", name, "=", value],
            (false, false) => [" ", name, "=", &quoted(value)],
        };
        self.text.extend(parts);
    }

    pub fn path(&mut self, name: &str, path: &Path) {
        self.put(name, &path.to_string_lossy());
    }

    pub fn number(&mut self, name: &str, number: u64) {
        self.put(name, &number.to_string());
    }

    fn end(mut self) -> String {
        self.text.push_str(if self.json { "}\n" } else { "\n" });
        self.text
    }
}

/// With the control characters escaped that JSON itself would let pass.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for char in quote(text).chars() {
        match char {
            '\u{7f}'..='\u{9f}' => out.push_str(&format!("\\u{:04x}", char as u32)),
            _ => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(json: bool) -> String {
        let mut line = Line::new(Level::Info, "slot", json);
        line.put("id", "app");
        line.put("action", "a \"b\"\n\u{7f}é\\");
        line.put("empty", "");
        line.number("size", 1204);
        line.end()
    }

    #[test]
    fn a_line_is_words_or_an_object_of_texts() {
        assert_eq!(line(false), "flavor: slot id=app action=\"a \\\"b\\\"\\n\\u007fé\\\\\" empty=\"\" size=1204\n");
        let json = r#"{"level":"info","event":"slot","id":"app","action":"a \"b\"\n\u007fé\\","empty":"","size":"1204"}"#;
        assert_eq!(line(true), format!("{json}\n"));
    }

    #[test]
    fn a_wish_is_a_level_in_one_of_two_forms() {
        let table = [("debug", 1, false), ("WARN", 3, false), ("json", 2, true), ("JSON:error", 4, true), ("json:", 2, true)];
        for (wish, least, json) in
            table.into_iter().chain([("jsonx", 2, false), ("yes", 2, false), ("json:off", 5, true), ("off", 5, false)])
        {
            assert_eq!(parse_wish(wish), (least, json), "{wish}");
        }
    }
}
