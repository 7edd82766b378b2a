//! Undoing what compressors do, as readers around readers. Each gives out no more than it is asked for, and none ends well
//! before its input does: data that is cut short, or followed by anything else, is an error.
use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use std::io::{self, BufReader, ErrorKind, Read};
use zstd_safe::{DCtx, InBuffer, OutBuffer};

const BUFFER_SIZE: usize = 128 * 1024;

pub const ZSTD: u8 = 0x1b;

pub fn is_known(code: u8) -> bool {
    matches!(code, 0x10 | 0x13 | 0x16 | ZSTD | 0x21)
}

/// `code` must be known.
pub fn decoder<'a>(code: u8, input: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
    match code {
        0x10 => Box::new(flate2::bufread::MultiGzDecoder::new(buffered(input))),
        0x13 => Box::new(bzip2::bufread::MultiBzDecoder::new(buffered(input))),
        0x16 => Box::new(lzma_rust2::XzReader::new(buffered(input), true)),
        0x21 => Box::new(Brotli::new(input)),
        _ => Box::new(Zstd::new(input)),
    }
}

fn buffered<R: Read>(input: R) -> BufReader<R> {
    BufReader::with_capacity(BUFFER_SIZE, input)
}

fn cut_short() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "the data is cut short")
}

/// What was read and not yet taken.
struct Pending<R> {
    input: R,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl<R: Read> Pending<R> {
    fn new(input: R) -> Pending<R> {
        Pending { input, bytes: vec![0; BUFFER_SIZE], start: 0, end: 0 }
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// False at the end of the input. To be called when nothing is left.
    fn refill(&mut self) -> io::Result<bool> {
        self.start = 0;
        self.end = self.input.read(&mut self.bytes)?;
        Ok(self.end > 0)
    }
}

/// Frames one after the other.
struct Zstd<R> {
    pending: Pending<R>,
    context: DCtx<'static>,
    /// Between frames, and not before the first.
    whole: bool,
}

impl<R: Read> Zstd<R> {
    fn new(input: R) -> Zstd<R> {
        Zstd { pending: Pending::new(input), context: DCtx::create(), whole: false }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.whole && self.pending.rest().is_empty() && !self.pending.refill()? {
                return Ok(0);
            }
            let mut input = InBuffer::around(self.pending.rest());
            let mut output = OutBuffer::around(&mut *into);
            let wanted = self.context.decompress_stream(&mut output, &mut input);
            let wanted = wanted.map_err(|code| io::Error::new(ErrorKind::InvalidData, zstd_safe::get_error_name(code)))?;
            let (taken, given) = (input.pos(), output.pos());
            self.pending.start += taken;
            self.whole = wanted == 0;
            if given > 0 || into.is_empty() {
                return Ok(given);
            }
            if !self.whole && self.pending.rest().is_empty() && !self.pending.refill()? {
                return Err(cut_short());
            }
        }
    }
}

struct Brotli<R: Read> {
    pending: Pending<R>,
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    total: usize,
    whole: bool,
}

impl<R: Read> Brotli<R> {
    fn new(input: R) -> Brotli<R> {
        let alloc = StandardAlloc::default;
        Brotli { pending: Pending::new(input), state: BrotliState::new(alloc(), alloc(), alloc()), total: 0, whole: false }
    }

    fn end(&mut self) -> io::Result<usize> {
        if !self.pending.rest().is_empty() || self.pending.refill()? {
            return Err(io::Error::new(ErrorKind::InvalidData, "bytes follow the end of the data"));
        }
        Ok(0)
    }
}

impl<R: Read> Read for Brotli<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while !self.whole {
            let (mut input_left, mut input_at) = (self.pending.end - self.pending.start, 0);
            let (mut output_left, mut given) = (into.len(), 0);
            let result = BrotliDecompressStream(
                &mut input_left,
                &mut input_at,
                &self.pending.bytes[self.pending.start..self.pending.end],
                &mut output_left,
                &mut given,
                into,
                &mut self.total,
                &mut self.state,
            );
            self.pending.start += input_at;
            match result {
                BrotliResult::ResultSuccess => self.whole = true,
                BrotliResult::ResultFailure => return Err(io::Error::new(ErrorKind::InvalidData, "the data is damaged")),
                _ => {}
            }
            if given > 0 || into.is_empty() {
                return Ok(given);
            }
            if matches!(result, BrotliResult::NeedsMoreInput) && !self.pending.refill()? {
                return Err(cut_short());
            }
        }
        self.end()
    }
}
