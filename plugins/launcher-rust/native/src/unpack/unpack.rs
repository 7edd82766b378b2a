//! A slot's way from the file to the disk: its stored bytes through the hasher and the decoders of its chain, last applied
//! first, into a tree. One pass, bounded memory, whatever the size of the slot; a large one is decoded by one thread and
//! written by another.
//!
//! Promise: when `unpack_slot` returns, the stored bytes had the SHA-256 that the metadata signs and came to exactly the size
//! it states. Until then nothing of the slot may be used. A slot whose bytes were altered is always reported as that, also
//! when a decoder stumbled over it first.
use super::decoders::{ZSTD, decoder, is_known};
use super::frames::{decode_frames, decoders_here, plan_frames};
use super::tree::{OpenFile, Tree};
use super::untar::Untar;
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail};
use crate::format::bytes::ByteSource;
use crate::format::chain::{is_tree, operation_name};
use crate::format::content::{altered_slot, require_slot};
use crate::format::examination::Slot;
use crate::format::metadata::target_path;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

/// For packages that do not sign a size: what one slot may grow to.
const FOREIGN_LIMIT: u64 = 64 << 30;
const CHUNK_SIZE: usize = 256 * 1024;
const CHUNKS_AHEAD: usize = 8;

/// Told how many stored bytes were read.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// Takes a slot's content once its chain is undone, as far as the tar.
pub trait Sink {
    fn write(&mut self, bytes: &[u8]) -> Result<()>;
    fn end(&mut self) -> Result<()>;
}

/// Unpacks at the root of the tree: members carry the slot's target as a prefix. The tree's `finish` is the caller's.
pub fn unpack_slot(source: &dyn ByteSource, slot: &Slot, tree: &mut Tree, progress: Progress) -> Result<()> {
    let Some(wanted) = slot.sha256 else { return Ok(()) };
    let found = slot_sink(slot, tree).and_then(|mut sink| decode(source, slot, &mut *sink, progress));
    match found {
        Ok(sha256) if sha256 == wanted => Ok(()),
        Ok(_) => Err(altered_slot(slot)),
        Err(error) => Err(require_slot(source, slot).err().unwrap_or(error)),
    }
}

fn slot_sink<'a>(slot: &Slot, tree: &'a mut Tree) -> Result<Box<dyn Sink + 'a>> {
    let target = target_path(&slot.target);
    if is_tree(&slot.chain) {
        let within = if slot.exact.is_some() { target } else { String::new() };
        return Ok(Box::new(Untar::new(tree, within)));
    }
    let path = if target.is_empty() { format!("slot_{}_{}", slot.index, slot.id) } else { target };
    let file = Some(tree.file(&path, slot.mode)?);
    Ok(Box::new(FileSink { tree, file }))
}

struct FileSink<'a> {
    tree: &'a mut Tree,
    file: Option<OpenFile>,
}

impl Sink for FileSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| file.write(bytes))
    }

    fn end(&mut self) -> Result<()> {
        if let Some(file) = self.file.take() {
            self.tree.close(file);
        }
        Ok(())
    }
}

/// Gives the SHA-256 of the stored bytes.
fn decode(source: &dyn ByteSource, slot: &Slot, sink: &mut dyn Sink, progress: Progress) -> Result<[u8; 32]> {
    let codes = codes_of(slot)?;
    let mut counted = Counted { slot, sink, size: 0 };
    let frames = if codes == [ZSTD] { plan_frames(source, slot.offset, slot.stored_size, decoders_here()) } else { None };
    let sha256 = if let Some(plan) = frames {
        let decoded = decode_frames(source, slot.offset, &plan, progress, &mut |bytes| counted.take(bytes));
        decoded.map_err(|error| if error.code == Code::Decode { undecodable(slot, &error.message) } else { error })?
    } else if slot.stored_size < CHUNK_SIZE as u64 {
        let mut chunk = vec![0; CHUNK_SIZE];
        decode_chunks(source, slot, codes, progress, &mut |read| {
            let length = read(&mut chunk)?;
            counted.take(&chunk[..length])?;
            Ok(length)
        })?
    } else {
        decode_apart(source, slot, codes, progress, &mut counted)?
    };
    counted.end()?;
    Ok(sha256)
}

/// Counts what comes out, before more than the limit is written.
struct Counted<'a> {
    slot: &'a Slot,
    sink: &'a mut dyn Sink,
    size: u64,
}

impl Counted<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let limit = self.slot.exact.as_ref().map_or(FOREIGN_LIMIT, |exact| exact.original_size);
        self.size += bytes.len() as u64;
        if self.size > limit {
            return Err(fail(Code::SlotLimit, format!("{} holds more than {limit} bytes", name_of(self.slot))));
        }
        self.sink.write(bytes)
    }

    fn end(&mut self) -> Result<()> {
        self.sink.end()?;
        match &self.slot.exact {
            Some(exact) if exact.original_size != self.size => {
                let message = format!("{} holds {} bytes; the metadata states {}", name_of(self.slot), self.size, exact.original_size);
                Err(fail(Code::SlotLimit, message))
            }
            _ => Ok(()),
        }
    }
}

