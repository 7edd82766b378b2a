//! Independent zstd frames of one slot, decoded side by side: one thread reads and hashes, several decode, and the caller's
//! writes in order. Only for large slots whose frames all say how long they are, on machines with several processors, and for
//! one slot at a time, because each frame is held in memory as a whole. All else is decoded as a stream (`decoders.rs`).
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail};
use crate::format::bytes::{ByteSource, read_u64};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use zstd_safe::DCtx;

/// Of all frames that are held at once, as stored and as decoded. What a cold start may take of memory, less what it has
/// taken otherwise.
const MOST_MEMORY: u64 = 40 << 20;
const LARGE: u64 = 4 << 20;
const MOST_DECODERS: usize = 3;
const LARGEST_WINDOW: u64 = 1 << 27;
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// A block's content is never longer; shorter ones are rare, and many of them are somebody's trick.
const BLOCK_SIZE: u64 = 128 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// In bytes.
    pub stored: u64,
    pub content: u64,
}

/// How the frames of a stretch of the file are to be decoded side by side.
pub struct Plan {
    frames: Vec<Frame>,
    decoders: usize,
    /// Frames that are held at once.
    held: usize,
}

static TAKEN: AtomicBool = AtomicBool::new(false);

impl Drop for Plan {
    fn drop(&mut self) {
        TAKEN.store(false, Relaxed);
    }
}

/// How many decode side by side here.
pub fn decoders_here() -> usize {
    std::thread::available_parallelism().map_or(0, |all| decoders_of(all.get()))
}

/// One that decodes takes three times as long as who reads, hashes and writes: on two processors two of them keep both at work.
fn decoders_of(processors: usize) -> usize {
    if processors < 2 { 0 } else { (processors - 1).max(2) }
}

pub fn is_large(size: u64) -> bool {
    size >= LARGE
}

/// None where it would not pay, or cannot be done in little memory, or is being done for another slot.
pub fn plan_frames(source: &dyn ByteSource, offset: u64, size: u64, decoders: usize) -> Option<Plan> {
    if !is_large(size) || decoders < 2 {
        return None;
    }
    let frames = find_frames(source, offset, size)?;
    let largest = frames.iter().map(|frame| frame.stored + frame.content).max()?;
    let held = usize::try_from(MOST_MEMORY / largest).ok()?.min(MOST_DECODERS + 1).min(frames.len());
    if held < 3 || TAKEN.swap(true, Relaxed) {
        return None;
    }
    Some(Plan { frames, decoders: decoders.min(held - 1), held })
}

/// By walking over the headers of frames and blocks. None for what is anything but frames that state their content's size.
fn find_frames(source: &dyn ByteSource, offset: u64, size: u64) -> Option<Vec<Frame>> {
    let (mut at, end) = (offset, offset + size);
    let mut frames = Vec::new();
    while at < end {
        let mut header = [0; 18];
        let length = (end - at).min(18) as usize;
        source.read_at(at, &mut header[..length]).ok()?;
        let (header_size, content) = parse_header(&header)?;
        // The flag of a checksum has the value of its size.
        let stored = walk_blocks(source, at + header_size, end, content)? + u64::from(header[4] & 4);
        frames.push(Frame { stored: header_size + stored, content });
        at += header_size + stored;
    }
    (at == end && frames.len() > 2).then_some(frames)
}

