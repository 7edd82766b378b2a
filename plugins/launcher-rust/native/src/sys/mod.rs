//! What systems do differently, and calls that the standard library does not have, each behind a safe function: one file for
//! each kind of system, with the same names in both. All unsafe code of this program is there, and nothing else asks which
//! system it is built for.
/// Why a file or directory cannot be relied on: somebody else can change it.
pub enum Doubt {
    /// It belongs to neither the system nor this user. Says to whom.
    Stranger(String),
    /// Others may write to it.
    Others,
}

pub mod arena;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::*;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::*;
