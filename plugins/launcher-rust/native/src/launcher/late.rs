//! Slots that are not part of every start: `cached` ones come back when they were dropped, `lazy` ones come when the command
//! names them or the application asks, `temporary` ones live for one session.
use super::cold::tell_slot;
use super::environment::slot_variable;
use super::late_slot::{is_all_at_once, is_below, is_missing, is_needed, is_never_late, is_there, write_note};
use super::launch::{Launch, Ready};
use super::needs::renew_needs;
use super::progress::Progress;
use super::setup::require_real_directories;
use crate::errors::{Result, system_error};
use crate::format::examination::Slot;
use crate::format::metadata::target_path;
use crate::log::{Level, event};
use crate::registry::Lifecycle;
use crate::sys;
use crate::unpack::tree::{Tree, confined_path, parent_of};
use crate::unpack::unpack::unpack_slot;
use crate::workenv::late_notes::late_notes;
use crate::workenv::live::{is_held, make_live};
use crate::workenv::make_directory::make_directory;
use crate::workenv::remove_tree::remove_tree;
use crate::workenv::stamp::{files_path, read_file_list, sizes_now};
use crate::workenv::variables::Variables;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// What exists for one run only.
#[derive(Default)]
pub struct Session {
    pub variables: Variables,
    /// What the application has to hold so that it is not deleted.
    pub held: Vec<File>,
    /// What goes with it.
    pub doomed: Option<Doomed>,
}

pub struct Doomed {
    live: PathBuf,
    path: PathBuf,
}

/// Those that this start needs.
pub fn add_late_slots(opened: &Launch, ready: &Ready) -> Result<()> {
    if is_all_at_once(opened) {
        return Ok(());
    }
    let root = &ready.generation.path;
    let mut added = false;
    for slot in &opened.package.slots {
        if is_missing(opened, root, slot)? {
            add_slot(opened, root, slot)?;
            added = true;
        }
    }
    if added {
        renew_needs(opened, root);
    }
    Ok(())
}

/// Puts the slot into the work environment, if it is not there. Gives its path.
pub fn add_slot(opened: &Launch, root: &Path, slot: &Slot) -> Result<PathBuf> {
    let target = confined_path(&target_path(&slot.target))?;
    let path = sys::below(root, &target);
    if is_never_late(opened, slot) || is_there(root, slot) {
        return Ok(path);
    }
    let failed = |error: io::Error| system_error(error, format_args!("unpack slot {}", slot.id));
    let draft = sys::make_temporary_directory(&root.join(".flavor/draft.")).map_err(failed)?;
    let added = unpack_into(opened, slot, &draft).and_then(|brought| {
        require_real_directories(root, parent_of(&target))?;
        let parent = path.parent().unwrap_or(root);
        let place = || -> io::Result<()> {
            make_directory(parent, 0o755)?;
            join(&draft.join(&target), &path, &Listed::of(root))?;
            write_note(root, slot, sizes_now(root, brought.into_keys().filter(|file| is_below(file, slot))))
        };
        place().map_err(failed)
    });
    let _ = remove_tree(&draft);
    added.map(|()| {
        tell_slot(slot, "unpacked");
        path
    })
}

fn unpack_into(opened: &Launch, slot: &Slot, root: &Path) -> Result<BTreeMap<String, u64>> {
    let mut tree = Tree::new(root);
    let progress = Progress::new(&opened.package.metadata.name, slot.stored_size);
    unpack_slot(&opened.package.source, slot, &mut tree, &|bytes| progress.add(bytes))?;
    tree.finish()
}

/// Files that slots have brought.
struct Listed<'a> {
    root: &'a Path,
    files: OnceCell<BTreeMap<String, u64>>,
}

impl<'a> Listed<'a> {
    fn of(root: &'a Path) -> Self {
        Self { root, files: OnceCell::new() }
    }

    /// While a generation is built there are no others.
    fn has(&self, path: &Path) -> bool {
        let list = files_path(self.root);
        let files = self.files.get_or_init(|| {
            let mut files = read_file_list(&list).unwrap_or_default();
            files.extend(late_notes(self.root).flat_map(|note| note.files));
            files
        });
        files.keys().any(|file| sys::below(self.root, file) == *path) || !list.exists()
    }
}

/// What is there stays: another slot lies in this one's directory, or another process put it there a moment ago. A smaller file
/// that nobody brought is what a power cut has left. A slot that holds nothing at its target leaves nothing.
fn join(from: &Path, to: &Path, listed: &Listed) -> io::Result<()> {
    let Ok(brought) = fs::symlink_metadata(from) else { return Ok(()) };
    let Ok(found) = fs::symlink_metadata(to) else { return move_into_place(from, to, listed) };
    if brought.is_file() && found.is_file() && found.len() < brought.len() && !listed.has(to) {
        return sys::rename(from, to);
    }
    if brought.is_dir() && found.is_dir() {
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            join(&from.join(&name), &to.join(&name), listed)?;
        }
    }
    Ok(())
}

fn move_into_place(from: &Path, to: &Path, listed: &Listed) -> io::Result<()> {
    match sys::rename(from, to) {
        Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => join(from, to, listed),
        done => done,
    }
}

/// What exists for this run only is deleted by a helper as soon as the last process that belongs to the run is gone.
pub fn open_session(opened: &Launch, ready: &Ready) -> Result<Session> {
    let mut slots = Vec::new();
    for slot in opened.package.slots.iter().filter(|slot| slot.lifecycle == Lifecycle::Temporary) {
        if is_needed(opened, slot)? {
            slots.push(slot);
        }
    }
    if slots.is_empty() && !ready.single {
        return Ok(Session::default());
    }
    let failed = |error: io::Error| system_error(error, "make a place for temporary files");
    let directory = make_session(&ready.generation.path).map_err(failed)?;
    let doomed = if ready.single { &ready.base } else { &directory };
    let live = directory.join(".live");
    let hold = || make_live(&live).and_then(|()| sys::hold_until_end(&live, || drop(remove_tree(doomed))));
    let held = hold().map_err(failed)?;
    event(Level::Debug, "session", |line| line.path("path", &directory));
    let mut variables = Variables::default();
    for slot in slots {
        unpack_into(opened, slot, &directory)?;
        tell_slot(slot, "unpacked");
        variables.set(slot_variable(&slot.id), sys::below(&directory, &confined_path(&target_path(&slot.target))?));
    }
    Ok(Session { variables, held, doomed: Some(Doomed { path: doomed.clone(), live }) })
}

/// Where this process is still there when the application has ended, nobody else needs to wait for that.
pub fn end_session(doomed: Option<Doomed>) {
    if let Some(Doomed { live, path }) = doomed
        && !is_held(&live)
    {
        let _ = remove_tree(&path);
    }
}

/// In `tmp/` of the work environment; below the system's where that cannot be written to.
fn make_session(generation: &Path) -> io::Result<PathBuf> {
    let tmp = generation.join("tmp");
    let own = make_directory(&tmp, 0o700).and_then(|()| {
        forget_sessions(&tmp);
        sys::make_temporary_directory(&tmp.join("session."))
    });
    own.or_else(|_| sys::make_temporary_directory(&sys::temporary_directory().join("flavor-session.")))
}

/// Sessions whose helper was killed together with them.
fn forget_sessions(tmp: &Path) {
    let Ok(entries) = fs::read_dir(tmp) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let session = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("session."));
        let live = path.join(".live");
        if session && live.exists() && !is_held(&live) {
            let _ = remove_tree(&path);
        }
    }
}
