//! Tar into a tree, chunk by chunk: a state machine that keeps at most one header and one extension in memory. Fed with
//! chunks of any size; files are written as their bytes come.
use super::entry::{BLOCK_SIZE, Entry, EntryType, Extension, Header, bad_tar, decode_extension, decode_header};
use super::tree::{OpenFile, Tree, confined_path};
use super::unpack::Sink;
use crate::codes::Code;
use crate::errors::{Result, fail};

const LARGEST_EXTENSION: u64 = 1024 * 1024;

enum Step {
    Header,
    Content { file: OpenFile, left: u64, padding: usize },
    Extension { flag: u8, bytes: Vec<u8>, size: usize },
}

pub struct Untar<'a> {
    tree: &'a mut Tree,
    /// Every member must be this path or lie below it; empty for anywhere in the tree.
    within: String,
    block: Vec<u8>,
    step: Step,
    skip: usize,
    ended: bool,
    global: Extension,
    next: Extension,
}

impl<'a> Untar<'a> {
    pub fn new(tree: &'a mut Tree, within: String) -> Untar<'a> {
        Untar {
            tree,
            within,
            block: Vec::with_capacity(BLOCK_SIZE),
            step: Step::Header,
            skip: 0,
            ended: false,
            global: Extension::new(),
            next: Extension::new(),
        }
    }

    /// Consumes some bytes, at least one; gives how many.
    fn take(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.skip > 0 {
            let count = self.skip.min(bytes.len());
            self.skip -= count;
            return Ok(count);
        }
        match &mut self.step {
            Step::Header => self.take_header(bytes),
            Step::Content { file, left, .. } => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                file.write(&bytes[..count])?;
                *left -= count as u64;
                if *left == 0 {
                    self.end_content();
                }
                Ok(count)
            }
            Step::Extension { bytes: held, size, .. } => {
                let count = (*size - held.len()).min(bytes.len());
                held.extend_from_slice(&bytes[..count]);
                if held.len() == *size {
                    self.end_extension()?;
                }
                Ok(count)
            }
        }
    }

    fn take_header(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.block.is_empty() && bytes.len() >= BLOCK_SIZE {
            self.read_header(&bytes[..BLOCK_SIZE])?;
            return Ok(BLOCK_SIZE);
        }
        let count = (BLOCK_SIZE - self.block.len()).min(bytes.len());
        self.block.extend_from_slice(&bytes[..count]);
        if self.block.len() == BLOCK_SIZE {
            let block = std::mem::take(&mut self.block);
            self.read_header(&block)?;
        }
        Ok(count)
    }

    /// A block of zeros ends the archive; the second one, and what builders write after it, is not looked at.
    fn read_header(&mut self, block: &[u8]) -> Result<()> {
        if block.iter().all(|byte| *byte == 0) {
            self.ended = true;
            return Ok(());
        }
        match decode_header(block, &self.global, &self.next)? {
            Header::Extension(_, size) if size > LARGEST_EXTENSION => Err(bad_tar(format!("an extension header of {size} bytes"))),
            Header::Extension(flag, size) => {
                self.step = Step::Extension { flag, bytes: Vec::new(), size: size as usize };
                if size == 0 { self.end_extension() } else { Ok(()) }
            }
            Header::Entry(entry) => {
                self.next.clear();
                self.start_entry(entry)
            }
        }
    }

    fn start_entry(&mut self, entry: Entry) -> Result<()> {
        let path = confined_path(&entry.path)?;
        self.require_within(&path)?;
        match entry.kind {
            EntryType::Directory => self.tree.directory(&path, entry.mode),
            EntryType::Hardlink => {
                self.require_within(&confined_path(&entry.link)?)?;
                self.tree.hardlink(&path, &entry.link)
            }
            EntryType::Symlink => self.tree.symlink(&path, &entry.link),
            EntryType::File if path.is_empty() => Err(bad_tar("a file without a name".to_string())),
            EntryType::File => {
                let file = self.tree.file(&path, entry.mode)?;
                self.step = Step::Content { file, left: entry.size, padding: padding_of(entry.size) };
                if entry.size == 0 {
                    self.end_content();
                }
                Ok(())
            }
        }
    }

    fn end_content(&mut self) {
        if let Step::Content { file, padding, .. } = std::mem::replace(&mut self.step, Step::Header) {
            self.tree.close(file);
            self.skip = padding;
        }
    }

    fn end_extension(&mut self) -> Result<()> {
        if let Step::Extension { flag, bytes, size } = std::mem::replace(&mut self.step, Step::Header) {
            let records = decode_extension(flag, &bytes)?;
            if flag == b'g' {
                self.global.extend(records)
            } else {
                self.next.extend(records)
            }
            self.skip = padding_of(size as u64);
        }
        Ok(())
    }

    fn require_within(&self, path: &str) -> Result<()> {
        let below = path.strip_prefix(&self.within).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if self.within.is_empty() || below {
            return Ok(());
        }
        let message = format!("{path:?} lies outside {:?}, the slot's place in the work environment", self.within);
        Err(fail(Code::Confined, message))
    }
}

impl Sink for Untar<'_> {
    fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() && !self.ended {
            let count = self.take(bytes)?;
            bytes = &bytes[count..];
        }
        Ok(())
    }

    /// EFLAVOR_TAR when the stream stopped inside an entry.
    fn end(&mut self) -> Result<()> {
        let whole = matches!(self.step, Step::Header) && self.block.is_empty() && self.skip == 0;
        if self.ended || whole { Ok(()) } else { Err(bad_tar("it stops in the middle of an entry".to_string())) }
    }
}

fn padding_of(size: u64) -> usize {
    (size.wrapping_neg() % BLOCK_SIZE as u64) as usize
}
