//! One line on a terminal, when unpacking takes longer than a second; it is gone when the application starts.
use crate::log::say;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

pub struct Progress {
    name: String,
    terminal: bool,
    total: u64,
    begun: Instant,
    done: AtomicU64,
    /// Milliseconds after which the line is written next.
    next: AtomicU64,
    shown: AtomicBool,
}

impl Progress {
    pub fn new(name: &str, total: u64) -> Progress {
        Progress {
            name: name.to_string(),
            terminal: std::io::stderr().is_terminal(),
            total,
            begun: Instant::now(),
            done: AtomicU64::new(0),
            next: AtomicU64::new(1000),
            shown: AtomicBool::new(false),
        }
    }

    pub fn add(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Relaxed) + bytes;
        if !self.terminal {
            return;
        }
        let now = self.begun.elapsed().as_millis() as u64;
        let next = self.next.load(Relaxed);
        if now >= next && self.next.compare_exchange(next, now + 200, Relaxed, Relaxed).is_ok() {
            self.shown.store(true, Relaxed);
            let (done, total) = (megabytes(done), megabytes(self.total));
            say(&format!("\r{}: unpacking, {done} of {total} MB, only this first time\x1b[K", self.name));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.load(Relaxed) {
            say("\r\x1b[K");
        }
    }
}

/// With a tenth below ten, and without the tables that numbers with a point would bring along.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    if tenths < 100 { format!("{}.{}", tenths / 10, tenths % 10) } else { format!("{}", tenths / 10) }
}
