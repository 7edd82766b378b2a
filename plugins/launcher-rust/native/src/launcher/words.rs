//! The command of a package: split into words, its placeholders filled in, its program found (SPEC.md, section 17).
use super::command::{DEFAULT, chosen_of};
use crate::codes::Code;
use crate::errors::{Result, fail, reason};
use crate::format::metadata::Metadata;
use crate::format::words::split_words;
use crate::sys;
use crate::workenv::variables::Variables;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

/// Splits first and fills in afterwards, so that a path with spaces stays one word.
pub fn command_words(metadata: &Metadata, chosen: Option<usize>, workenv: &OsStr) -> Result<Vec<OsString>> {
    let named = chosen_of(metadata, chosen).filter(|command| command.name != DEFAULT);
    let words = match named.map(|command| &command.argv).or(metadata.argv.as_ref()) {
        Some(argv) => argv.clone(),
        None => split_command(&metadata.command)?,
    };
    if words.first().is_none_or(String::is_empty) {
        return Err(fail(Code::Command, "the package has an empty command"));
    }
    let words: Vec<OsString> = words.iter().map(|word| expand(word, metadata, workenv)).collect();
    if words.first().is_none_or(|word| word.is_empty()) {
        return Err(fail(Code::Command, "the package has an empty command"));
    }
    Ok(words)
}

pub fn split_command(command: &str) -> Result<Vec<String>> {
    split_words(command).map_err(|quote| fail(Code::Command, format!("the command has a {quote} that is not closed: {command}")))
}

/// Each placeholder once; what is filled in is not looked at again.
pub fn expand(text: &str, metadata: &Metadata, workenv: &OsStr) -> OsString {
    let known = [("{workenv}", workenv), ("{package_name}", OsStr::new(&metadata.name)), ("{version}", OsStr::new(&metadata.version))];
    let mut out = OsString::with_capacity(text.len());
    let mut rest = text;
    while let Some(brace) = rest.find('{') {
        out.push(&rest[..brace]);
        rest = &rest[brace..];
        let found = known.iter().find(|(name, _)| rest.starts_with(name));
        let (length, value) = found.map_or((1, OsStr::new("{")), |(name, value)| (name.len(), *value));
        out.push(value);
        rest = &rest[length..];
    }
    out.push(rest);
    out
}

/// A word with a slash that is a file is the program; otherwise its last name is looked up in the application's PATH, then in
/// the caller's.
pub fn find_program(word: &OsStr, env: &Variables, caller: &Variables) -> Result<PathBuf> {
    let bytes = word.as_encoded_bytes();
    let suffixes = env.get("PATHEXT");
    let spelt = || sys::spellings(PathBuf::from(word), suffixes).into_iter().find(|path| is_file(path));
    if let Some(path) = bytes.iter().any(|byte| sys::is_slash(*byte)).then(spelt).flatten() {
        let allowed = sys::may_execute(&path);
        return allowed.map_err(|error| cannot_start(&path, &reason(&error))).map(|()| path);
    }
    let name = sys::text_of(bytes.rsplit(|byte| sys::is_slash(*byte)).next().unwrap_or_default());
    let find = |env: &Variables| look_up(name, env.get("PATH"), suffixes);
    let found = find(env).or_else(|| find(caller));
    let message = || format!("the program of the package, {word:?}, is not there and not on the PATH");
    found.ok_or_else(|| fail(Code::Command, message()))
}

pub fn cannot_start(path: &Path, why: &str) -> crate::errors::PackageError {
    fail(Code::Command, format!("start {}: {why}", path.display()))
}

fn look_up(name: &OsStr, path: Option<&OsStr>, suffixes: Option<&OsStr>) -> Option<PathBuf> {
    if name.is_empty() {
        return None;
    }
    let directory = |part| Path::new(sys::text_of(if part == b"" { b"." } else { part }));
    let fits = |path: &PathBuf| is_file(path) && sys::may_execute(path).is_ok();
    let mut directories = path?.as_encoded_bytes().split(|byte| sys::PATH_SEPARATOR.as_bytes() == [*byte]).map(directory);
    directories.find_map(|directory| sys::spellings(directory.join(name), suffixes).into_iter().find(fits))
}

fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
}
