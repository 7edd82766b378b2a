//! The one message, and its hint, of a launcher that must stop.
use crate::codes::Code;
use crate::errors::PackageError;
use crate::log::{Level, event, is_json, say};
use std::path::Path;

/// Says what went wrong and gives the exit code.
pub fn explain(error: &PackageError, path: &Path) -> i32 {
    let hint = error.hint.as_deref().or(hint_for(error.code));
    if is_json() {
        event(Level::Error, "failed", |line| {
            line.put("error", error.code.name());
            line.put("message", &error.message);
            line.number("exit", error.code.exit() as u64);
            hint.into_iter().for_each(|hint| line.put("hint", hint));
        });
    } else {
        let hint = hint.map_or(String::new(), |hint| format!("  {hint}\n"));
        say(&format!("{}: {} ({})\n{hint}", path.display(), error.message, error.code.name()));
    }
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
