//! Where an application keeps its data: `$XDG_DATA_HOME/flavor/appdata/<name>/`, outside every work environment, so that it
//! outlives versions and no cleaning touches it. A file `owner` names the key whose packages it belongs to; a package of the
//! same name under another key gets a directory of its own. Development packages share one owner called `development`.
use super::make_directory::make_directory;
use super::places::safe_name;
use super::variables::Variables;
use crate::sys;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// `owner` is 64 hex digits, or `development`. Made if need be. None when no directory can hold it.
pub fn open_app_data(env: &Variables, base: &Path, name: &str, owner: &str) -> Option<PathBuf> {
    let own = sys::DATA_PLACES.iter().filter_map(|place| place(&|name| env.absolute(name)));
    own.chain([base.to_path_buf()]).find_map(|place| claim(&place.join("appdata"), name, owner).ok())
}

fn claim(directory: &Path, name: &str, owner: &str) -> io::Result<PathBuf> {
    let own = directory.join(safe_name(name));
    if owner_of(&own, owner)? == owner {
        return Ok(own);
    }
    let short = if owner == "development" { owner } else { owner.get(..8).unwrap_or(owner) };
    let other = directory.join(format!("{}-{short}", safe_name(name)));
    owner_of(&other, owner)?;
    Ok(other)
}

/// Whose the directory is; the asker's when it was nobody's.
fn owner_of(path: &Path, asker: &str) -> io::Result<String> {
    let note = path.join("owner");
    if let Ok(owner) = fs::read_to_string(&note) {
        return Ok(owner.trim().to_string());
    }
    make_directory(path, 0o700)?;
    let made = sys::create_file(&note, 0o600);
    match made.and_then(|mut file| file.write_all(format!("{asker}\n").as_bytes())) {
        Ok(()) => Ok(asker.to_string()),
        Err(_) => Ok(fs::read_to_string(&note)?.trim().to_string()),
    }
}
