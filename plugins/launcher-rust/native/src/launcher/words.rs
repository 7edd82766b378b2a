//! The command of a package: split into words, its placeholders filled in, its program found (SPEC.md, section 17).
use crate::codes::Code;
use crate::errors::{Result, fail, reason};
use crate::format::metadata::Metadata;
use crate::format::words::split_words;
use crate::sys;
use crate::workenv::variables::Variables;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Splits first and fills in afterwards, so that a path with spaces stays one word.
pub fn command_words(metadata: &Metadata, workenv: &OsStr) -> Result<Vec<OsString>> {
    let words = match &metadata.argv {
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
    let known: [(&str, &[u8]); 3] =
        [("{workenv}", workenv.as_bytes()), ("{package_name}", metadata.name.as_bytes()), ("{version}", metadata.version.as_bytes())];
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(brace) = rest.find('{') {
        out.extend_from_slice(&rest.as_bytes()[..brace]);
        rest = &rest[brace..];
        let found = known.iter().find(|(name, _)| rest.starts_with(name));
        let (length, value) = found.map_or((1, &b"{"[..]), |(name, value)| (name.len(), value));
        out.extend_from_slice(value);
        rest = &rest[length..];
    }
    out.extend_from_slice(rest.as_bytes());
    OsString::from_vec(out)
}

/// A word with a slash that is a file is the program; otherwise its last name is looked up in the application's PATH, then in
/// the caller's.
pub fn find_program(word: &OsStr, env: &Variables, caller: &Variables) -> Result<PathBuf> {
    let path = Path::new(word);
    if word.as_bytes().contains(&b'/') && is_file(path) {
        let allowed = sys::may(path, libc::X_OK);
        return allowed.map(|()| path.to_path_buf()).map_err(|error| cannot_start(path, &reason(&error)));
    }
    let name = word.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let name = OsStr::from_bytes(name);
    let found = look_up(name, env.get("PATH")).or_else(|| look_up(name, caller.get("PATH")));
    let message = || format!("the program of the package, {word:?}, is not there and not on the PATH");
    found.ok_or_else(|| fail(Code::Command, message()))
}

pub fn cannot_start(path: &Path, why: &str) -> crate::errors::PackageError {
    fail(Code::Command, format!("start {}: {why}", path.display()))
}

pub fn look_up(name: &OsStr, path: Option<&OsStr>) -> Option<PathBuf> {
    if name.is_empty() {
        return None;
    }
    let candidate = |directory: &[u8]| Path::new(OsStr::from_bytes(if directory.is_empty() { b"." } else { directory })).join(name);
    let fits = |path: &PathBuf| is_file(path) && sys::may(path, libc::X_OK).is_ok();
    path?.as_bytes().split(|byte| *byte == b':').map(candidate).find(fits)
}

fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
}
