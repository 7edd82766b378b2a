//! The files that decide about trust, and how they are read. A file that is not there says nothing; one that cannot be read,
//! understood or relied on stops the start (EFLAVOR_POLICY), because a rule that was meant to hold must not be passed over.
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail, reason};
use crate::sys::{self, Doubt};
use crate::workenv::variables::Variables;
use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

const LARGEST_FILE: u64 = 1024 * 1024;
const SPACE: [char; 2] = [' ', '\t'];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    System,
    User,
}

/// Where the files are.
pub struct Directories {
    pub system: PathBuf,
    /// None for a user without a home.
    pub user: Option<PathBuf>,
}

impl Directories {
    pub fn of(env: &Variables) -> Directories {
        let get = |name: &str| env.absolute(name);
        Directories { system: sys::system_settings(&get), user: sys::user_settings(&get) }
    }

    /// The system's, then the user's.
    pub fn each(&self) -> impl Iterator<Item = (Owner, &PathBuf)> {
        [(Owner::System, &self.system)].into_iter().chain(self.user.iter().map(|user| (Owner::User, user)))
    }
}

/// The later the stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Validation {
    #[default]
    None,
    Standard,
    Strict,
}

/// What `launcher.conf` demands; of several demands the strictest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// File and line that forbid a first use.
    pub known_only: Option<String>,
    pub validation: Validation,
}

pub fn read_policy(directories: &Directories) -> Result<Policy> {
    let mut policy = Policy::default();
    for (owner, directory) in directories.each() {
        let path = directory.join("launcher.conf");
        if let Some(text) = read_policy_file(&path, owner)? {
            tighten(&mut policy, &path, &text)?;
        }
    }
    Ok(policy)
}

fn tighten(policy: &mut Policy, path: &Path, text: &str) -> Result<()> {
    for (line, key, value) in settings(text) {
        match (key, value) {
            ("trust", "first-use") | ("validation", "none") => {}
            ("trust", "known") => drop(policy.known_only.get_or_insert(line_of(path, line))),
            ("validation", "standard") => policy.validation = policy.validation.max(Validation::Standard),
            ("validation", "strict") => policy.validation = Validation::Strict,
            ("trust", _) => return Err(unreliable(line_of(path, line), &format!("trust is {value:?}, not one of first-use, known"))),
            ("validation", _) => {
                let why = format!("validation is {value:?}, not one of none, standard, strict");
                return Err(unreliable(line_of(path, line), &why));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What `FLAVOR_VALIDATION` comes to. A word that nobody knows is `standard`.
pub fn raised_validation(wish: &str, policy: &Policy) -> Validation {
    let wish = match wish.to_lowercase().as_str() {
        "none" => Validation::None,
        "strict" => Validation::Strict,
        _ => Validation::Standard,
    };
    wish.max(policy.validation)
}

/// Number of the line, key and value.
pub fn settings(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    lines(text).filter_map(|(number, line)| {
        let (key, value) = line.split_once('=')?;
        Some((number, key.trim_matches(SPACE), value.trim_matches(SPACE)))
    })
}

/// Lines that say something, counted from 1.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).enumerate();
    numbered.filter(|(_, line)| words(line).next().is_some_and(|word| !word.starts_with('#'))).map(|(at, line)| (at + 1, line))
}

pub fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(SPACE).filter(|word| !word.is_empty())
}

/// None when it is not there.
pub fn read_policy_file(path: &Path, owner: Owner) -> Result<Option<String>> {
    let unusable = |why: &str| unreliable(path.display(), why);
    let unreadable = |error: io::Error| unusable(&format!("it cannot be read: {}", reason(&error)));
    // Without waiting, should it be a FIFO.
    let mut file = match sys::open_without_waiting(path) {
        Err(error) if is_out_of_sight(path, owner, &error) => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    let found = file.metadata().map_err(unreadable)?;
    if !found.is_file() {
        return Err(unusable("it is no file"));
    }
    require_reliable(path, &found)?;
    if found.len() > LARGEST_FILE {
        return Err(unusable("it is larger than 1 MiB"));
    }
    let mut bytes = Vec::with_capacity(found.len() as usize + 1);
    file.by_ref().take(LARGEST_FILE).read_to_end(&mut bytes).map_err(unreadable)?;
    String::from_utf8(bytes).map(Some).map_err(|_| unusable("it is not UTF-8"))
}

/// What lies in the home of somebody else says nothing to a user who may not even look.
fn is_out_of_sight(path: &Path, owner: Owner, error: &io::Error) -> bool {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => true,
        ErrorKind::PermissionDenied => owner == Owner::User && fs::metadata(path).is_err(),
        _ => false,
    }
}

fn require_reliable(path: &Path, found: &fs::Metadata) -> Result<()> {
    let (why, hint) = match sys::doubt_about(path, found) {
        None => return Ok(()),
        Some(Doubt::Others) => ("others may write to it".to_string(), format!("chmod go-w {}", path.display())),
        Some(Doubt::Stranger(owner)) => {
            (format!("it belongs to {owner}, neither to root nor to you"), "set HOME to a directory of yours".to_string())
        }
    };
    Err(unreliable(path.display(), &why).with_hint(hint))
}

/// EFLAVOR_POLICY. `place` is a file, or a file and a line.
pub fn unreliable(place: impl fmt::Display, why: &str) -> PackageError {
    fail(Code::Policy, format!("{place} cannot be relied on: {why}")).with_hint(format!("look at {place}"))
}

pub fn line_of(path: &Path, line: usize) -> String {
    format!("{}:{line}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tightened(text: &str) -> std::result::Result<Policy, String> {
        let mut policy = Policy::default();
        tighten(&mut policy, Path::new("launcher.conf"), text).map(|()| policy).map_err(|error| error.message)
    }

    #[test]
    fn the_strictest_of_several_settings_counts() {
        let policy = Policy { known_only: Some("launcher.conf:1".to_string()), validation: Validation::Strict };
        assert_eq!(tightened("trust = known\nvalidation=strict\ntrust=known\ntrust=first-use\nvalidation = none"), Ok(policy));
    }

    #[test]
    fn other_keys_comments_and_lines_without_a_sign_are_ignored() {
        let text = "# trust = known\r\n\r\n \t\n\t# trust = 1\n\tcache_budget\t= 4G\r\nknown\nTrust = known\n";
        assert_eq!(tightened(text), Ok(Policy::default()));
    }

    #[test]
    fn a_value_that_does_not_exist_is_told_by_its_line() {
        for (text, line) in [("\ntrust =\tknown\t\nvalidation = Strict", 3), ("trust =", 1), ("trust = known # always", 1)] {
            assert!(tightened(text).unwrap_err().starts_with(&format!("launcher.conf:{line} ")), "{text}");
        }
    }

    #[test]
    fn a_wish_is_raised_to_what_the_policy_demands() {
        let demanding = |validation| Policy { known_only: None, validation };
        assert_eq!(raised_validation("NONE", &demanding(Validation::None)), Validation::None);
        assert_eq!(raised_validation("none", &demanding(Validation::Standard)), Validation::Standard);
        assert_eq!(raised_validation("", &demanding(Validation::None)), Validation::Standard);
        assert_eq!(raised_validation("whatever", &demanding(Validation::Strict)), Validation::Strict);
        assert_eq!(raised_validation("strict", &demanding(Validation::None)), Validation::Strict);
    }
}
