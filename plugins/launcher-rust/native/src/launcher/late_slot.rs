//! Which slots belong to the cold start, which of the others a start needs, and what says that one is there.
use super::command::chosen_of;
use super::launch::Launch;
use super::needs::named_paths;
use super::setup::named_words;
use super::words::command_words;
use crate::errors::Result;
use crate::format::examination::Slot;
use crate::format::metadata::{lifecycle_name, target_path};
use crate::registry::Lifecycle;
use crate::sys;
use crate::workenv::late_notes::{LateNote, note_path, write_late_note};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::Path;

/// The others come later, if at all. A tree that has no place of its own cannot come later.
pub fn is_unpacked_at_once(opened: &Launch, slot: &Slot) -> Result<bool> {
    let wanted = || Ok(is_configuration(slot) || is_needed(opened, slot)? || is_set_up(opened, slot));
    Ok(is_never_late(opened, slot) || (is_lasting(slot) && wanted()?))
}

/// Either it is there from the beginning, or it is gone for good.
pub fn is_never_late(opened: &Launch, slot: &Slot) -> bool {
    let lasts = is_lasting(slot) && !has_commands(opened);
    lasts || slot.lifecycle == Lifecycle::Volatile || target_path(&slot.target).is_empty()
}

/// By the command of this start.
pub fn is_needed(opened: &Launch, slot: &Slot) -> Result<bool> {
    let metadata = &opened.package.metadata;
    let listed = match chosen_of(metadata, opened.chosen).and_then(|command| command.slots.as_ref()) {
        Some(slots) => slots.contains(&slot.index),
        None => slot.lifecycle != Lifecycle::Lazy,
    };
    let named = || Ok(names(&command_words(metadata, opened.chosen, OsStr::new("{workenv}"))?, slot));
    Ok(listed || (slot.lifecycle != Lifecycle::Temporary && named()?))
}

/// This start has to unpack it into the work environment.
pub fn is_missing(opened: &Launch, root: &Path, slot: &Slot) -> Result<bool> {
    let stays = slot.lifecycle != Lifecycle::Temporary && !is_never_late(opened, slot);
    Ok(stays && is_needed(opened, slot)? && !is_there(root, slot))
}

/// A setup command names it, in a package with several commands.
pub fn is_set_up(opened: &Launch, slot: &Slot) -> bool {
    let metadata = &opened.package.metadata;
    has_commands(opened) && metadata.setup.iter().any(|command| names(&named_words(command, metadata), slot))
}

/// True when nothing comes after the cold start.
pub fn is_all_at_once(opened: &Launch) -> bool {
    let comes_late = |slot: &Slot| matches!(slot.lifecycle, Lifecycle::Cached | Lifecycle::Lazy | Lifecycle::Temporary);
    !has_commands(opened) && !opened.package.slots.iter().any(comes_late)
}

fn has_commands(opened: &Launch) -> bool {
    opened.package.metadata.commands.is_some()
}

pub fn is_lasting(slot: &Slot) -> bool {
    matches!(slot.lifecycle, Lifecycle::Persistent | Lifecycle::Eager)
}

/// Its files are the user's to change.
pub fn is_configuration(slot: &Slot) -> bool {
    is_lasting(slot) && slot.exact.is_some() && slot.purpose == "configuration"
}

/// Some word names something at or below the slot's place.
fn names(words: &[OsString], slot: &Slot) -> bool {
    named_paths(words, OsStr::new("{workenv}")).iter().any(|path| is_below(path, slot))
}

pub fn is_below(path: &str, slot: &Slot) -> bool {
    path.strip_prefix(&target_path(&slot.target)).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Unpacked as a whole, as its note says, and not deleted since.
pub fn is_there(root: &Path, slot: &Slot) -> bool {
    note_path(root, slot.index).exists() && fs::symlink_metadata(sys::below(root, &target_path(&slot.target))).is_ok()
}

/// Slots that came with a work environment have one where a start may do without them; their files are in its list.
pub fn write_note(root: &Path, slot: &Slot, files: BTreeMap<String, u64>) -> io::Result<()> {
    let target = target_path(&slot.target).trim_matches('/').to_string();
    write_late_note(&note_path(root, slot.index), lifecycle_name(slot.lifecycle), &LateNote { target, files })
}