/// Size of the header, and of the content where it is stated (RFC 8878, 3.1.1.1).
fn parse_header(header: &[u8; 18]) -> Option<(u64, u64)> {
    let descriptor = header[4];
    let single = descriptor & 0x20 != 0;
    let window_at = 5;
    let dictionary_at = window_at + usize::from(!single);
    let content_at = dictionary_at + [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = match descriptor >> 6 {
        0 if single => 1,
        0 => return None,
        flag => 1_usize << flag,
    };
    let mut field = [0; 8];
    field[..size].copy_from_slice(&header[content_at..content_at + size]);
    let content = read_u64(&field, 0).checked_add(if size == 2 { 256 } else { 0 })?;
    let exponent = header[window_at] >> 3;
    let base = 1_u64 << (10 + exponent);
    let window = if single { content } else { base + base / 8 * u64::from(header[window_at] & 7) };
    let known = header[..4] == MAGIC && window <= LARGEST_WINDOW && content <= MOST_MEMORY;
    known.then_some(((content_at + size) as u64, content))
}

/// Bytes that the blocks take.
fn walk_blocks(source: &dyn ByteSource, start: u64, end: u64, content: u64) -> Option<u64> {
    let mut at = start;
    for _ in 0..content / BLOCK_SIZE * 4 + 4 {
        let mut header = [0; 4];
        source.read_at(at, header.get_mut(..3)?).ok()?;
        let header = u32::from_le_bytes(header);
        // A block of one repeated byte stores that byte.
        at += 3 + if header >> 1 & 3 == 1 { 1 } else { u64::from(header >> 3) };
        if at > end {
            return None;
        }
        if header & 1 == 1 {
            return Some(at - start);
        }
    }
    None
}

/// A frame on its way; the same few go round.
#[derive(Default)]
struct Held {
    at: usize,
    stored: Vec<u8>,
    content: Vec<u8>,
}

/// Gives the SHA-256 of the stored bytes. `take` gets the content in order.
pub fn decode_frames(
    source: &dyn ByteSource,
    offset: u64,
    plan: &Plan,
    progress: &(dyn Fn(u64) + Sync),
    take: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<[u8; 32]> {
    let (back, empty) = channel();
    let (read, jobs) = channel();
    let (decoded, done) = channel();
    let jobs = Mutex::new(jobs);
    for _ in 0..plan.held {
        let _ = back.send(Held::default());
    }
    std::thread::scope(|scope| {
        let no_thread = |error| fail(Code::Io, format!("start a thread: {error}"));
        let thread = || std::thread::Builder::new();
        let reader = thread().spawn_scoped(scope, move || read_frames(source, offset, &plan.frames, progress, &empty, &read));
        let reader = reader.map_err(no_thread)?;
        for at in 0..plan.decoders {
            let (jobs, decoded) = (&jobs, decoded.clone());
            match thread().spawn_scoped(scope, move || decode_each(&plan.frames, jobs, &decoded)) {
                Err(error) if at == 0 => return Err(no_thread(error)),
                _ => {}
            }
        }
        drop(decoded);
        let written = write_in_order(plan.frames.len(), &done, back, take);
        drop(done);
        let read = reader.join().unwrap_or_else(|_| Err(fail(Code::Internal, "a thread died")));
        written.and(read)
    })
}

fn read_frames(
    source: &dyn ByteSource,
    offset: u64,
    frames: &[Frame],
    progress: &(dyn Fn(u64) + Sync),
    empty: &Receiver<Held>,
    read: &Sender<Held>,
) -> Result<[u8; 32]> {
    let (mut hash, mut position) = (Sha256::new(), offset);
    for (at, frame) in frames.iter().enumerate() {
        // Nobody wants it any more: who does not has an error of its own.
        let Ok(mut held) = empty.recv() else { break };
        held.at = at;
        held.stored.resize(frame.stored as usize, 0);
        source.read_at(position, &mut held.stored)?;
        hash.update(&held.stored);
        position += frame.stored;
        progress(frame.stored);
        let _ = read.send(held);
    }
    Ok(hash.finalize().into())
}

fn decode_each(frames: &[Frame], jobs: &Mutex<Receiver<Held>>, decoded: &Sender<Result<Held>>) {
    let mut context = DCtx::create();
    let next = || jobs.lock().ok()?.recv().ok();
    while let Some(mut held) = next() {
        let wanted = frames[held.at].content as usize;
        held.content.resize(wanted, 0);
        let result = match context.decompress(&mut held.content[..], &held.stored) {
            Ok(size) if size == wanted => Ok(held),
            Ok(_) => Err(undecodable("a frame has another size than it states")),
            Err(code) => Err(undecodable(zstd_safe::get_error_name(code))),
        };
        if decoded.send(result).is_err() {
            break;
        }
    }
}

fn undecodable(why: &str) -> PackageError {
    fail(Code::Decode, why)
}

fn write_in_order(
    count: usize,
    done: &Receiver<Result<Held>>,
    back: Sender<Held>,
    take: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut early: BTreeMap<usize, Held> = BTreeMap::new();
    for at in 0..count {
        let held = loop {
            if let Some(held) = early.remove(&at) {
                break held;
            }
            // All are gone only when reading failed, which has an error of its own.
            let Ok(found) = done.recv() else { return Ok(()) };
            let found = found?;
            early.insert(found.at, found);
        };
        take(&held.content)?;
        let _ = back.send(held);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::bytes::sha256;

    /// One test at a time makes plans, as one slot at a time does.
    static ALONE: Mutex<()> = Mutex::new(());

    /// Content that is compressed to about half, and its frames.
    fn sample(frames: usize, size: usize) -> (Vec<u8>, Vec<u8>) {
        let (mut content, mut stored, mut state) = (Vec::new(), Vec::new(), 1_u32);
        for _ in 0..frames {
            let mut part = Vec::with_capacity(size);
            while part.len() < size {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                part.push(if part.len() % 2 == 0 { 0 } else { (state >> 24) as u8 });
            }
            let mut frame = Vec::with_capacity(zstd_safe::compress_bound(size));
            zstd_safe::compress(&mut frame, &part, 1).unwrap();
            content.extend(part);
            stored.extend(frame);
        }
        (content, stored)
    }

    fn decoded(stored: &Vec<u8>, plan: &Plan) -> Result<(Vec<u8>, [u8; 32])> {
        let mut out = Vec::new();
        let sum = decode_frames(stored, 0, plan, &|_| {}, &mut |bytes| {
            out.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok((out, sum))
    }

    #[test]
    fn frames_come_out_in_order_and_their_stored_bytes_are_hashed() {
        let _alone = ALONE.lock();
        let (content, stored) = sample(12, 1 << 20);
        let plan = plan_frames(&stored, 0, stored.len() as u64, 3).unwrap();
        assert_eq!((plan.frames.len(), plan.decoders, plan.held), (12, 3, 4));
        assert!(decoded(&stored, &plan).unwrap() == (content, sha256(&stored)));
    }

    #[test]
    fn two_processors_are_both_used_and_one_is_left_alone() {
        let _alone = ALONE.lock();
        assert_eq!([0, 1, 2, 3, 4].map(decoders_of), [0, 0, 2, 2, 3]);
        let (content, stored) = sample(12, 1 << 20);
        let plan = plan_frames(&stored, 0, stored.len() as u64, decoders_of(2)).unwrap();
        assert_eq!((plan.decoders, plan.held), (2, 4));
        assert!(decoded(&stored, &plan).unwrap() == (content, sha256(&stored)));
    }

    #[test]
    fn it_is_done_for_one_slot_at_a_time_and_only_where_it_pays() {
        let _alone = ALONE.lock();
        let (_, stored) = sample(12, 1 << 20);
        let size = stored.len() as u64;
        let plan = |size, decoders| plan_frames(&stored, 0, size, decoders);
        assert!(plan(size, 1).is_none());
        assert!(plan(size - 1, 3).is_none(), "cut short");
        let first = plan(size, 3);
        assert!(first.is_some() && plan(size, 3).is_none());
        drop(first);
        assert!(plan(size, 3).is_some());
        let (_, few) = sample(2, 8 << 20);
        assert!(plan_frames(&few, 0, few.len() as u64, 3).is_none());
        let (_, long) = sample(3, 20 << 20);
        assert!(plan_frames(&long, 0, long.len() as u64, 3).is_none());
    }

    #[test]
    fn a_damaged_frame_and_a_writer_that_stops_end_everything() {
        let _alone = ALONE.lock();
        let (_, mut stored) = sample(12, 1 << 20);
        let plan = plan_frames(&stored, 0, stored.len() as u64, 3).unwrap();
        let full = || fail(Code::DiskFull, "full");
        let stopped = decode_frames(&stored, 0, &plan, &|_| {}, &mut |_| Err(full()));
        assert_eq!(stopped.map_err(|error| error.code), Err(Code::DiskFull));
        let middle: u64 = plan.frames[..6].iter().map(|frame| frame.stored).sum();
        stored[middle as usize] ^= 1;
        assert_eq!(decoded(&stored, &plan).map(|_| ()).map_err(|error| error.code), Err(Code::Decode));
    }
}
