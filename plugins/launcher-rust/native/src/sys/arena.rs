//! Memory for a start's many small pieces: one stretch of the program's own, given out from front to back and never taken
//! back, so that a warm start asks the system for next to none. What is larger, or comes later, is the ordinary allocator's.
#![allow(unsafe_code)]
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const SIZE: usize = 256 * 1024;
const LARGEST: usize = 16 * 1024;

#[repr(align(16))]
pub struct Arena {
    /// Pages of it that nobody touches take no memory.
    stretch: UnsafeCell<[u8; SIZE]>,
    used: AtomicUsize,
}

// SAFETY: `used` gives each piece of the stretch to one caller, once.
unsafe impl Sync for Arena {}

impl Arena {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Arena {
        Arena { stretch: UnsafeCell::new([0; SIZE]), used: AtomicUsize::new(0) }
    }

    /// Zero bytes, for they were never anybody's. Null where there is no room.
    fn take(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST || layout.align() > 16 || self.used.load(Relaxed) >= SIZE {
            return ptr::null_mut();
        }
        let size = layout.size().next_multiple_of(16);
        let start = self.used.fetch_add(size, Relaxed);
        // SAFETY: the piece lies in the stretch, wholly.
        if start + size <= SIZE { unsafe { self.stretch.get().cast::<u8>().add(start) } } else { ptr::null_mut() }
    }

    fn holds(&self, piece: *mut u8) -> bool {
        (piece as usize).wrapping_sub(self.stretch.get() as usize) < SIZE
    }
}

// SAFETY: pieces of the stretch are aligned to 16, never overlap, and stay; all others are the system's, from first to last.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let piece = self.take(layout);
        // SAFETY: what the caller promises.
        if piece.is_null() { unsafe { System.alloc(layout) } } else { piece }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let piece = self.take(layout);
        // SAFETY: as above.
        if piece.is_null() { unsafe { System.alloc_zeroed(layout) } } else { piece }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        if !self.holds(piece) {
            // SAFETY: it came from there.
            unsafe { System.dealloc(piece, layout) }
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !self.holds(piece) {
            // SAFETY: it came from there.
            return unsafe { System.realloc(piece, layout, size) };
        }
        if size <= layout.size().next_multiple_of(16) {
            return piece;
        }
        // SAFETY: the caller promises that the new size is one; both pieces hold what is copied, and are not the same.
        unsafe {
            let grown = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !grown.is_null() {
                ptr::copy_nonoverlapping(piece, grown, layout.size());
            }
            grown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_apart_aligned_zero_and_grow_with_what_they_hold() {
        static ARENA: Arena = Arena::new();
        let layout = |size| Layout::from_size_align(size, 8).unwrap();
        // SAFETY: sizes are as they were asked for.
        unsafe {
            let (a, b) = (ARENA.alloc(layout(3)), ARENA.alloc_zeroed(layout(40)));
            assert!(ARENA.holds(a) && ARENA.holds(b) && b as usize - a as usize == 16 && (a as usize).is_multiple_of(16));
            assert!((0..40).all(|at| *b.add(at) == 0));
            ptr::write_bytes(b, 7, 40);
            assert_eq!(ARENA.realloc(b, layout(40), 48), b);
            let grown = ARENA.realloc(b, layout(48), 4000);
            assert!(grown != b && (0..40).all(|at| *grown.add(at) == 7));
            let large = ARENA.realloc(grown, layout(4000), LARGEST + 1);
            assert!(!ARENA.holds(large) && (0..40).all(|at| *large.add(at) == 7));
            ARENA.dealloc(large, layout(LARGEST + 1));
        }
    }

    #[test]
    fn what_finds_no_room_is_the_systems() {
        static ARENA: Arena = Arena::new();
        let layout = Layout::from_size_align(LARGEST, 16).unwrap();
        // SAFETY: as above.
        unsafe {
            let pieces: Vec<*mut u8> = (0..SIZE / LARGEST + 2).map(|_| ARENA.alloc(layout)).collect();
            assert_eq!(pieces.iter().filter(|piece| ARENA.holds(**piece)).count(), SIZE / LARGEST);
            pieces.iter().for_each(|piece| ARENA.dealloc(*piece, layout));
        }
    }
}
