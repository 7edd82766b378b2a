//! Slots that several packages may share exist once: extracted into `slots/<key>/tree`, without write permission, and entered
//! into each generation by reflink where the file system has it, else by hard links in directories of its own, else by
//! copying. Never by a link to a directory: programs that ask for the real path of a file would then look for its neighbours
//! in the wrong place.
use super::generation::name_of;
use super::make_directory::make_directory;
use super::places::slots_of;
use super::remove_tree::remove_tree;
use super::stamp::{agrees_with_list, boot_id, same_boot, write_file_list};
use crate::errors::{Result, is_full, system_error};
use crate::sys;
use crate::unpack::tree::Tree;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::SystemTime;

/// Makes sure that the key's content exists; `fill` extracts it when it does not. `builder` is the generation it is done for.
pub fn provide_slot(base: &Path, key: &str, builder: &Path, fill: impl FnOnce(&mut Tree) -> Result<()>) -> Result<()> {
    let home = slots_of(base).join(key);
    let making = |error: io::Error| system_error(error, format_args!("make {}", home.display()));
    if is_sound(&home).map_err(making)? {
        return Ok(());
    }
    let draft = slots_of(base).join(format!(".{}.{key}", name_of(builder)));
    let made = make_directory(&draft.join("tree"), 0o700).map_err(making).and_then(|()| {
        let mut tree = Tree::new(&draft.join("tree"));
        fill(&mut tree)?;
        let files = tree.finish()?;
        let seal = || -> io::Result<()> {
            for path in files.keys() {
                without_writing(&draft.join("tree").join(path))?;
            }
            write_file_list(&draft.join("files"), &files)?;
            fs::write(draft.join("boot"), boot_id())?;
            settle(&draft, &home)
        };
        seal().map_err(making)
    });
    if made.is_err() {
        let _ = remove_tree(&draft);
    }
    made
}

/// Enters a stored slot into a generation's tree.
pub fn enter_slot(base: &Path, key: &str, tree: &mut Tree, copier: &mut Copier) -> Result<()> {
    let home = slots_of(base).join(key);
    enter(&home.join("tree"), "", tree, copier)?;
    // Its age only matters to cleaning.
    let _ = sys::touch(&home);
    Ok(())
}

fn enter(root: &Path, path: &str, tree: &mut Tree, copier: &mut Copier) -> Result<()> {
    let reading = |error: io::Error| system_error(error, format_args!("read {}", root.join(path).display()));
    for entry in fs::read_dir(root.join(path)).map_err(reading)? {
        let entry = entry.map_err(reading)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let inner = if path.is_empty() { name } else { format!("{path}/{name}") };
        let found = entry.metadata().map_err(reading)?;
        if found.is_dir() {
            tree.directory(&inner, sys::mode_of(&found))?;
            enter(root, &inner, tree, copier)?;
        } else if found.is_symlink() {
            let target = fs::read_link(root.join(&inner)).map_err(reading)?;
            tree.symlink(&inner, &target.to_string_lossy())?;
        } else {
            tree.place(&inner, found.len(), |to| copier.copy(&root.join(&inner), to))?;
        }
    }
    Ok(())
}

/// How file contents get into a generation: reflink, else hard link, else copy. Found out with the first file, then kept.
#[derive(Default)]
pub struct Copier {
    way: usize,
}

impl Copier {
    pub fn copy(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        loop {
            let done = match self.way {
                0 => reflink(from, to),
                1 => fs::hard_link(from, to),
                _ => return fs::copy(from, to).map(|_| ()),
            };
            match done {
                Err(error) if error.kind() == ErrorKind::AlreadyExists || is_full(&error) => return Err(error),
                Err(error) if error.kind() == ErrorKind::TooManyLinks => return fs::copy(from, to).map(|_| ()),
                Err(_) => self.way += 1,
                Ok(()) => return Ok(()),
            }
        }
    }
}

fn reflink(from: &Path, to: &Path) -> io::Result<()> {
    let source = File::open(from)?;
    let mode = sys::mode_of(&source.metadata()?);
    let copy = sys::create_file(to, mode)?;
    let shared = sys::share_content(&source, &copy);
    let shared = shared.and_then(|()| sys::set_mode_of(&copy, mode));
    if shared.is_err() {
        let _ = fs::remove_file(to);
    }
    shared
}

/// Present, untouched, and either of this boot or with every file as large as it was.
fn is_sound(home: &Path) -> io::Result<bool> {
    let Ok(boot) = fs::read_to_string(home.join("boot")) else { return Ok(false) };
    let whole = same_boot(&boot, &boot_id()) || agrees_with_list(&home.join("files"), &home.join("tree"));
    let made = fs::symlink_metadata(home.join("boot"))?.modified()?;
    if whole && is_untouched(&home.join("tree"), made)? {
        return Ok(true);
    }
    remove_tree(home)?;
    Ok(false)
}

/// Whoever has one of the hard links can give itself the right to write, and what it then does to its own files happens to all.
/// Here it ends: nothing that was written to, added, taken away or made writable gets into another generation.
fn is_untouched(path: &Path, made: SystemTime) -> io::Result<bool> {
    let found = fs::symlink_metadata(path)?;
    let writable = found.is_file() && sys::mode_of(&found) & 0o222 != 0;
    if writable || found.modified()? > made {
        return Ok(false);
    }
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            if !is_untouched(&entry?.path(), made)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// The first to finish wins; a draft that comes too late is deleted.
fn settle(draft: &Path, home: &Path) -> io::Result<()> {
    match sys::rename(draft, home) {
        Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => remove_tree(draft),
        done => done,
    }
}

fn without_writing(path: &Path) -> io::Result<()> {
    sys::set_mode(path, sys::mode_of(&fs::symlink_metadata(path)?) & 0o555)
}
