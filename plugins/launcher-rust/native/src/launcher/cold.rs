//! A cold start: building the work environment of a package, once, whoever else is at it. Order: the launcher's own hash,
//! slots (each hashed while it is unpacked), setup commands, stamp, link. Before the link nothing is used; what a build that
//! fails has written is removed with its generation.
use super::late::add_slot;
use super::late_slot::{is_configuration, is_lasting, is_never_late, is_set_up, is_unpacked_at_once, write_note};
use super::later::clean_later;
use super::launch::{Launch, Ready, data_of, find_ready_but, tell_workenv};
use super::needs::needs_of;
use super::progress::Progress;
use super::setup::run_setup;
use crate::codes::Code;
use crate::errors::{Result, system_error};
use crate::format::chain::chain_word;
use crate::format::content::require_launcher;
use crate::format::examination::Slot;
use crate::format::metadata::target_path;
use crate::log::{Level, event};
use crate::registry::Lifecycle;
use crate::sys;
use crate::unpack::frames::is_large;
use crate::unpack::tree::{Tree, confined_path};
use crate::unpack::unpack::unpack_slot;
use crate::workenv::base::{Looked, open_base, open_private_base, tell_bases};
use crate::workenv::configuration::settle_configuration;
use crate::workenv::generation::{
    Generation, claim_build, create_generation, current_generation, discard_generation, is_building, publish_generation, release_build,
    tell_link,
};
use crate::workenv::late_notes::{note_path, read_late_note};
use crate::workenv::places::{Place, place_of, slot_key};
use crate::workenv::remove_tree::remove_tree;
use crate::workenv::slot_store::{Copier, enter_slot, provide_slot};
use crate::workenv::stamp::{Stamp, boot_id, files_path, sizes_now, write_file_list, write_stamp};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime};

const POLL_INTERVAL: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// Each decoder has a window and chunks of its own.
const MOST_WORKERS: usize = 4;

pub fn build_ready(opened: &Launch) -> Result<Ready> {
    // Learnt now, because it is a number of the whole process and there are no other threads yet.
    sys::umask();
    let (base, single) = base_for(opened)?;
    let base = sys::real_path(&base).unwrap_or(base);
    let place = place_of(&base, &opened.id);
    let broken = current_generation(&place);
    if !opened.strict {
        require_launcher(&opened.package)?;
    }
    let begun = Instant::now();
    loop {
        if is_building(&base, &place.marker) && begun.elapsed() < LONGEST_WAIT {
            std::thread::sleep(POLL_INTERVAL);
            continue;
        }
        if let Some(ready) = find_ready_but(opened, broken.as_deref()) {
            return Ok(ready);
        }
        let generation = create_generation(&place)?;
        match claim_build(&place, &generation.path) {
            Ok(claimed) if claimed || begun.elapsed() >= LONGEST_WAIT => {
                let generation = build_and_publish(opened, &place, generation, broken.as_deref())?;
                if !single {
                    clean_later(opened, &base);
                }
                return Ok(Ready { base, generation, stamp: None, single });
            }
            Ok(_) => discard_generation(generation),
            Err(error) => {
                discard_generation(generation);
                return Err(error);
            }
        }
    }
}

/// Where nothing lasting can be written, one run still can be given a place.
fn base_for(opened: &Launch) -> Result<(PathBuf, bool)> {
    match open_base(&opened.caller) {
        Err(error) if error.code == Code::BaseDirectory => {
            let base = open_private_base().ok_or(error)?;
            tell_bases(&[Looked { base: base.clone(), passed_over: None }]);
            Ok((base, true))
        }
        found => found.map(|base| (base, false)),
    }
}

fn build_and_publish(opened: &Launch, place: &Place, generation: Generation, broken: Option<&Path>) -> Result<Generation> {
    let root = generation.path.clone();
    tell_workenv(Level::Info, "cold", &root);
    let filled = fill_in(opened, &place.base, &root);
    let published = match filled {
        Ok(()) => publish_generation(place, generation, broken).inspect(|used| {
            if used.path != root {
                tell_workenv(Level::Info, "warm", &used.path);
            }
        }),
        Err(error) => {
            discard_generation(generation);
            Err(error)
        }
    };
    release_build(place, &root);
    published
}

