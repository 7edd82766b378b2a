//! Where an application keeps its data: `$XDG_DATA_HOME/flavor/appdata/<name>/`, outside every work environment, so that it
//! outlives versions and no cleaning touches it. A file `owner` names the key whose packages it belongs to; a package of the
//! same name under another key gets a directory of its own. Development packages share one owner called `development`.
use super::base::password_home;
use super::make_directory::make_directory;
use super::places::safe_name;
use super::variables::Variables;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// `owner` is 64 hex digits, or `development`. Made if need be. None when no directory can hold it.
pub fn open_app_data(env: &Variables, base: &Path, name: &str, owner: &str) -> Option<PathBuf> {
    let absolute = |name: &str| env.get(name).map(Path::new).filter(|path| path.is_absolute());
    let home = || absolute("HOME").map(Path::to_path_buf).or_else(password_home);
    let places: [&dyn Fn() -> Option<PathBuf>; 3] =
        [&|| absolute("XDG_DATA_HOME").map(|path| path.join("flavor")), &|| home().map(|path| path.join(".local/share/flavor")), &|| {
            Some(base.to_path_buf())
        }];
    places.iter().find_map(|place| claim(&place()?.join("appdata"), name, owner).ok())
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
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&note);
    match made.and_then(|mut file| file.write_all(format!("{asker}\n").as_bytes())) {
        Ok(()) => Ok(asker.to_string()),
        Err(_) => Ok(fs::read_to_string(&note)?.trim().to_string()),
    }
}
