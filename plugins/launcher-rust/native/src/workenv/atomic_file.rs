//! Files that appear with all of their content, or not at all: written beside their place, under a name that nobody else uses.
use crate::sys;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// In the place of what is there.
pub fn replace_file(path: &Path, draft: &Path, text: &str) -> io::Result<()> {
    let written = fs::write(draft, text).and_then(|()| sys::rename(draft, path));
    if written.is_err() {
        let _ = fs::remove_file(draft);
    }
    written
}

/// Fails where something is there.
pub fn create_file(path: &Path, draft: &Path, text: &str) -> io::Result<()> {
    let write = |path: &Path| sys::create_file(path, 0o600)?.write_all(text.as_bytes());
    let _ = fs::remove_file(draft);
    write(draft)?;
    let placed = match fs::hard_link(draft, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => write(path),
        done => done,
    };
    let _ = fs::remove_file(draft);
    placed
}