fn fill_in(opened: &Launch, base: &Path, root: &Path) -> Result<()> {
    let package = &opened.package;
    let mut tree = Tree::new(root);
    for (path, mode) in &package.metadata.directories {
        tree.directory(&confined_path(&target_path(path))?, *mode)?;
    }
    let mut slots = Vec::new();
    for slot in &package.slots {
        if is_unpacked_at_once(opened, slot)? {
            slots.push(slot);
        }
    }
    let progress = Progress::new(&package.metadata.name, slots.iter().map(|slot| slot.stored_size).sum());
    let shared = unpack_all(opened, base, root, &mut tree, &slots, &progress)?;
    drop(progress);
    let configuration = tree.take_configuration();
    let mut written = tree.finish()?;
    let failed = |error: io::Error| system_error(error, format_args!("unpack {}", package.metadata.name));
    note_slots(opened, root, &slots).map_err(failed)?;
    for slot in package.slots.iter().filter(|slot| !is_lasting(slot) && is_set_up(opened, slot)) {
        add_slot(opened, root, slot)?;
        written.extend(take_noted(root, slot).map_err(failed)?);
    }
    let data = data_of(opened, base);
    complete(opened, root, data.as_deref()).map_err(failed)?;
    settle_configuration(data.as_deref(), root, &configuration);
    run_setup(opened, root)?;
    for slot in slots.iter().filter(|slot| slot.lifecycle == Lifecycle::Volatile) {
        remove_volatile(root, slot)?;
        tell_slot(slot, "removed");
    }
    let files = sizes_now(root, written.into_keys());
    write_file_list(&files_path(root), &files).map_err(failed)?;
    let stamp = Stamp {
        metadata: opened.digest.clone(),
        boot: boot_id(),
        name: package.metadata.name.clone(),
        version: package.metadata.version.clone(),
        size: files.values().sum(),
        shared,
        needs: needs_of(opened, root)?,
        last_used: SystemTime::now(),
    };
    write_stamp(root, &stamp).map_err(failed)
}

/// Where a start may do without some of them, they say that they are there.
fn note_slots(opened: &Launch, root: &Path, slots: &[&Slot]) -> io::Result<()> {
    let own = slots.iter().filter(|slot| !is_never_late(opened, slot));
    own.into_iter().try_for_each(|slot| write_note(root, slot, BTreeMap::new()))
}

/// Files that setup commands may change, which cannot come again without them; what is cached comes as it was brought.
fn take_noted(root: &Path, slot: &Slot) -> io::Result<BTreeMap<String, u64>> {
    match read_late_note(&note_path(root, slot.index)) {
        Some(note) if slot.lifecycle != Lifecycle::Cached => write_note(root, slot, BTreeMap::new()).map(|()| note.files),
        _ => Ok(BTreeMap::new()),
    }
}

/// The metadata, unless the package brings a file of that name, and the link to the application's data.
fn complete(opened: &Launch, root: &Path, data: Option<&Path>) -> io::Result<()> {
    let metadata = root.join("metadata.json");
    if fs::symlink_metadata(&metadata).is_err() {
        fs::write(&metadata, &opened.package.metadata_bytes)?;
    }
    let link = root.join("data");
    match data.filter(|_| fs::symlink_metadata(&link).is_err()) {
        Some(data) if sys::link_directory(data, &link)? => tell_link(&link, data),
        _ => {}
    }
    Ok(())
}

struct Unpacked {
    tree: Tree,
    put: Put,
}

/// What became of a slot.
struct Put {
    /// Its key in the common store.
    key: Option<String>,
    action: &'static str,
}

impl Put {
    fn tell(self, slot: &Slot) -> Option<String> {
        tell_slot(slot, self.action);
        self.key
    }
}

/// One that stores nothing is put nowhere.
pub fn tell_slot(slot: &Slot, action: &str) {
    if slot.sha256.is_none() {
        return;
    }
    event(Level::Info, "slot", |line| {
        line.put("id", &slot.id);
        line.put("action", action);
        line.number("size", slot.stored_size);
        line.put("chain", &chain_word(&slot.chain));
    });
}

