//! Where flavor puts slots: in table order, each on a multiple of 8 behind what comes before (SPEC.md, 9).
use crate::registry::SLOT_ALIGNMENT;

/// Offsets of slots of these stored sizes, 0 for one that stores nothing, and where the trailer begins. Sizes that were
/// found to lie inside a file cannot overflow.
pub fn place_slots(slots_offset: u64, sizes: impl Iterator<Item = u64>) -> (Vec<u64>, u64) {
    let mut end = slots_offset;
    let offsets = sizes
        .map(|size| {
            if size == 0 {
                return 0;
            }
            let offset = end.saturating_add(SLOT_ALIGNMENT - 1) / SLOT_ALIGNMENT * SLOT_ALIGNMENT;
            end = offset.saturating_add(size);
            offset
        })
        .collect();
    (offsets, end)
}
