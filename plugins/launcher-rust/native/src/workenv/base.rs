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
use crate::log::{Level, event};
use crate::sys::{self, Doubt};
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

/// A base directory that was looked at, and why it is not the one that is used.
pub struct Looked {
    pub base: PathBuf,
    pub passed_over: Option<String>,
}

pub fn tell_bases(looked: &[Looked]) {
    for Looked { base, passed_over } in looked {
        event(Level::Debug, "base", |line| {
            line.path("path", base);
            line.put("result", if passed_over.is_some() { "passed over" } else { "used" });
            passed_over.iter().for_each(|reason| line.put("reason", reason));
        });
    }
}

/// Bases that hold work environments which may be used, as far as the one where `open_base` would make a new one. `visit`
/// says when it has found what it wants.
pub fn visit_existing_bases<T>(env: &Variables, mut visit: impl FnMut(&Path) -> Option<T>) -> Option<(T, Vec<Looked>)> {
    let mut looked = Vec::new();
    let mut missing = Vec::new();
    for base in each_candidate(env) {
        if let Some(problem) = problem_of(&base) {
            if matches!(problem, Problem::Missing) && is_writable(&workenvs_of(&base)) {
                missing.push(base.clone());
            }
            looked.push(Looked { base, passed_over: Some(problem.said()) });
            continue;
        }
        // Rights do not tell whether something can be made there: a file system may refuse who tries.
        if missing.drain(..).any(|one| matches!(prepare(&one), Ok(None)) && !sys::is_noexec(&one)) {
            return None;
        }
        if let Some(found) = visit(&base) {
            looked.push(Looked { base, passed_over: None });
            return Some((found, looked));
        }
        if is_writable(&workenvs_of(&base)) && !sys::is_noexec(&base) {
            return None;
        }
        looked.push(Looked { base, passed_over: Some("it does not hold the package's files".to_string()) });
    }
    None
}

/// The base directory as it is, for commands that only look: the first that exists, else the first that could.
pub fn find_base(env: &Variables) -> PathBuf {
    let first = || each_candidate(env).next().unwrap_or_else(sys::temporary_directory);
    visit_existing_bases(env, |base| Some(base.to_path_buf())).map_or_else(first, |(base, _)| base)
}

/// A base directory that can be written to, made if need be. Directories mounted noexec are used only when there is no other.
/// EFLAVOR_BASE_DIRECTORY, naming each place and what is wrong with it, or EFLAVOR_DISK_FULL.
pub fn open_base(env: &Variables) -> Result<PathBuf> {
    let mut looked = Vec::new();
    let mut inert = None;
    let mut found = None;
    for base in each_candidate(env) {
        match prepare(&base)? {
            Some(problem) => looked.push(Looked { base, passed_over: Some(problem) }),
            None if sys::is_noexec(&base) => {
                inert.get_or_insert(base.clone());
                looked.push(Looked { base, passed_over: Some("it is mounted noexec".to_string()) });
            }
            None => {
                found = Some(base);
                break;
            }
        }
    }
    let found = found.or(inert);
    looked.extend(found.iter().map(|base| Looked { base: base.clone(), passed_over: None }));
    tell_bases(&looked);
    let problem = |one: &Looked| Some(format!("{}: {}", one.base.display(), one.passed_over.as_ref()?));
    let message = || {
        let problems: Vec<String> = looked.iter().filter_map(problem).collect();
        format!("no directory can hold the package's files ({})", problems.join("; "))
    };
    found.ok_or_else(|| fail(Code::BaseDirectory, message()))
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

impl Problem {
    fn said(self) -> String {
        match self {
            Problem::Missing => "no such file".to_string(),
            Problem::Other(text) => text,
        }
    }
}

fn problem_of(base: &Path) -> Option<Problem> {
    let workenvs = workenvs_of(base);
    let looked = || -> io::Result<Option<String>> {
        if let Some(problem) = sys::base_problem(base)? {
            return Ok(Some(problem.to_string()));
        }
        let found = fs::symlink_metadata(&workenvs)?;
        Ok(match sys::doubt_about(&workenvs, &found) {
            _ if !found.is_dir() => Some("workenvs is no directory".to_string()),
            Some(Doubt::Stranger(_)) => Some("workenvs belongs to somebody else".to_string()),
            Some(Doubt::Others) => Some("workenvs can be written by others".to_string()),
            None => None,
        })
    };
    match looked() {
        Ok(None) => None,
        Ok(Some(text)) => Some(Problem::Other(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Some(Problem::Missing),
        Err(error) => Some(Problem::Other(reason(&error))),
    }
}