/// Gives the keys of shared slots. Slots whose places cannot touch each other are unpacked side by side.
fn unpack_all(opened: &Launch, base: &Path, root: &Path, tree: &mut Tree, slots: &[&Slot], progress: &Progress) -> Result<Vec<String>> {
    // A large slot's frames are decoded side by side themselves, in memory that others do without.
    let most = if slots.iter().any(|slot| is_large(slot.stored_size)) { 2 } else { MOST_WORKERS };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(slots.len()).min(most);
    let mut shared = Vec::new();
    if workers < 2 || !are_apart(slots) {
        for slot in slots {
            shared.extend(unpack_one(opened, base, root, tree, slot, progress)?.tell(slot));
        }
        return Ok(shared);
    }
    for (at, unpacked) in unpack_side_by_side(opened, base, root, slots, progress, workers) {
        let Unpacked { tree: filled, put } = unpacked?;
        tree.merge(filled);
        shared.extend(put.tell(slots[at]));
    }
    Ok(shared)
}

/// The largest first. Results are in the order of the slots, as far as the first that failed.
fn unpack_side_by_side(
    opened: &Launch,
    base: &Path,
    root: &Path,
    slots: &[&Slot],
    progress: &Progress,
    workers: usize,
) -> Vec<(usize, Result<Unpacked>)> {
    let mut order: Vec<usize> = (0..slots.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(slots[*at].stored_size));
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Result<Unpacked>>> = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some(at) = order.get(next.fetch_add(1, Relaxed)) {
            let mut tree = Tree::new(root);
            let result = unpack_one(opened, base, root, &mut tree, slots[*at], progress);
            if result.is_err() {
                next.store(order.len(), Relaxed);
            }
            if let Ok(mut done) = done.lock() {
                done.insert(*at, result.map(|put| Unpacked { tree, put }));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers {
            // Where a thread cannot be had, the others do its work.
            let _ = std::thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    let done = done.into_inner().unwrap_or_default();
    // An error comes first, so that a slot that was left out for it is not missed.
    let (failed, fine): (Vec<_>, Vec<_>) = done.into_iter().partition(|(_, result)| result.is_err());
    failed.into_iter().chain(fine).collect()
}

fn unpack_one(opened: &Launch, base: &Path, root: &Path, tree: &mut Tree, slot: &Slot, progress: &Progress) -> Result<Put> {
    let source = &opened.package.source;
    let add = |bytes| progress.add(bytes);
    tree.configures = is_configuration(slot);
    let Some(sha256) = slot.sha256.filter(|_| is_shared(slot)) else {
        unpack_slot(source, slot, tree, &add)?;
        return Ok(Put { key: None, action: "unpacked" });
    };
    let key = slot_key(&sha256, &slot.chain, &target_path(&slot.target), slot.mode);
    let mut action = "shared";
    provide_slot(base, &key, root, |store| {
        action = "unpacked";
        unpack_slot(source, slot, store, &add)
    })?;
    enter_slot(base, &key, tree, &mut Copier::default())?;
    Ok(Put { key: Some(key), action })
}

/// In exact packages everything of a slot lies at or below its target.
fn are_apart(slots: &[&Slot]) -> bool {
    let mut targets: Vec<String> = Vec::new();
    for slot in slots {
        match confined_path(&target_path(&slot.target)) {
            Ok(target) if slot.exact.is_some() && !target.is_empty() => targets.push(target + "/"),
            _ => return false,
        }
    }
    targets.sort();
    targets.windows(2).all(|pair| !pair[1].starts_with(&pair[0]))
}

fn is_shared(slot: &Slot) -> bool {
    is_lasting(slot) && slot.exact.as_ref().is_some_and(|exact| exact.shareable)
}

/// Its whole place; of a tree that has none of its own, nothing can be told apart.
fn remove_volatile(root: &Path, slot: &Slot) -> Result<()> {
    let target = confined_path(&target_path(&slot.target))?;
    if target.is_empty() {
        return Ok(());
    }
    remove_tree(&root.join(&target)).map_err(|error| system_error(error, format_args!("remove {target}")))
}
