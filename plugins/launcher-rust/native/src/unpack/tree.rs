//! A directory that is being filled, and the rule that nothing of it lands elsewhere. Every path is relative, made of plain
//! names; symlinks are created by `finish`, after all files of all slots, so that no write can pass through one; a link whose
//! target would leave the directory is refused. Directories get their own modes last, so that one without write permission
//! can still be filled.
//!
//! EFLAVOR_CONFINED for a path or link that would leave, EFLAVOR_DISK_FULL when the disk or a quota is full, EFLAVOR_IO for
//! everything else the system refuses. What was written until then is the caller's to remove.
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail, system_error};
use crate::registry::limits;
use crate::sys;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

const MOST_LINKS: usize = 40;

pub struct Tree {
    root: PathBuf,
    umask: u32,
    /// Directories known to exist, and the mode each gets at the end where one was asked for.
    directories: BTreeMap<String, Option<u32>>,
    files: BTreeMap<String, u64>,
    symlinks: BTreeMap<String, String>,
    /// What is written now is the user's to change.
    pub configures: bool,
    /// Those files that are.
    configuration: BTreeMap<String, u64>,
}

pub struct OpenFile {
    path: String,
    file: File,
    size: u64,
}

impl OpenFile {
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|error| writing(&self.path, error))?;
        self.size += bytes.len() as u64;
        Ok(())
    }
}

/// `./a//b/` → `a/b`. EFLAVOR_CONFINED for absolute paths, `..`, and what the launcher keeps for itself.
pub fn confined_path(path: &str) -> Result<String> {
    let length = path.encode_utf16().count() as u64;
    if length > limits::TAR_PATH {
        return Err(fail(Code::Tar, format!("a path of {length} characters; {} is the most", limits::TAR_PATH)));
    }
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    if path.starts_with('/') || path.contains('\0') || names.contains(&"..") || !names.iter().all(|name| sys::is_plain_name(name)) {
        return Err(fail(Code::Confined, format!("{path:?} would leave the work environment")));
    }
    if names.first() == Some(&".flavor") {
        return Err(fail(Code::Confined, format!("{path:?} is the launcher's own")));
    }
    Ok(names.join("/"))
}

impl Tree {
    /// `root` must exist.
    pub fn new(root: &Path) -> Tree {
        let directories = BTreeMap::from([(String::new(), None)]);
        Tree {
            root: root.to_path_buf(),
            umask: sys::umask(),
            directories,
            files: BTreeMap::new(),
            symlinks: BTreeMap::new(),
            configures: false,
            configuration: BTreeMap::new(),
        }
    }

    pub fn directory(&mut self, path: &str, mode: u32) -> Result<()> {
        let path = confined_path(path)?;
        self.make_directory(&path)?;
        self.directories.insert(path, Some(mode));
        Ok(())
    }

    /// A later member of the same name replaces an earlier one, and never writes into what a hard link shares.
    pub fn file(&mut self, path: &str, mode: u32) -> Result<OpenFile> {
        let path = self.make_room(path)?;
        let mode = mode & 0o777;
        let file = sys::create_file(&self.root.join(&path), mode).map_err(|error| writing(&path, error))?;
        if mode & self.umask != 0 {
            sys::set_mode_of(&file, mode).map_err(|error| writing(&path, error))?;
        }
        Ok(OpenFile { path, file, size: 0 })
    }

    pub fn close(&mut self, file: OpenFile) {
        self.add(file.path, file.size);
    }

    fn add(&mut self, path: String, size: u64) {
        if self.configures {
            self.configuration.insert(path.clone(), size);
        }
        self.files.insert(path, size);
    }

    /// A file that `make` creates under the name it is given, with whatever mode it has.
    pub fn place(&mut self, path: &str, size: u64, make: impl FnOnce(&Path) -> io::Result<()>) -> Result<()> {
        let path = self.make_room(path)?;
        make(&self.root.join(&path)).map_err(|error| writing(&path, error))?;
        self.add(path, size);
        Ok(())
    }

