//! Files. The standard library itself takes paths longer than 260 characters.
use super::process::random_word;
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Error, ErrorKind, Read};
use std::os::windows::fs::{FileExt, OpenOptionsExt, symlink_dir, symlink_file};
use std::path::{Component, Path, PathBuf, Prefix};
use std::time::{Duration, Instant, SystemTime};
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION, ERROR_USER_MAPPED_FILE};
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_SHARE_READ,
    FILE_WRITE_ATTRIBUTES,
};

/// What scanners of viruses hold open for a moment can be had a moment later.
const LONGEST_RENAME: Duration = Duration::from_secs(5);
const LONGEST_HOLD: Duration = Duration::from_secs(1);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// A directory with an open file in it cannot get another name.
pub const LIVE_SURVIVES_RENAME: bool = false;

pub fn umask() -> u32 {
    0
}

/// A new file.
pub fn create_file(path: &Path, _mode: u32) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// A file, new or emptied. Never through a link.
pub fn replace_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT).open(path)
}

pub fn create_directory(path: &Path, _mode: u32) -> io::Result<()> {
    DirBuilder::new().create(path)
}

/// A new directory; `prefix` gets six characters.
pub fn make_temporary_directory(prefix: &Path) -> io::Result<PathBuf> {
    loop {
        let mut path = prefix.as_os_str().to_os_string();
        path.push(random_word());
        match create_directory(path.as_ref(), 0o700) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|()| PathBuf::from(path)),
        }
    }
}

/// Only the permission to write is known here, and only of files.
pub fn mode_of(found: &Metadata) -> u32 {
    if found.permissions().readonly() && !found.is_dir() { 0o555 } else { 0o755 }
}

pub fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    let mut permissions = found.permissions();
    permissions.set_readonly(mode & 0o222 == 0);
    if found.is_file() { fs::set_permissions(path, permissions) } else { Ok(()) }
}

pub fn set_mode_of(file: &File, mode: u32) -> io::Result<()> {
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(mode & 0o222 == 0);
    file.set_permissions(permissions)
}

/// Also one that must not be written to.
pub fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path).or_else(|_| set_mode(path, 0o700).and_then(|()| fs::remove_file(path)))
}

/// Nothing takes the place of a directory.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    until(LONGEST_RENAME, || match fs::rename(from, to) {
        Err(error) if is_busy(&error) && to.is_dir() => Err(ErrorKind::AlreadyExists.into()),
        done => done,
    })
}

/// Again and again, while others have the file.
fn until<T>(longest: Duration, attempt: impl Fn() -> io::Result<T>) -> io::Result<T> {
    let begun = Instant::now();
    loop {
        match attempt() {
            Err(error) if is_busy(&error) && begun.elapsed() < longest => std::thread::sleep(POLL_INTERVAL),
            done => return done,
        }
    }
}

fn is_busy(error: &Error) -> bool {
    let code = error.raw_os_error().unwrap_or_default() as u32;
    matches!(code, ERROR_ACCESS_DENIED | ERROR_LOCK_VIOLATION | ERROR_SHARING_VIOLATION | ERROR_USER_MAPPED_FILE)
}

/// May this process make files in the directory? The system is asked for the right to do so.
pub fn may_write(directory: &Path) -> io::Result<()> {
    if !fs::metadata(directory)?.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    let right = FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY;
    OpenOptions::new().access_mode(right).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(directory).map(|_| ())
}

pub fn may_execute(_: &Path) -> io::Result<()> {
    Ok(())
}

pub fn is_noexec(_: &Path) -> bool {
    false
}

/// Sets the time of the last change to now.
pub fn touch(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().access_mode(FILE_WRITE_ATTRIBUTES).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(path)?;
    file.set_modified(SystemTime::now())
}

pub fn share_content(_: &File, _: &File) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

pub fn read_exact_at(file: &File, mut into: &mut [u8], mut position: u64) -> io::Result<()> {
    while !into.is_empty() {
        match file.seek_read(into, position) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                into = &mut into[count..];
                position += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// As people and programs write it, without the prefix that few programs understand.
pub fn real_path(path: &Path) -> io::Result<PathBuf> {
    let real = fs::canonicalize(path)?;
    let mut parts = real.components();
    let plain = match parts.next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            Prefix::VerbatimDisk(letter) => Some(PathBuf::from(format!("{}:", letter as char))),
            Prefix::VerbatimUNC(server, share) => Some(PathBuf::from(r"\\").join(server).join(share)),
            _ => None,
        },
        _ => None,
    };
    let Some(mut plain) = plain.map(PathBuf::into_os_string) else { return Ok(real) };
    plain.push(parts.as_path());
    Ok(PathBuf::from(plain))
}

