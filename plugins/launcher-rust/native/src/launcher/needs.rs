//! Paths of the work environment that commands name, of those that were there: a start makes sure that those of its own command
//! still are, and that the copies of configuration can be reached.
use super::late_slot::{is_below, is_configuration, is_never_late, is_there};
use super::launch::Launch;
use super::words::command_words;
use crate::errors::Result;
use crate::format::examination::Slot;
use crate::sys;
use crate::workenv::stamp::{Stamp, read_stamp, write_stamp};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// The copies of configuration; those of somebody else may be out of reach.
const COPIES: &str = "data/config";

/// Of all commands, whichever this start is for.
pub fn needs_of(opened: &Launch, root: &Path) -> Result<Vec<String>> {
    let metadata = &opened.package.metadata;
    let mut words = command_words(metadata, opened.chosen, root.as_os_str())?;
    for command in 0..metadata.commands.as_ref().map_or(0, Vec::len) {
        words.extend(command_words(metadata, Some(command), root.as_os_str()).into_iter().flatten());
    }
    let mut needs = Vec::new();
    for path in named_paths(&words, root.as_os_str()) {
        needs.extend(found_below(root, &path).filter(|path| !needs.contains(path)));
    }
    if opened.package.slots.iter().any(is_configuration) && fs::metadata(root.join(COPIES)).is_ok() {
        needs.push(COPIES.to_string());
    }
    Ok(needs)
}

/// Adds those in slots that came late.
pub fn renew_needs(opened: &Launch, root: &Path) {
    let (Some(mut stamp), Ok(mut needs)) = (read_stamp(root), needs_of(opened, root)) else { return };
    needs.retain(|path| !stamp.needs.contains(path));
    if !needs.is_empty() {
        stamp.needs.extend(needs);
        // Where that cannot be done, less is noticed.
        let _ = write_stamp(root, &stamp);
    }
}

/// Nothing that this start needs is gone. What is missing together with a slot that comes late can come again.
pub fn has_needs(opened: &Launch, root: &Path, stamp: &Stamp) -> bool {
    let may_come = |slot: &Slot, path: &str| !is_never_late(opened, slot) && is_below(path, slot) && !is_there(root, slot);
    let comes = |path: &str| opened.package.slots.iter().any(|slot| may_come(slot, path));
    let may_lack = |path: &str| path != COPIES && (!is_named(opened, path) || comes(path));
    stamp.needs.iter().all(|path| fs::metadata(root.join(path)).is_ok() || may_lack(path))
}

fn is_named(opened: &Launch, path: &str) -> bool {
    let workenv = OsStr::new("{workenv}");
    let words = command_words(&opened.package.metadata, opened.chosen, workenv).unwrap_or_default();
    named_paths(&words, workenv).into_iter().any(|named| sys::spellings(named.into(), None).contains(&PathBuf::from(path)))
}

/// What the words name below the work environment.
pub fn named_paths(words: &[OsString], workenv: &OsStr) -> Vec<String> {
    let prefix = [workenv.as_encoded_bytes(), b"/"].concat();
    let mut paths = Vec::new();
    for word in words.iter().map(|word| word.as_encoded_bytes()) {
        for (at, _) in word.windows(prefix.len()).enumerate().filter(|(_, bytes)| *bytes == prefix) {
            let rest = &word[at + prefix.len()..];
            let end = rest.iter().position(|byte| matches!(byte, b':' | b';' | b',')).unwrap_or(rest.len());
            paths.push(String::from_utf8_lossy(&rest[..end]).into_owned());
        }
    }
    paths
}

/// As it is spelt on the disk.
fn found_below(root: &Path, path: &str) -> Option<String> {
    let is_there = |path: &PathBuf| fs::symlink_metadata(path).is_ok();
    let found = sys::spellings(sys::below(root, path), None).into_iter().find(is_there).filter(|_| !path.is_empty())?;
    Some(found.strip_prefix(root).ok()?.to_string_lossy().replace(MAIN_SEPARATOR, "/"))
}
