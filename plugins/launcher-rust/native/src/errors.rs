//! The one error that anything here can raise. Its code is a row of `format/errors.json`, shared by every implementation;
//! its message says what was wrong and where, in lower case and without a full stop.
use crate::codes::Code;
use std::io::ErrorKind;
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
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

pub fn reason(error: &io::Error) -> String {
    let known = match error.kind() {
        ErrorKind::AlreadyExists => "something of that name exists",
        ErrorKind::InvalidFilename => "the file system does not take the name",
        ErrorKind::IsADirectory => "it is a directory",
        ErrorKind::NotADirectory => "a part of the path is no directory",
        ErrorKind::NotFound => "no such file",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::QuotaExceeded => "the disk quota is used up",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        ErrorKind::StorageFull => "no space left on the disk",
        _ => return error.to_string(),
    };
    known.to_string()
}
