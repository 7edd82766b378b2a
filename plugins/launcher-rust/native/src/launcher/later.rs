//! Cleaning, beside the application: after a work environment was built, at most hourly, in a process of its own.
use super::launch::Launch;
use crate::format::number::decimal;
use crate::log::{Level, event};
use crate::sys;
use crate::trust::policy::{Directories, read_policy_file, settings};
use crate::workenv::inventory::{CleanOptions, age_of, clean_base};
use crate::workenv::places::generations_of;
use crate::workenv::variables::Variables;
use std::fs;
use std::path::Path;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// When it cannot be done now, it can wait for the next cold start.
pub fn clean_later(opened: &Launch, base: &Path) {
    let note = generations_of(base).join(".cleaned");
    if age_of(&note).is_some_and(|age| age < HOUR) || fs::write(&note, "").is_err() {
        return;
    }
    event(Level::Debug, "clean", |line| line.path("base", base));
    let mut env = opened.caller.clone();
    env.set("FLAVOR_LAUNCHER_CLI", "1");
    env.remove("FLAVOR_VALIDATION");
    let _ = sys::do_beside(&["clean", "--quietly", &opened.id], &env.0, || clean_quietly(base, &opened.id, &opened.caller));
}

/// Old versions only, idle for a day, the least recently used first, down to the budget.
pub fn clean_quietly(base: &Path, id: &str, env: &Variables) {
    let (mut idle, mut budget) = (DAY, 4_000_000_000);
    for (owner, directory) in Directories::of(env).each() {
        let text = read_policy_file(&directory.join("launcher.conf"), owner).ok().flatten().unwrap_or_default();
        for (_, key, value) in settings(&text) {
            match key {
                "cache_idle_days" => idle = days(value).unwrap_or(idle),
                "cache_budget" => budget = bytes(value).unwrap_or(budget),
                _ => {}
            }
        }
    }
    clean_base(base, &CleanOptions { budget: Some(budget), idle, keep: Some(id.to_string()), keep_newest: true });
}

/// `0`, `1.5`.
fn days(text: &str) -> Option<Duration> {
    let (days, billionths) = decimal(text)?;
    let part = Duration::from_nanos(billionths * DAY.as_secs());
    Some(Duration::from_secs(days.saturating_mul(DAY.as_secs())).saturating_add(part))
}

/// `500M`, `4G`, `123`.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim_end_matches(['b', 'B']);
    let unit = text.chars().last()?.to_ascii_uppercase();
    let power = "KMGT".find(unit).map_or(0, |at| at + 1);
    let digits = if power > 0 { text[..text.len() - 1].trim_end() } else { text };
    let (whole, billionths) = decimal(digits)?;
    let unit = 1000_u64.pow(power as u32);
    Some(whole.saturating_mul(unit).saturating_add(unit / 1000 * billionths / 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_digits_with_or_without_a_fraction() {
        assert_eq!(days("0"), Some(Duration::ZERO));
        assert_eq!(days("7"), Some(7 * DAY));
        assert_eq!(days("0.5"), Some(DAY / 2));
        assert!(days(&"9".repeat(40)) > Some(1_000_000 * DAY));
        for none in ["", "-1", "+1", "1e3", "inf", "nan", ".5", "5.", "1.2.3", "one", "1 day"] {
            assert_eq!(days(none), None, "{none}");
        }
    }

    #[test]
    fn a_budget_is_bytes_in_powers_of_a_thousand() {
        let table = [("123", 123), ("500M", 500_000_000), ("4G", 4_000_000_000), ("1.5k", 1500), ("2 TB", 2_000_000_000_000), ("0", 0)];
        for (text, wanted) in table.into_iter().chain([("0.000001k", 0), ("0.25T", 250_000_000_000)]) {
            assert_eq!(bytes(text), Some(wanted), "{text}");
        }
        for none in ["", "G", "-1G", "1e3", "4 gigabytes", "inf"] {
            assert_eq!(bytes(none), None, "{none}");
        }
    }
}
