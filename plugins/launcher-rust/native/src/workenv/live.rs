//! Is a directory in use? A FIFO in it answers: whoever uses the directory holds the FIFO open for reading, and the system
//! closes it with the process, however that ends. Opening it for writing fails with ENXIO exactly when nobody holds it. No
//! process id is recorded anywhere, so this holds across containers, reboots and kill -9.
//!
//! Where the file system has no FIFOs an ordinary file stands in, and such a directory counts as in use for a week. Windows
//! tells who holds an ordinary file: a handle that does not share deletion keeps others from opening the file to delete it.
use crate::sys;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// The FIFO is for everybody: a base directory prepared by one user may be used by others.
pub fn make_live(path: &Path) -> io::Result<()> {
    match sys::make_fifo(path, 0o666) {
        Err(_) => OpenOptions::new().write(true).create_new(true).open(path).map(|_| ()),
        Ok(()) => Ok(()),
    }
}

/// Marks as in use until the file is closed. None when it is gone.
pub fn hold_live(path: &Path) -> Option<File> {
    sys::hold(path).ok()
}

pub fn is_held(path: &Path) -> bool {
    sys::is_held(path)
}