/// One thread reads, hashes and decodes; this one writes. Chunks go round, so that memory stays what it is.
fn decode_apart(source: &dyn ByteSource, slot: &Slot, codes: &[u8], progress: Progress, counted: &mut Counted) -> Result<[u8; 32]> {
    let (full, filled) = sync_channel::<Vec<u8>>(CHUNKS_AHEAD);
    let (back, empty) = channel::<Vec<u8>>();
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().name("decode".to_string());
        let worker = worker.spawn_scoped(scope, move || {
            let send = |chunk| pass_on(&full, chunk);
            decode_chunks(source, slot, codes, progress, &mut |read| {
                let mut chunk = fresh(&empty);
                let length = read(&mut chunk)?;
                chunk.truncate(length);
                send(chunk)?;
                Ok(length)
            })
        });
        let worker = worker.map_err(|error| fail(Code::Io, format!("start a thread: {error}")))?;
        let mut written = Ok(());
        while let Ok(chunk) = filled.recv() {
            written = counted.take(&chunk);
            if written.is_err() {
                break;
            }
            let _ = back.send(chunk);
        }
        drop(filled);
        let decoded = worker.join().unwrap_or_else(|_| Err(fail(Code::Internal, "a thread died")));
        written.and(decoded)
    })
}

fn fresh(empty: &Receiver<Vec<u8>>) -> Vec<u8> {
    let mut chunk = empty.try_recv().unwrap_or_default();
    chunk.resize(CHUNK_SIZE, 0);
    chunk
}

/// An error when nobody takes it, which then has an error of its own.
fn pass_on(full: &SyncSender<Vec<u8>>, chunk: Vec<u8>) -> Result<()> {
    full.send(chunk).map_err(|_| fail(Code::Internal, "the writer stopped"))
}

type ReadChunk<'a> = dyn FnMut(&mut [u8]) -> Result<usize> + 'a;

/// Calls `step` until it has seen the end, with a way to fill a chunk as far as there are bytes.
fn decode_chunks(
    source: &dyn ByteSource,
    slot: &Slot,
    codes: &[u8],
    progress: Progress,
    step: &mut dyn FnMut(&mut ReadChunk) -> Result<usize>,
) -> Result<[u8; 32]> {
    let stored = Rc::new(RefCell::new(Stored { source, at: slot.offset, left: slot.stored_size, hash: Sha256::new(), progress }));
    let mut reader: Box<dyn Read + '_> = Box::new(StoredReader(stored.clone()));
    for code in codes.iter().rev() {
        reader = decoder(*code, reader);
    }
    let mut read = |chunk: &mut [u8]| fill(&mut *reader, chunk).map_err(|error| decode_error(error, slot));
    while step(&mut read)? > 0 {}
    let mut stored = stored.borrow_mut();
    if stored.left > 0 {
        return Err(fail(Code::Decode, format!("{} cannot be decompressed: bytes follow its end", name_of(slot))));
    }
    Ok(std::mem::take(&mut stored.hash).finalize().into())
}

fn fill(reader: &mut dyn Read, chunk: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < chunk.len() {
        match reader.read(&mut chunk[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// The stored bytes, hashed as they are read.
struct Stored<'a> {
    source: &'a dyn ByteSource,
    at: u64,
    left: u64,
    hash: Sha256,
    progress: Progress<'a>,
}

struct StoredReader<'a>(Rc<RefCell<Stored<'a>>>);

impl Read for StoredReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut stored = self.0.borrow_mut();
        let count = usize::try_from(stored.left).unwrap_or(usize::MAX).min(into.len());
        stored.source.read_at(stored.at, &mut into[..count])?;
        stored.hash.update(&into[..count]);
        stored.at += count as u64;
        stored.left -= count as u64;
        (stored.progress)(count as u64);
        Ok(count)
    }
}

/// What decoders have to undo, first applied first. Tar stands first in a chain and is left to the sink.
fn codes_of(slot: &Slot) -> Result<&[u8]> {
    let codes = if is_tree(&slot.chain) { &slot.chain[1..] } else { &slot.chain[..] };
    match codes.iter().rev().find(|code| !is_known(**code)) {
        None => Ok(codes),
        Some(code) => {
            let message = format!("{} is stored with {}, which nothing here undoes", name_of(slot), operation_name(*code));
            Err(fail(Code::Operation, message))
        }
    }
}

fn decode_error(error: io::Error, slot: &Slot) -> PackageError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<PackageError>()) {
        Some(inner) => inner.clone(),
        None => undecodable(slot, &error.to_string()),
    }
}

fn undecodable(slot: &Slot, why: &str) -> PackageError {
    fail(Code::Decode, format!("{} cannot be decompressed: {why}", name_of(slot)))
}

fn name_of(slot: &Slot) -> String {
    format!("slot {} ({})", slot.index, slot.id)
}
