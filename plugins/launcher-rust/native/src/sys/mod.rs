//! What systems do differently, and calls that the standard library does not have, each behind a safe function: one file for
//! each kind of system, with the same names in both. All unsafe code of this program is there, and nothing else asks which
//! system it is built for.
#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::*;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::*;