pub fn opened_path(_: &File) -> Option<PathBuf> {
    None
}

pub fn temporary_directory() -> PathBuf {
    std::env::temp_dir()
}

pub fn make_fifo(_: &Path, _mode: u32) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// For reading.
pub fn open_without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Keeps others from opening the file to delete it, which they do for a moment when they ask whether it is held.
pub fn hold(path: &Path) -> io::Result<File> {
    until(LONGEST_HOLD, || OpenOptions::new().read(true).share_mode(FILE_SHARE_READ).open(path))
}

/// Asks for the right to delete, which holders do not share.
pub fn is_held(path: &Path) -> bool {
    OpenOptions::new().access_mode(DELETE).open(path).is_err_and(|error| is_busy(&error))
}

/// What the application has to hold. Its end is seen by this process, which is still there then.
pub fn hold_until_end(path: &Path, _then: impl FnOnce()) -> io::Result<Vec<File>> {
    Ok(vec![hold(path)?])
}

/// The link that names the generation in use: a small file with its path, since links need rights here. It appears with its
/// content at once, and fails when something is there already.
pub fn make_pointer(target: &Path, path: &Path) -> io::Result<()> {
    let text = target.to_string_lossy();
    let beside = path.with_file_name("").join(target).join(format!(".flavor/pointer.{}", random_word()));
    fs::write(&beside, &*text)?;
    let made = match fs::hard_link(&beside, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => write_new(path, &text),
        made => made,
    };
    let _ = fs::remove_file(&beside);
    made
}

/// Where there are no hard links.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    use io::Write;
    create_file(path, 0o644)?.write_all(text.as_bytes())
}

pub fn read_pointer(path: &Path) -> io::Result<PathBuf> {
    let mut text = String::new();
    OpenOptions::new().read(true).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT).open(path)?.take(4096).read_to_string(&mut text)?;
    match text.trim_end() {
        text if text.starts_with(".gen/") => Ok(PathBuf::from(text)),
        _ => Err(ErrorKind::InvalidData.into()),
    }
}

/// A link to a file.
pub fn link_file(target: &Path, path: &Path) -> io::Result<()> {
    symlink_file(target, path)?;
    if is_there(path) { Ok(()) } else { Err(ErrorKind::Unsupported.into()) }
}

/// The link to the data of an application. Where links need rights that this user does not have, it does without: a variable
/// says the same.
pub fn link_directory(target: &Path, path: &Path) -> io::Result<bool> {
    Ok(symlink_dir(target, path).is_ok() && is_there(path))
}

/// Symbolic links where this user may make them, else what they lead to once more. Links to files come first, so that what is
/// below a directory is complete when it is copied. One that leads nowhere, and could not be made, is left out.
pub fn make_symlinks(root: &Path, links: &BTreeMap<String, String>) -> Result<(), (String, Error)> {
    let mut pending: Vec<(&String, PathBuf)> =
        links.iter().map(|(path, target)| (path, PathBuf::from(target.replace('/', r"\")))).collect();
    let destination = |path: &str, target: &Path| root.join(path).with_file_name("").join(target);
    for of_files in [true, false] {
        loop {
            let before = pending.len();
            let mut failed = None;
            pending.retain(|(path, target)| {
                let from = destination(path, target);
                let wanted = fs::metadata(&from).is_ok_and(|found| found.is_file() == of_files);
                if wanted && let Err(error) = link_or_copy(target, &from, &root.join(path), !of_files) {
                    failed.get_or_insert(((*path).clone(), error));
                }
                !wanted
            });
            match failed {
                Some(failed) => return Err(failed),
                None if pending.len() == before => break,
                None => {}
            }
        }
    }
    for (path, target) in pending {
        let _ = symlink_file(target, root.join(path));
    }
    Ok(())
}

fn link_or_copy(target: &Path, from: &Path, to: &Path, directory: bool) -> io::Result<()> {
    match if directory { symlink_dir(target, to) } else { symlink_file(target, to) } {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Ok(()) if is_there(to) => Ok(()),
        _ => copy(from, to, to),
    }
}

/// Wine before 9.0 says that it has made a link, and has not.
fn is_there(link: &Path) -> bool {
    fs::symlink_metadata(link).is_ok()
}

/// `made` is what all this makes: a link to a directory above it must not copy it into itself.
fn copy(from: &Path, to: &Path, made: &Path) -> io::Result<()> {
    if !fs::metadata(from)?.is_dir() {
        return fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(|_| ()));
    }
    let names: Vec<_> = fs::read_dir(from)?.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<_>>()?;
    fs::create_dir(to)?;
    names.iter().filter(|name| from.join(name) != made).try_for_each(|name| copy(&from.join(name), &to.join(name), made))
}
