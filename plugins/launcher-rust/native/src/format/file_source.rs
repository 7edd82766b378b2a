//! A package in a file: reads through one descriptor, so that what was checked is what is used, whatever happens to the path.
use super::bytes::ByteSource;
use crate::codes::Code;
use crate::errors::{Result, fail, system_error};
use crate::sys;
use std::fs::File;

pub struct FileSource {
    file: File,
    size: u64,
}

impl FileSource {
    /// EFLAVOR_IO for what is no regular file.
    pub fn new(file: File) -> Result<FileSource> {
        let found = file.metadata().map_err(|error| system_error(error, "look at the package"))?;
        if !found.is_file() {
            return Err(fail(Code::Io, "the package is not a regular file"));
        }
        Ok(FileSource { file, size: found.len() })
    }
}

impl ByteSource for FileSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, position: u64, into: &mut [u8]) -> Result<()> {
        sys::read_exact_at(&self.file, into, position).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => fail(Code::Io, format!("read the package: it ends before byte {position}")),
            _ => system_error(error, "read the package"),
        })
    }
}
