//! Cleaning, beside the application: after a work environment was built, at most hourly, in a process of its own.
use super::launch::Launch;
use crate::sys;
use crate::workenv::inventory::{CleanOptions, age_of, clean_base};
use crate::workenv::places::generations_of;
use crate::workenv::variables::Variables;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: f64 = 24.0 * 3600.0;

/// When it cannot be done now, it can wait for the next cold start.
pub fn clean_later(opened: &Launch, base: &Path) {
    let note = generations_of(base).join(".cleaned");
    if age_of(&note).is_some_and(|age| age < HOUR) || fs::write(&note, "").is_err() {
        return;
    }
    let mut env = opened.caller.clone();
    env.set("FLAVOR_LAUNCHER_CLI", "1");
    env.remove("FLAVOR_VALIDATION");
    let _ = sys::do_beside(&["clean", "--quietly", &opened.id], &env.0, || clean_quietly(base, &opened.id, &opened.caller));
}

/// Old versions only, idle for a day, the least recently used first, down to the budget.
pub fn clean_quietly(base: &Path, id: &str, env: &Variables) {
    let settings = read_settings(env);
    let days = settings.get("cache_idle_days").and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    let idle = Duration::try_from_secs_f64(days * DAY).unwrap_or(Duration::MAX);
    let budget = settings.get("cache_budget").and_then(|text| bytes(text)).unwrap_or(4_000_000_000);
    clean_base(base, &CleanOptions { budget: Some(budget), idle, keep: Some(id.to_string()), keep_newest: true });
}

/// `key = value` lines of the system's `launcher.conf`, then the user's.
pub fn read_settings(env: &Variables) -> BTreeMap<String, String> {
    let directories = [sys::system_settings, sys::user_settings].map(|place| place(&|name| env.absolute(name)));
    let mut settings = BTreeMap::new();
    for text in directories.into_iter().flatten().filter_map(|path| fs::read_to_string(path.join("launcher.conf")).ok()) {
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            let key = key.trim();
            if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                settings.insert(key.to_string(), value.trim().to_string());
            }
        }
    }
    settings
}

/// `500M`, `4G`, `123`.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim_end_matches(['b', 'B']);
    let unit = text.chars().last()?.to_ascii_uppercase();
    let power = "KMGT".find(unit).map_or(0, |at| at + 1);
    let digits = if power > 0 { text[..text.len() - 1].trim_end() } else { text };
    let number = digits.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)?;
    Some((number * 1000_f64.powi(power as i32)) as u64)
}
