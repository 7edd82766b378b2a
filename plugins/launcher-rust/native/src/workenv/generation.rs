//! Generations: built in their own final place under a name nobody else uses, published by one link, replaced by one rename.
//! Whoever loses the race deletes what it built and uses the winner's.
use super::atomic_file::create_file;
use super::live::{hold_live, is_held, make_live};
use super::make_directory::make_directory;
use super::places::{Place, generations_of, id_of_generation};
use super::remove_tree::remove_tree;
use super::stamp::live_path;
use crate::errors::{Result, system_error};
use crate::log::{Level, event};
use crate::sys;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

pub struct Generation {
    pub path: PathBuf,
    /// Its FIFO, held open.
    pub live: Option<File>,
}

/// Where the work environment's link points. Not followed blindly: it must be a generation of that very id.
pub fn current_generation(place: &Place) -> Option<PathBuf> {
    let target = sys::read_pointer(&place.link).ok()?;
    let name = target.to_str()?.strip_prefix(".gen/")?;
    let own = !name.bytes().any(sys::is_slash) && id_of_generation(name) == Some(place.id.as_str());
    own.then(|| generations_of(&place.base).join(name))
}

/// Takes the current generation into use, by its real path. After opening the FIFO the link is looked at again: it may have
/// gone meanwhile.
pub fn hold_current(place: &Place) -> Option<Generation> {
    let path = current_generation(place)?;
    let live = hold_live(&live_path(&path))?;
    if current_generation(place)? != path {
        return None;
    }
    Some(Generation { path: real_path(path, &live), live: Some(live) })
}

/// What the system says that the FIFO is called, which takes one call, or as it is found part by part.
fn real_path(path: PathBuf, live: &File) -> PathBuf {
    let named = sys::opened_path(live).and_then(|live| Some(live.to_str()?.strip_suffix("/.flavor/live")?.into()));
    named.or_else(|| sys::real_path(&path).ok()).unwrap_or(path)
}

/// A new, empty generation. It gets its name when it is held already, so that no cleaning takes it for a leftover.
pub fn create_generation(place: &Place) -> Result<Generation> {
    let parent = generations_of(&place.base);
    let make = || -> io::Result<Generation> {
        make_directory(&parent, 0o700)?;
        let draft = sys::make_temporary_directory(&parent.join("new."))?;
        sys::create_directory(&draft.join(".flavor"), 0o755)?;
        make_live(&live_path(&draft))?;
        let held = || hold_live(&live_path(&draft));
        let live = sys::LIVE_SURVIVES_RENAME.then(held).flatten();
        let random = name_of(&draft);
        let path = parent.join(format!("{}.{}", place.id, random.trim_start_matches("new.")));
        sys::rename(&draft, &path)?;
        let live = live.or_else(|| hold_live(&live_path(&path)));
        Ok(Generation { path, live })
    };
    make().map_err(|error| system_error(error, format_args!("make a directory in {}", parent.display())))
}

/// Makes a generation the work environment. `replaced` is the one found broken, if any. Gives the generation that is in place
/// afterwards; when that is another one, the caller's is deleted.
pub fn publish_generation(place: &Place, built: Generation, replaced: Option<&Path>) -> Result<Generation> {
    loop {
        let published = try_publish(place, &built.path, replaced);
        let published = published.map_err(|error| system_error(error, format_args!("make {}", place.link.display())))?;
        if published {
            return Ok(built);
        }
        if let Some(winner) = hold_current(place)
            && Some(winner.path.as_path()) != replaced
        {
            discard_generation(built);
            return Ok(winner);
        }
    }
}

fn try_publish(place: &Place, path: &Path, replaced: Option<&Path>) -> io::Result<bool> {
    let name = name_of(path);
    let target = PathBuf::from(format!(".gen/{name}"));
    match sys::make_pointer(&target, &place.link) {
        Ok(()) => {
            tell_link(&place.link, &target);
            return Ok(true);
        }
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {}
    }
    if let Some(current) = current_generation(place)
        && Some(current.as_path()) != replaced
    {
        return Ok(false);
    }
    let random = name.rsplit_once('.').map_or("", |(_, random)| random);
    let beside = place.link.with_file_name(format!("{}.{random}", place.id));
    let swapped = sys::make_pointer(&target, &beside).and_then(|()| sys::rename(&beside, &place.link));
    if swapped.is_err() {
        let _ = fs::remove_file(&beside);
    } else {
        tell_link(&place.link, &target);
    }
    swapped.map(|()| true)
}

/// A link that the launcher itself makes.
pub fn tell_link(path: &Path, target: &Path) {
    event(Level::Debug, "link", |line| {
        line.path("path", path);
        line.path("target", target);
    });
}

pub fn discard_generation(generation: Generation) {
    drop(generation.live);
    let _ = remove_tree(&generation.path);
}

/// True when this process is to build; false when another one seems to be at it.
pub fn claim_build(place: &Place, generation: &Path) -> Result<bool> {
    for _ in 0..3 {
        match create_file(&place.marker, &generation.join(".flavor/marker"), &name_of(generation)) {
            Ok(()) => return Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(system_error(error, format_args!("make {}", place.marker.display()))),
        }
        if is_building(&place.base, &place.marker) {
            return Ok(false);
        }
        let _ = fs::remove_file(&place.marker);
    }
    Ok(true)
}

/// A marker is as good as the generation it names: held, or left by a process that is gone.
pub fn is_building(base: &Path, marker: &Path) -> bool {
    let Ok(name) = fs::read_to_string(marker) else { return false };
    id_of_generation(&name).is_some() && !name.bytes().any(sys::is_slash) && is_held(&live_path(&generations_of(base).join(name)))
}

/// When somebody took the marker for stale, that costs double work at most.
pub fn release_build(place: &Place, generation: &Path) {
    if fs::read_to_string(&place.marker).is_ok_and(|name| name == name_of(generation)) {
        let _ = fs::remove_file(&place.marker);
    }
}

pub fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