    pub fn hardlink(&mut self, path: &str, target: &str) -> Result<()> {
        let (path, from) = (confined_path(path)?, confined_path(target)?);
        let Some(size) = self.files.get(&from).copied() else {
            return Err(fail(Code::Confined, format!("{path} is a hard link to {target}, which is no file of the package")));
        };
        if from == path {
            return Ok(());
        }
        let path = self.make_room(&path)?;
        let (from, to) = (self.root.join(from), self.root.join(&path));
        let linked = match fs::hard_link(&from, &to) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => fs::copy(&from, &to).map(|_| ()),
            done => done,
        };
        linked.map_err(|error| writing(&path, error))?;
        self.add(path, size);
        Ok(())
    }

    pub fn symlink(&mut self, path: &str, target: &str) -> Result<()> {
        let path = confined_path(path)?;
        if path.is_empty() || target.is_empty() {
            return Err(fail(Code::Confined, format!("{path:?} is no place for a link to {target:?}")));
        }
        if self.directories.contains_key(&path) {
            return Err(fail(Code::Confined, format!("{path} is a directory and a link at once")));
        }
        let path = self.make_room(&path)?;
        self.symlinks.insert(path, target.to_string());
        Ok(())
    }

    /// Takes over what another tree of the same root has written. Their paths must differ.
    pub fn merge(&mut self, other: Tree) {
        for (path, mode) in other.directories {
            let known = self.directories.entry(path).or_default();
            *known = mode.or(*known);
        }
        self.files.extend(other.files);
        self.symlinks.extend(other.symlinks);
        self.configuration.extend(other.configuration);
    }

    /// To be asked for at the end.
    pub fn take_configuration(&mut self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.configuration)
    }

    /// Creates the symlinks and sets the directories' modes. Gives the regular files with their sizes.
    pub fn finish(self) -> Result<BTreeMap<String, u64>> {
        for (path, target) in &self.symlinks {
            self.require_inside(path, target)?;
        }
        sys::make_symlinks(&self.root, &self.symlinks).map_err(|(path, error)| writing(&path, error))?;
        let usual = 0o755 & !self.umask;
        let mut directories: Vec<_> = self.directories.iter().collect();
        directories.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        for (path, mode) in directories {
            let Some(mode) = mode.filter(|mode| !path.is_empty() && *mode != usual) else { continue };
            sys::set_mode(&self.root.join(path), mode & 0o777).map_err(|error| writing(path, error))?;
        }
        Ok(self.files)
    }

    /// Makes the directory that holds a file and takes away what an earlier member has left under its name.
    fn make_room(&mut self, path: &str) -> Result<String> {
        let path = confined_path(path)?;
        self.make_directory(parent_of(&path))?;
        self.symlinks.remove(&path);
        if self.files.remove(&path).is_some() {
            self.configuration.remove(&path);
            match fs::remove_file(self.root.join(&path)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(writing(&path, error)),
                _ => {}
            }
        }
        Ok(path)
    }

    /// The directory and those above it, each a real one.
    fn make_directory(&mut self, path: &str) -> Result<()> {
        if self.directories.contains_key(path) {
            return Ok(());
        }
        let mut missing = vec![path];
        while let Some(last) = missing.last()
            && !self.directories.contains_key(parent_of(last))
        {
            missing.push(parent_of(last));
        }
        while let Some(path) = missing.pop() {
            self.make_one(path)?;
            self.directories.insert(path.to_string(), None);
        }
        Ok(())
    }

    fn make_one(&self, path: &str) -> Result<()> {
        if self.symlinks.contains_key(path) {
            return Err(fail(Code::Confined, format!("{path} is a link and cannot hold files")));
        }
        let full = self.root.join(path);
        match sys::create_directory(&full, 0o755) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let found = fs::symlink_metadata(&full).map_err(|error| writing(path, error))?;
                if found.is_dir() { Ok(()) } else { Err(fail(Code::Confined, format!("{path} is no directory and cannot hold files"))) }
            }
            made => made.map_err(|error| writing(path, error)),
        }
    }

    /// Follows a link as the system would, through the links of this tree and those already on disk. Comparing text is not
    /// enough: `p/q/up -> ../..` stays inside and so does `x -> p/q/up/..` by its letters, but not once `up` is followed.
    fn require_inside(&self, path: &str, target: &str) -> Result<()> {
        let leaves = || fail(Code::Confined, format!("{path} is a link to {target:?}, which would leave the work environment"));
        if target.starts_with('/') {
            return Err(leaves());
        }
        let mut at: Vec<String> = parent_of(path).split('/').filter(|name| !name.is_empty()).map(str::to_string).collect();
        let mut pending: Vec<String> = target.split('/').rev().map(str::to_string).collect();
        let mut followed = 0;
        while let Some(name) = pending.pop() {
            match name.as_str() {
                "" | "." => {}
                ".." => {
                    at.pop().ok_or_else(leaves)?;
                }
                name if !sys::is_plain_name(name) => return Err(leaves()),
                _ => {
                    at.push(name);
                    let Some(link) = self.link_at(&at.join("/")) else { continue };
                    followed += 1;
                    if link.starts_with('/') || followed > MOST_LINKS {
                        return Err(leaves());
                    }
                    at.pop();
                    pending.extend(link.split('/').rev().map(str::to_string));
                }
            }
        }
        Ok(())
    }

    fn link_at(&self, path: &str) -> Option<String> {
        if let Some(target) = self.symlinks.get(path) {
            return Some(target.clone());
        }
        if self.directories.contains_key(path) || self.files.contains_key(path) {
            return None;
        }
        let target = fs::read_link(self.root.join(path)).ok()?;
        Some(target.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
    }
}

pub fn parent_of(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}

fn writing(path: &str, error: io::Error) -> PackageError {
    system_error(error, format_args!("write {path}"))
}
