//! Is a directory in use? A FIFO in it answers: whoever uses the directory holds the FIFO open for reading, and the system
//! closes it with the process, however that ends. Opening it for writing fails with ENXIO exactly when nobody holds it. No
//! process id is recorded anywhere, so this holds across containers, reboots and kill -9.
//!
//! Where the file system has no FIFOs an ordinary file stands in, and such a directory counts as in use for a week.
use crate::sys;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// The FIFO is for everybody: a base directory prepared by one user may be used by others.
pub fn make_live(path: &Path) -> io::Result<()> {
    match sys::make_fifo(path, 0o666) {
        Err(_) => OpenOptions::new().write(true).create_new(true).open(path).map(|_| ()),
        Ok(()) => Ok(()),
    }
}

/// Marks as in use until the file is closed. None when it is gone.
pub fn hold_live(path: &Path) -> Option<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).ok()
}

pub fn is_held(path: &Path) -> bool {
    match OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path) {
        Ok(_) => fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo() || is_recent(found.modified())),
        Err(error) => !matches!(error.raw_os_error(), Some(libc::ENXIO | libc::ENOENT | libc::ENOTDIR)),
    }
}

fn is_recent(modified: io::Result<SystemTime>) -> bool {
    modified.is_ok_and(|time| SystemTime::now().duration_since(time).is_ok_and(|age| age < WEEK))
}
