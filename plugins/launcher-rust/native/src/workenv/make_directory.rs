//! Makes a directory and those above it, with one mode.
use crate::sys;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

pub fn make_directory(path: &Path, mode: u32) -> io::Result<()> {
    match sys::create_directory(path, mode) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let Some(parent) = path.parent() else { return Err(error) };
            make_directory(parent, mode)?;
            match sys::create_directory(path, mode) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && is_directory(path) => Ok(()),
                made => made,
            }
        }
        Err(_) if is_directory(path) => Ok(()),
        made => made,
    }
}

fn is_directory(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_dir())
}
