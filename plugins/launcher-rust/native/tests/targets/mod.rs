//! What the fuzzers try, and the tests try again with every input of `format/corpus`: whatever the bytes, the answer is a package
//! or an error of the catalogue, never a panic, never an endless loop, and nothing outside of the tree.
use flavor_launcher::errors::Result;
use flavor_launcher::format::bytes::sha256;
use flavor_launcher::format::chain::unpack_chain;
use flavor_launcher::format::examination::{Slot, examine, open_package};
use flavor_launcher::format::metadata::{ExactSlot, SlotMetadata, parse_metadata};
use flavor_launcher::format::verification::SignatureCheck;
use flavor_launcher::registry::{Lifecycle, TRAILER_SIZE};
use flavor_launcher::sys;
use flavor_launcher::unpack::tree::Tree;
use flavor_launcher::unpack::unpack::unpack_slot;
use flavor_launcher::workenv::remove_tree::remove_tree;
use std::fs;
use std::path::Path;

/// A code of the catalogue, or `ok`.
type Answer = &'static str;
type Target = fn(&[u8]) -> Answer;

#[allow(dead_code)] // A fuzzer has one of them.
pub const TARGETS: [(&str, Target); 5] = [("chain", chain), ("index", index), ("metadata", metadata), ("table", table), ("untar", untar)];

const PACKAGE: &[u8] = include_bytes!("../../../../../format/vectors/the-complete-vector-v1/package.pspf");
/// What a compressed slot is said to hold: enough for any of the corpus, and no burden on the disk.
const LARGEST: u64 = 1 << 16;

pub fn index(input: &[u8]) -> Answer {
    replaced("trailer", input)
}

pub fn table(input: &[u8]) -> Answer {
    replaced("slot table", input)
}

pub fn metadata(input: &[u8]) -> Answer {
    answer(parse_metadata(input))
}

fn answer<T>(result: Result<T>) -> Answer {
    result.map_or_else(|error| error.code.name(), |_| "ok")
}

/// Eight bytes of operations, and what is stored.
pub fn chain(input: &[u8]) -> Answer {
    let Some((head, stored)) = input.split_at_checked(8) else { return "ok" };
    let operations = u64::from_le_bytes(head.try_into().unwrap());
    inside_a_tree(|tree| unpack_slot(&stored.to_vec(), &slot_of(unpack_chain(operations), stored, LARGEST), tree, &|_| {}))
}

/// Sums of headers are made right, so that more than one stream in a million is a tar.
pub fn untar(input: &[u8]) -> Answer {
    let mut stream = input.to_vec();
    let mut at = 0;
    while let Some(header) = stream.get_mut(at..at + 512) {
        at += repair(header);
    }
    inside_a_tree(|tree| unpack_slot(&stream, &slot_of(vec![1], &stream, stream.len() as u64), tree, &|_| {}))
}

/// A good package with a stretch of it replaced, and the sum not set, so that what comes after it is reached.
fn replaced(region: &str, input: &[u8]) -> Answer {
    let sound = open_package(PACKAGE.to_vec(), SignatureCheck::Any).unwrap_or_else(|error| panic!("{error}"));
    let place = sound.regions.iter().find(|one| one.name == region).expect("a region of that name");
    let (start, length) = (place.offset as usize, input.len().min(place.size as usize));
    let mut changed = PACKAGE.to_vec();
    changed[start..start + length].copy_from_slice(&input[..length]);
    let sum = changed.len() - TRAILER_SIZE + 8;
    changed[sum..sum + 4].fill(0);
    let examined = examine(&changed, SignatureCheck::Any).into_iter().find_map(|result| result.outcome.err());
    let opened = answer(open_package(changed, SignatureCheck::Any));
    assert_eq!(opened, examined.map_or("ok", |error| error.code.name()), "opening and examining disagree");
    opened
}

fn slot_of(chain: Vec<u8>, stored: &[u8], original_size: u64) -> Slot {
    let size = stored.len() as u64;
    let exact = ExactSlot { chain: chain.clone(), class: 0, original_size, shareable: false, size };
    let facts = SlotMetadata {
        index: 0,
        id: "x".to_string(),
        target: String::new(),
        sha256: Some(sha256(stored)),
        purpose: String::new(),
        lifecycle: Lifecycle::Persistent,
        mode: 0o600,
        exact: Some(exact),
    };
    Slot { facts, chain, mode: 0o600, offset: 0, stored_size: size }
}

fn inside_a_tree(unpack: impl FnOnce(&mut Tree) -> Result<()>) -> Answer {
    let outside = sys::make_temporary_directory(&std::env::temp_dir().join("flavor-fuzz-")).expect("a temporary directory");
    let root = outside.join("a/b");
    fs::create_dir_all(&root).expect("a directory to unpack into");
    let mut tree = Tree::new(&root);
    let answer = answer(unpack(&mut tree).and_then(|()| tree.finish()));
    let escaped = [outside.as_path(), &outside.join("a")].iter().any(|directory| entries(directory) != 1);
    remove_tree(&outside).expect("the temporary directory goes");
    assert!(!escaped, "something was created outside of the tree");
    answer
}

fn entries(directory: &Path) -> usize {
    fs::read_dir(directory).map_or(0, Iterator::count)
}

/// Gives how far away the next header is.
fn repair(header: &mut [u8]) -> usize {
    if header.iter().all(|byte| *byte == 0) {
        return 512;
    }
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let digits = header[129..135].iter().take_while(|byte| (b'0'..=b'7').contains(byte));
    let size = digits.fold(0, |number, digit| number * 8 + usize::from(digit - b'0'));
    512 + size.next_multiple_of(512)
}
