//! What the launcher says, all of it on stderr: nothing on a normal start, one message and its hints when it must stop, and
//! more when `FLAVOR_LAUNCHER_LOG_LEVEL` or `FLAVOR_LOG_LEVEL` asks.
use crate::codes::Code;
use crate::errors::PackageError;
use crate::workenv::variables::Variables;
use std::io::Write;
use std::path::Path;

const LEVELS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "off"];
const INFO: usize = 2;

/// When nobody listens, nothing is lost.
pub fn say(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

pub fn log(env: &Variables, level: &str, message: impl FnOnce() -> String) {
    let Some(wanted) = env.get("FLAVOR_LAUNCHER_LOG_LEVEL").or_else(|| env.get("FLAVOR_LOG_LEVEL")) else { return };
    let wanted = wanted.to_string_lossy().to_lowercase();
    let word = wanted.strip_prefix("json").map_or(wanted.as_str(), |rest| rest.trim_start_matches(':'));
    let rank = |word: &str| LEVELS.iter().position(|level| *level == word).unwrap_or(INFO);
    if rank(level) >= rank(word) {
        say(&format!("flavor: {}\n", message()));
    }
}

/// Says what went wrong and gives the exit code.
pub fn explain(error: &PackageError, path: &Path) -> i32 {
    let hint = error.hint.as_deref().or(hint_for(error.code)).map_or(String::new(), |hint| format!("  {hint}\n"));
    say(&format!("{}: {} ({})\n{hint}", path.display(), error.message, error.code.name()));
    error.code.exit()
}

fn hint_for(code: Code) -> Option<&'static str> {
    match code {
        Code::BaseDirectory => Some("set FLAVOR_CACHE to a directory of yours that can be written to"),
        Code::DiskFull => Some("free some space, or set FLAVOR_CACHE to a directory on another disk"),
        Code::LauncherUsage => Some("FLAVOR_LAUNCHER_CLI=1 with the command `help` lists what there is"),
        Code::IndexChecksum
        | Code::LauncherChecksum
        | Code::MetadataChecksum
        | Code::NotAPackage
        | Code::PackageSize
        | Code::Padding
        | Code::Signature
        | Code::SlotChecksum => Some("get the file again from where it came"),
        _ => None,
    }
}
