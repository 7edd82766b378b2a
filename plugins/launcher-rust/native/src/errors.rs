//! The one error that anything here can raise. Its code is a row of `format/errors.json`, shared by every implementation;
//! its message says what was wrong and where, in lower case and without a full stop.
use crate::codes::Code;
use std::{fmt, io};

#[derive(Clone, Debug)]
pub struct PackageError {
    pub code: Code,
    pub message: String,
    /// What to type or to do, where the code alone does not say it.
    pub hint: Option<String>,
}

pub type Result<T> = std::result::Result<T, PackageError>;

pub fn fail(code: Code, message: impl Into<String>) -> PackageError {
    PackageError { code, message: message.into(), hint: None }
}

impl PackageError {
    pub fn with_hint(self, hint: impl Into<String>) -> PackageError {
        PackageError { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for PackageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for PackageError {}

/// So that it can pass through a decoder, which knows only errors of reading.
impl From<PackageError> for io::Error {
    fn from(error: PackageError) -> io::Error {
        io::Error::other(error)
    }
}

/// What the system refused. A full disk is told apart, because its remedy is another one; what came through a decoder is
/// itself again.
pub fn system_error(error: io::Error, attempted: impl fmt::Display) -> PackageError {
    if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<PackageError>()) {
        return inner.clone();
    }
    let code = if is_full(&error) { Code::DiskFull } else { Code::Io };
    fail(code, format!("{attempted}: {}", reason(&error)))
}

pub fn is_full(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOSPC | libc::EDQUOT))
}

pub fn reason(error: &io::Error) -> String {
    let known = match error.raw_os_error() {
        Some(libc::EACCES) => "permission denied",
        Some(libc::EDQUOT) => "the disk quota is used up",
        Some(libc::EEXIST) => "something of that name exists",
        Some(libc::EISDIR) => "it is a directory",
        Some(libc::EMFILE) => "too many open files",
        Some(libc::ENAMETOOLONG) => "the name is too long for the file system",
        Some(libc::ENOENT) => "no such file",
        Some(libc::ENOEXEC) => "the system cannot run it",
        Some(libc::ENOSPC) => "no space left on the disk",
        Some(libc::ENOTDIR) => "a part of the path is no directory",
        Some(libc::EPERM) => "not permitted",
        Some(libc::EROFS) => "the file system is read-only",
        _ => return error.to_string(),
    };
    known.to_string()
}
