//! Windows.
mod files;
mod process;
use super::Doubt;
pub use files::*;
pub use process::*;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// Between the directories of a PATH.
pub const PATH_SEPARATOR: &str = ";";

/// Gives the value of a variable that holds an absolute path.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<PathBuf>;

/// Where work environments may lie, the preferred first. A caller may have cleared its environment.
pub const CACHE_PLACES: [fn(Lookup) -> Option<PathBuf>; 2] = [
    |get| Some(get("LOCALAPPDATA")?.join("flavor")),
    |get| std::env::home_dir().filter(|_| get("LOCALAPPDATA").is_none()).map(|home| home.join(r"AppData\Local\flavor")),
];

/// Where the data of applications may lie.
pub const DATA_PLACES: [fn(Lookup) -> Option<PathBuf>; 3] =
    [|get| Some(get("XDG_DATA_HOME")?.join("flavor")), CACHE_PLACES[0], CACHE_PLACES[1]];

pub fn system_settings(get: Lookup) -> PathBuf {
    get("ProgramData").unwrap_or_else(|| PathBuf::from(r"C:\ProgramData")).join("flavor")
}

pub fn user_settings(get: Lookup) -> Option<PathBuf> {
    Some(get("APPDATA")?.join("flavor"))
}

pub fn base_problem(_: &Path) -> io::Result<Option<&'static str>> {
    Ok(None)
}

/// What lies below a user's profile is that user's alone by what it inherits.
pub fn doubt_about(_: &Path, _: &Metadata) -> Option<Doubt> {
    None
}

pub fn is_own(_: &Metadata) -> bool {
    true
}

/// Does the program's word say where it is?
pub fn is_slash(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}

/// Files that may be meant by the name of a program: of the endings that the user wants tried, those that can be started.
pub fn spellings(path: PathBuf, suffixes: Option<&OsStr>) -> Vec<PathBuf> {
    const STARTED: [&str; 4] = [".com", ".exe", ".bat", ".cmd"];
    let wanted = suffixes.unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let mut endings: Vec<&str> = wanted.split(';').filter(|ending| STARTED.contains(ending)).collect();
    if endings.is_empty() {
        endings.extend(STARTED);
    }
    let with = |ending: &str| {
        let mut longer = path.clone().into_os_string();
        longer.push(ending);
        PathBuf::from(longer)
    };
    let mut found: Vec<PathBuf> = endings.into_iter().map(with).collect();
    found.insert(if path.extension().is_some() { 0 } else { found.len() }, path);
    found
}

/// A path of the work environment, on the disk.
pub fn below(root: &Path, path: &str) -> PathBuf {
    if path.is_empty() { root.to_path_buf() } else { root.join(path.replace('/', r"\")) }
}

/// Can a file of a package have this name, and no other file be reached by it? Windows drops dots and spaces at the end of a
/// name, does not tell cases apart, reads some characters and names as something else, and knows files by a second, short name.
pub fn is_plain_name(name: &str) -> bool {
    let special = |char: char| char < ' ' || r#"\:*?"<>|"#.contains(char);
    let lower = name.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or_default().trim_end();
    let numbered = |device: &str| stem.strip_prefix(device).is_some_and(|rest| rest.chars().count() == 1);
    let device = matches!(stem, "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") || numbered("com") || numbered("lpt");
    let own = (lower == ".flavor" && name != lower) || lower.starts_with("flavor~");
    !name.contains(special) && !name.ends_with(['.', ' ']) && !device && !own
}
