//! Deletes a directory and all below it, never following a link; directories without write permission are opened first.
use crate::sys;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

pub fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(_) => remove_stubborn(path),
        Ok(()) => Ok(()),
    }
}

fn remove_stubborn(path: &Path) -> io::Result<()> {
    let removed = fs::symlink_metadata(path).and_then(|found| {
        if !found.is_dir() {
            return sys::remove_file(path);
        }
        sys::set_mode(path, 0o700)?;
        for entry in fs::read_dir(path)? {
            remove_stubborn(&entry?.path())?;
        }
        fs::remove_dir(path)
    });
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
