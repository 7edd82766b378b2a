//! Slots that came into a generation after its stamp. Each has a note, `.flavor/late-<index>`, which goes together with the slot
//! and says lifecycle and target, `cached app/cache`, and in a second line which files it brought, how large each is. What a power
//! cut has damaged loses its note, and so comes again when it is needed.
use super::stamp::{file_list_text, have_sizes, parse_file_list};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

pub struct LateNote {
    /// Relative to the generation.
    pub target: String,
    pub files: BTreeMap<String, u64>,
}

pub fn note_path(generation: &Path, slot: usize) -> PathBuf {
    generation.join(format!(".flavor/late-{slot}"))
}

pub fn write_late_note(path: &Path, lifecycle: &str, note: &LateNote) -> io::Result<()> {
    fs::write(path, format!("{lifecycle} {}\n{}\n", note.target, file_list_text(&note.files)))
}

/// None when it cannot be read.
pub fn read_late_note(path: &Path) -> Option<LateNote> {
    let text = fs::read_to_string(path).ok()?;
    let (head, files) = text.strip_suffix('\n')?.rsplit_once('\n')?;
    let (_, target) = head.split_once(' ')?;
    Some(LateNote { target: target.to_string(), files: parse_file_list(files.as_bytes())? })
}

/// Those that can be read.
pub fn late_notes(generation: &Path) -> impl Iterator<Item = LateNote> {
    note_paths(generation).into_iter().filter_map(|path| read_late_note(&path))
}

/// False when a note that has to go cannot.
pub fn forget_damaged_slots(generation: &Path) -> bool {
    note_paths(generation).iter().all(|path| {
        read_late_note(path).is_some_and(|note| is_sound(generation, &note))
            || !fs::remove_file(path).is_err_and(|error| error.kind() != ErrorKind::NotFound)
    })
}

/// What is not there at all was dropped, and is no damage.
fn is_sound(generation: &Path, LateNote { target, files }: &LateNote) -> bool {
    !generation.join(target).exists() || have_sizes(files, generation)
}

fn note_paths(generation: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(generation.join(".flavor")).into_iter().flatten().flatten();
    let is_note = |name: &str| name.strip_prefix("late-").is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()));
    entries.filter(|entry| entry.file_name().to_str().is_some_and(is_note)).map(|entry| entry.path()).collect()
}
