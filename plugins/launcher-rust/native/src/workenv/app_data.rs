//! Where an application keeps its data: `$XDG_DATA_HOME/flavor/appdata/<name>/`, outside every work environment, so that it
//! outlives versions and no cleaning touches it. A file `owner` names the key whose packages it belongs to; a package of the
//! same name under another key gets a directory of its own, unless a rotation leads to it. Development packages share one
//! owner called `development`.
use super::atomic_file::{create_file, replace_file};
use super::make_directory::make_directory;
use super::places::safe_name;
use super::variables::Variables;
use crate::format::bytes::{hash_from_hex, to_hex};
use crate::sys;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

pub enum DataOwner<'a> {
    Development,
    Key {
        key: &'a [u8; 32],
        /// Keys that statements of the package name as earlier ones.
        before: Vec<[u8; 32]>,
        /// Do good statements lead from that one?
        leads: &'a dyn Fn(&[u8; 32]) -> bool,
    },
}

impl DataOwner<'_> {
    fn name(&self) -> String {
        match self {
            DataOwner::Development => "development".to_string(),
            DataOwner::Key { key, .. } => to_hex(*key),
        }
    }

    fn follows(&self, owner: &str) -> bool {
        matches!(self, DataOwner::Key { leads, .. } if hash_from_hex(owner).is_some_and(|owner| leads(&owner)))
    }
}

/// Made if need be. None when no directory can hold it.
pub fn open_app_data(env: &Variables, base: &Path, name: &str, owner: &DataOwner) -> Option<PathBuf> {
    let own = sys::DATA_PLACES.iter().filter_map(|place| place(&|name| env.absolute(name)));
    own.chain([base.to_path_buf()]).find_map(|place| claim(&place.join("appdata"), &safe_name(name), owner).ok())
}

fn claim(directory: &Path, name: &str, owner: &DataOwner) -> io::Result<PathBuf> {
    let asker = owner.name();
    let own = directory.join(name);
    let found = owner_of(&own, &asker)?;
    if found == asker || adopt(&own, &found, owner) {
        return Ok(own);
    }
    let other = directory.join(format!("{name}-{}", short(&asker)));
    if let DataOwner::Key { before, .. } = owner
        && fs::symlink_metadata(&other).is_err()
    {
        let earlier = before.iter().map(|key| (directory.join(format!("{name}-{}", short(&to_hex(key)))), to_hex(key)));
        let adopted = earlier.into_iter().find(|(path, key)| read_owner(path).is_ok_and(|found| found == *key) && adopt(path, key, owner));
        if let Some((path, _)) = adopted {
            let _ = sys::rename(&path, &other);
        }
    }
    if owner_of(&other, &asker)? == asker { Ok(other) } else { Err(ErrorKind::AlreadyExists.into()) }
}

fn short(owner: &str) -> &str {
    if owner == "development" { owner } else { owner.get(..8).unwrap_or(owner) }
}

/// Hands a directory over to the key that a rotation leads to. One that cannot be changed is handed over each time.
fn adopt(path: &Path, found: &str, owner: &DataOwner) -> bool {
    if !owner.follows(found) {
        return false;
    }
    let _ = replace_file(&path.join("owner"), &draft_in(path), &format!("{}\n", owner.name()));
    true
}

/// Whose the directory is; the asker's when it was nobody's.
fn owner_of(path: &Path, asker: &str) -> io::Result<String> {
    if let Ok(owner) = read_owner(path) {
        return Ok(owner);
    }
    make_directory(path, 0o700)?;
    match create_file(&path.join("owner"), &draft_in(path), &format!("{asker}\n")) {
        Ok(()) => Ok(asker.to_string()),
        Err(_) => read_owner(path),
    }
}

fn draft_in(path: &Path) -> PathBuf {
    path.join(format!(".owner.{}", std::process::id()))
}

fn read_owner(path: &Path) -> io::Result<String> {
    fs::read_to_string(path.join("owner")).map(|owner| owner.trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workenv::remove_tree::remove_tree;

    const KEY: [u8; 32] = [0xab; 32];
    const EARLIER: [u8; 32] = [0xcd; 32];

    /// Two places for data, one with directories that have owners already.
    fn opened(owners: &[(&str, &str)], prepare: impl FnOnce(&Path)) -> (PathBuf, String) {
        let root = sys::make_temporary_directory(&std::env::temp_dir().join("flavor-data-")).unwrap();
        for (name, owner) in owners {
            let path = root.join("first/flavor/appdata").join(name);
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join("owner"), format!("{owner}\n")).unwrap();
        }
        prepare(&root.join("first/flavor/appdata"));
        let mut env = Variables::default();
        env.set("XDG_DATA_HOME", root.join("first"));
        env.set("HOME", root.join("second"));
        let owner = DataOwner::Key { key: &KEY, before: vec![EARLIER], leads: &|from| *from == EARLIER };
        let found = open_app_data(&env, &root, "sample", &owner).unwrap();
        let holder = read_owner(&found).unwrap();
        remove_tree(&root).unwrap();
        (found.strip_prefix(&root).unwrap().to_path_buf(), holder)
    }

    #[test]
    fn what_belongs_to_others_twice_sends_the_data_to_the_next_place() {
        let stranger = to_hex(&[0xef; 32]);
        let own = to_hex(&KEY);
        let first = Path::new("first/flavor/appdata");
        assert_eq!(opened(&[], |_| {}), (first.join("sample"), own.clone()));
        assert_eq!(opened(&[("sample", &stranger)], |_| {}), (first.join("sample-abababab"), own.clone()));
        let (found, holder) = opened(&[("sample", &stranger), ("sample-abababab", &stranger)], |_| {});
        assert_eq!(holder, own);
        assert!(!found.starts_with("first") && found.ends_with("appdata/sample"), "{}", found.display());
    }

    #[test]
    fn data_whose_owner_cannot_be_changed_is_used_all_the_same() {
        let earlier = to_hex(&EARLIER);
        let taken = |directory: &Path| fs::create_dir(draft_in(&directory.join("sample"))).unwrap();
        assert_eq!(opened(&[("sample", &earlier)], taken), (Path::new("first/flavor/appdata/sample").to_path_buf(), earlier));
    }
}
