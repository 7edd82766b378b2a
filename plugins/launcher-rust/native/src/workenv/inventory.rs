//! What lies below a base directory, and taking away what nobody needs. Nothing here leaves the base directory, nothing
//! follows a link out of it, nothing that is in use is removed, and applications' data is not looked at.
use super::generation::{current_generation, is_building, name_of};
use super::live::is_held;
use super::places::{Place, generations_of, id_of_generation, is_workenv_id, place_of, slots_of, workenvs_of};
use super::remove_tree::remove_tree;
use super::room::Room;
use super::stamp::{live_path, read_stamp};
use crate::sys;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a launcher may have to let go of the FIFO in the moment in which the application takes its place.
const HAND_OVER: Duration = Duration::from_millis(300);

pub struct WorkEnvironment {
    pub id: String,
    pub name: String,
    pub generation: PathBuf,
    /// Bytes of its regular files.
    pub size: u64,
    pub last_used: SystemTime,
    pub in_use: bool,
    /// Keys of the shared slots in it.
    pub shared: Vec<String>,
}

#[derive(Default)]
pub struct CleanOptions {
    /// Only work environments that were last started longer ago than this.
    pub idle: Duration,
    /// Stop as soon as what is left is no larger than this many bytes.
    pub budget: Option<u64>,
    /// Keep the most recently started one of each package name.
    pub keep_newest: bool,
    /// Never remove this one.
    pub keep: Option<String>,
}

#[derive(Default)]
pub struct CleanReport {
    pub removed: Vec<String>,
    /// Left alone because it is in use.
    pub in_use: Vec<String>,
    /// Names of generations, drafts and shared slots that belonged to nothing any more.
    pub leftovers: Vec<String>,
}

/// The most recently started first.
pub fn list_work_environments(base: &Path) -> Vec<WorkEnvironment> {
    let mut found: Vec<_> = names_in(&workenvs_of(base)).iter().filter_map(|id| describe(base, id)).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.last_used));
    found
}

pub fn clean_base(base: &Path, options: &CleanOptions) -> CleanReport {
    let mut all = list_work_environments(base);
    let mut report = CleanReport::default();
    let mut hidden = Vec::new();
    let mut room = Room::of(base, &all);
    for id in candidates(&all, options).into_iter().rev() {
        if options.budget.is_some_and(|budget| room.bytes() <= budget) {
            break;
        }
        let Some(one) = all.iter().find(|one| one.id == id) else { continue };
        if one.in_use || !hide(&place_of(base, &id), &one.generation) {
            report.in_use.push(id);
        } else {
            room.leave(one);
            hidden.push((id, one.generation.clone()));
        }
    }
    if !hidden.is_empty() {
        std::thread::sleep(HAND_OVER);
    }
    for (id, generation) in hidden {
        if remove(&place_of(base, &id), &generation) {
            all.retain(|one| one.id != id);
            report.removed.push(id);
        } else {
            report.in_use.push(id);
        }
    }
    report.leftovers = sweep(base, &all);
    report
}

fn candidates(all: &[WorkEnvironment], options: &CleanOptions) -> Vec<String> {
    let newest: BTreeMap<&str, &str> = all.iter().rev().map(|one| (one.name.as_str(), one.id.as_str())).collect();
    let idle = |one: &WorkEnvironment| SystemTime::now().duration_since(one.last_used).unwrap_or_default() >= options.idle;
    let wanted = |one: &&WorkEnvironment| {
        let newest_one = newest.get(one.name.as_str()) == Some(&one.id.as_str());
        options.keep.as_ref() != Some(&one.id) && idle(one) && !(options.keep_newest && newest_one)
    };
    all.iter().filter(wanted).map(|one| one.id.clone()).collect()
}

fn describe(base: &Path, id: &str) -> Option<WorkEnvironment> {
    if !is_workenv_id(id) {
        return None;
    }
    let generation = current_generation(&place_of(base, id))?;
    let stamp = read_stamp(&generation)?;
    Some(WorkEnvironment {
        id: id.to_string(),
        name: stamp.name,
        in_use: is_held(&live_path(&generation)),
        generation,
        size: stamp.size,
        last_used: stamp.last_used,
        shared: stamp.shared,
    })
}

