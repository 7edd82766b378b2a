//! The base directory, below which everything flavor leaves on a machine lies: the first that works of `FLAVOR_CACHE`,
//! `$XDG_CACHE_HOME/flavor`, `~/.cache/flavor`, the same below the password file's home, `/var/tmp/flavor-<uid>`; on Windows
//! `%LOCALAPPDATA%\flavor`.
//!
//! Work environments are code that will be run, so `workenvs/` must belong to the user or to root and be writable by nobody
//! else; a directory that is not so is passed over, never repaired.
use super::make_directory::make_directory;
use super::places::workenvs_of;
use super::variables::Variables;
use crate::codes::Code;
use crate::errors::{Result, fail, is_full, reason};
use crate::sys;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

/// Each place that may be the base, the preferred first, without looking at any of them.
fn each_candidate(env: &Variables) -> impl Iterator<Item = PathBuf> + '_ {
    let named = env.get("FLAVOR_CACHE").filter(|value| !value.is_empty()).map(|value| resolve(Path::new(value)));
    named.into_iter().chain(sys::CACHE_PLACES.iter().filter_map(|place| place(&|name| env.absolute(name))))
}

pub fn known_candidates(env: &Variables) -> Vec<PathBuf> {
    each_candidate(env).collect()
}

/// Bases that hold work environments which may be used, as far as the one where `open_base` would make a new one. `visit`
/// says when it has found what it wants.
pub fn visit_existing_bases<T>(env: &Variables, mut visit: impl FnMut(&Path) -> Option<T>) -> Option<T> {
    for base in each_candidate(env) {
        let problem = problem_of(&base);
        if problem.is_none()
            && let Some(found) = visit(&base)
        {
            return Some(found);
        }
        let usable = matches!(&problem, None | Some(Problem::Missing));
        if usable && is_writable(&workenvs_of(&base)) && !sys::is_noexec(&base) {
            return None;
        }
    }
    None
}

/// The base directory as it is, for commands that only look: the first that exists, else the first that could.
pub fn find_base(env: &Variables) -> PathBuf {
    let first = || each_candidate(env).next().unwrap_or_else(sys::temporary_directory);
    visit_existing_bases(env, |base| Some(base.to_path_buf())).unwrap_or_else(first)
}

/// A base directory that can be written to, made if need be. Directories mounted noexec are used only when there is no other.
/// EFLAVOR_BASE_DIRECTORY, naming each place and what is wrong with it, or EFLAVOR_DISK_FULL.
pub fn open_base(env: &Variables) -> Result<PathBuf> {
    let mut problems = Vec::new();
    let mut inert = None;
    for base in each_candidate(env) {
        match prepare(&base)? {
            Some(problem) => problems.push(format!("{}: {problem}", base.display())),
            None if sys::is_noexec(&base) => {
                inert.get_or_insert(base);
            }
            None => return Ok(base),
        }
    }
    let message = || format!("no directory can hold the package's files ({})", problems.join("; "));
    inert.ok_or_else(|| fail(Code::BaseDirectory, message()))
}

/// A base for one run, when there is no other; its maker deletes it.
pub fn open_private_base() -> Option<PathBuf> {
    let base = sys::make_temporary_directory(&sys::temporary_directory().join("flavor-")).ok()?;
    make_directory(&workenvs_of(&base), 0o700).ok()?;
    Some(base)
}

/// An absolute path without `.` and `..`, by its letters alone.
pub fn resolve(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| Path::new("/").join(path));
    let mut plain = PathBuf::new();
    for part in full.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// Of a path that does not exist: whether it could be made.
fn is_writable(path: &Path) -> bool {
    match sys::may_write(path) {
        Ok(()) => true,
        Err(error) => error.kind() == ErrorKind::NotFound && path.parent().is_some_and(is_writable),
    }
}

/// Makes what is missing and says in a few words what stands in the way.
fn prepare(base: &Path) -> Result<Option<String>> {
    match try_prepare(base) {
        Ok(problem) => Ok(problem),
        Err(error) if is_full(&error) => {
            Err(fail(Code::DiskFull, format!("make {}: no space left on the disk", workenvs_of(base).display())))
        }
        Err(error) => Ok(Some(reason(&error))),
    }
}

fn try_prepare(base: &Path) -> io::Result<Option<String>> {
    make_directory(base, 0o700)?;
    if let Some(problem) = sys::base_problem(base)? {
        return Ok(Some(problem.to_string()));
    }
    make_directory(&workenvs_of(base), 0o700)?;
    match problem_of(base) {
        None => sys::may_write(&workenvs_of(base)).map(|()| None),
        Some(Problem::Missing) => Ok(Some("it cannot be made".to_string())),
        Some(Problem::Other(text)) => Ok(Some(text)),
    }
}

enum Problem {
    Missing,
    Other(String),
}

fn problem_of(base: &Path) -> Option<Problem> {
    let workenvs = workenvs_of(base);
    let looked = || -> io::Result<Option<String>> {
        if let Some(problem) = sys::base_problem(base)? {
            return Ok(Some(problem.to_string()));
        }
        let found = fs::symlink_metadata(&workenvs)?;
        let problem = if found.is_dir() { sys::owner_problem(&workenvs, &found) } else { Some("is no directory") };
        Ok(problem.map(|problem| format!("workenvs {problem}")))
    };
    match looked() {
        Ok(None) => None,
        Ok(Some(text)) => Some(Problem::Other(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Some(Problem::Missing),
        Err(error) => Some(Problem::Other(reason(&error))),
    }
}
