//! Pins: the key that a package's name was first met with, one file for each name, in the user's directory. Reading one is
//! strict; making or changing one may fail, and then the start goes on without it.
use super::policy::{Owner, lines, read_policy_file, unreliable, words};
use super::trusted_keys::{PublicKey, key_of, to_base64};
use crate::errors::Result;
use crate::format::bytes::{sha256, to_hex};
use crate::sys;
use crate::workenv::make_directory::make_directory;
use crate::workenv::places::safe_name;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// `user` is the user's directory.
pub fn pin_path(user: &Path, name: &str) -> PathBuf {
    let digest = to_hex(&sha256(name.as_bytes()));
    user.join(format!("pins/{}-{}", safe_name(name), &digest[..12]))
}

/// None when the name is not pinned.
pub fn read_pin(path: &Path) -> Result<Option<PublicKey>> {
    let Some(text) = read_policy_file(path, Owner::User)? else { return Ok(None) };
    let mut lines = lines(&text);
    let wrong = |why| Err(unreliable(path.display(), why).with_hint(format!("rm {}", path.display())));
    match (lines.next(), lines.next()) {
        (Some((line, text)), None) => key_of(&mut words(text), path, line).map(Some),
        (None, _) => wrong("a pin is one line; there is none"),
        _ => wrong("a pin is one line; there are more"),
    }
}

/// False when there is one already.
pub fn make_pin(path: &Path, key: &PublicKey, name: &str) -> io::Result<bool> {
    let draft = write_draft(path, key, name)?;
    let made = match fs::hard_link(&draft, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        // A file system without hard links: it appears before its content does, for a moment.
        Err(_) => write_new(path, &pin_line(key, name)).map(|()| true),
    };
    let _ = fs::remove_file(&draft);
    made
}

/// Whole, like a new one.
pub fn change_pin(path: &Path, key: &PublicKey, name: &str) -> io::Result<()> {
    let draft = write_draft(path, key, name)?;
    let changed = sys::rename(&draft, path);
    if changed.is_err() {
        let _ = fs::remove_file(&draft);
    }
    changed
}

/// A whole pin under a name that nobody reads.
fn write_draft(path: &Path, key: &PublicKey, name: &str) -> io::Result<PathBuf> {
    let directory = path.parent().unwrap_or(path);
    require_own(directory)?;
    make_directory(directory, 0o700)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let draft = directory.join(format!(".{}.{:x}", std::process::id(), now.as_nanos()));
    write_new(&draft, &pin_line(key, name)).inspect_err(|_| drop(fs::remove_file(&draft))).map(|()| draft)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = sys::create_file(path, 0o644)?;
    file.write_all(text.as_bytes())?;
    // An empty pin, after a power cut, would refuse every start.
    file.sync_all()
}

fn pin_line(key: &PublicKey, name: &str) -> String {
    let plain: String =
        name.chars().map(|char| if char.is_control() || matches!(char, '\u{2028}' | '\u{2029}') { '?' } else { char }).collect();
    format!("ed25519 {} {plain}\n", to_base64(key))
}

/// The nearest directory that is there belongs to the user: root with the home of somebody else leaves nothing behind.
fn require_own(directory: &Path) -> io::Result<()> {
    let found = directory.ancestors().find_map(|one| match fs::metadata(one) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        found => Some(found),
    });
    let own = found.transpose()?.is_some_and(|found| sys::is_own(&found));
    if own { Ok(()) } else { Err(ErrorKind::PermissionDenied.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("flavor-pins-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        directory
    }

    fn pinned(path: &Path) -> Option<PublicKey> {
        read_pin(path).unwrap()
    }

    #[test]
    fn a_pin_is_made_once_and_changed_whole() {
        let user = directory("made");
        let path = pin_path(&user, "@scope/sample\n");
        assert_eq!(path.file_name().unwrap().to_str().unwrap().rsplit_once('-').unwrap().0, "scope-sample-");
        assert_eq!(pinned(&path), None);
        assert!(make_pin(&path, &[1; 32], "@scope/sample\n").unwrap());
        assert!(!make_pin(&path, &[2; 32], "@scope/sample\n").unwrap());
        assert_eq!(pinned(&path), Some([1; 32]));
        change_pin(&path, &[2; 32], "@scope/sample\n").unwrap();
        assert_eq!(pinned(&path), Some([2; 32]));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        fs::remove_dir_all(user).unwrap();
    }

    #[test]
    fn a_pin_without_a_key_or_with_two_is_refused() {
        let user = directory("refused");
        let path = user.join("pin");
        let line = pin_line(&[1; 32], "sample");
        for (text, fine) in [(String::new(), false), (line.clone(), true), (line.repeat(2), false), (format!("x {line}"), false)] {
            fs::write(&path, &text).unwrap();
            assert_eq!(read_pin(&path).is_ok(), fine, "{text}");
        }
        fs::remove_dir_all(user).unwrap();
    }
}