/// Out of sight first, then looked at again: who opened the FIFO before the link went holds it by then, and who opens it later
/// sees that the link is gone.
fn hide(place: &Place, generation: &Path) -> bool {
    let unused = !is_held(&live_path(generation)) && current_generation(place).as_deref() == Some(generation);
    unused && fs::remove_file(&place.link).is_ok()
}

fn remove(place: &Place, generation: &Path) -> bool {
    if is_held(&live_path(generation)) {
        let _ = sys::make_pointer(Path::new(&format!(".gen/{}", name_of(generation))), &place.link);
        return false;
    }
    discard(generation).is_ok()
}

/// Renamed before it is deleted, so that a deletion that is interrupted is known for what it is.
fn discard(generation: &Path) -> io::Result<()> {
    let trash = generation.with_file_name(format!("trash.{}", name_of(generation)));
    sys::rename(generation, &trash)?;
    remove_tree(&trash)
}

/// Removes what a killed process or a lost race left, and shared slots that no work environment names.
fn sweep(base: &Path, kept: &[WorkEnvironment]) -> Vec<String> {
    let generations: BTreeSet<String> = kept.iter().map(|one| name_of(&one.generation)).collect();
    let shared: BTreeSet<&String> = kept.iter().flat_map(|one| &one.shared).collect();
    let mut gone = Vec::new();
    for name in names_in(&workenvs_of(base)) {
        let path = workenvs_of(base).join(&name);
        if is_stale_link(base, &name, &path) && fs::remove_file(&path).is_ok() {
            gone.push(name);
        }
    }
    let mut strays = names_in(&generations_of(base));
    strays.retain(|name| is_stray(base, name, &generations));
    if !strays.is_empty() {
        std::thread::sleep(HAND_OVER);
    }
    for name in strays {
        if is_stray(base, &name, &generations) && sweep_generation(&generations_of(base).join(&name), &name).is_ok() {
            gone.push(name);
        }
    }
    for name in names_in(&slots_of(base)) {
        let path = slots_of(base).join(&name);
        if !is_needed_slot(base, &name, &path, &shared) && remove_tree(&path).is_ok() {
            gone.push(name);
        }
    }
    gone
}

/// Markers of builders that are gone, and links that lead nowhere.
fn is_stale_link(base: &Path, name: &str, path: &Path) -> bool {
    if name.ends_with(".building") {
        return !is_building(base, path);
    }
    let Ok(target) = sys::read_pointer(path) else { return false };
    let generation = generations_of(base).join(name_of(&target));
    read_stamp(&generation).is_none() && !is_held(&live_path(&generation))
}

/// Belongs to no work environment, and to nobody who is building or using it.
fn is_stray(base: &Path, name: &str, kept: &BTreeSet<String>) -> bool {
    let path = generations_of(base).join(name);
    if name.starts_with("new.") {
        return age_of(&path).is_some_and(|age| age >= Duration::from_secs(60));
    }
    if name.starts_with("trash.") {
        return true;
    }
    let Some(id) = id_of_generation(name) else { return false };
    let current = || current_generation(&place_of(base, id)).as_deref() == Some(&path);
    !kept.contains(name) && !current() && !is_held(&live_path(&path))
}

fn sweep_generation(path: &Path, name: &str) -> io::Result<()> {
    let half_gone = name.starts_with("trash.") || name.starts_with("new.");
    if half_gone { remove_tree(path) } else { discard(path) }
}

/// A draft belongs to the generation it is named after; a finished slot to whoever's stamp names it, and to nobody for its
/// first hour.
fn is_needed_slot(base: &Path, name: &str, path: &Path, shared: &BTreeSet<&String>) -> bool {
    if let Some(draft) = name.strip_prefix('.') {
        let builder = draft.rsplit_once('.').map_or("", |(builder, _)| builder);
        return is_held(&live_path(&generations_of(base).join(builder)));
    }
    shared.contains(&name.to_string()) || age_of(path).is_none_or(|age| age < Duration::from_secs(3600))
}

pub fn age_of(path: &Path) -> Option<Duration> {
    let modified = fs::symlink_metadata(path).ok()?.modified().ok()?;
    Some(SystemTime::now().duration_since(modified).unwrap_or_default())
}

fn names_in(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}
