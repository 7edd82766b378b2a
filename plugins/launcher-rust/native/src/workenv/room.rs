//! How much room work environments take together. Each knows the size of all its files; what several of them share is on the
//! disk once.
use super::inventory::WorkEnvironment;
use super::places::slots_of;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub struct Room {
    slots: PathBuf,
    bytes: u64,
    sizes: BTreeMap<String, u64>,
    users: BTreeMap<String, u64>,
}

impl Room {
    pub fn of(base: &Path, tenants: &[WorkEnvironment]) -> Self {
        let mut room = Self { slots: slots_of(base), bytes: 0, sizes: BTreeMap::new(), users: BTreeMap::new() };
        for tenant in tenants {
            room.bytes += tenant.size;
            for key in &tenant.shared {
                let before = room.users.get(key).copied().unwrap_or(0);
                room.users.insert(key.clone(), before + 1);
                if before > 0 {
                    room.bytes = room.bytes.saturating_sub(room.size_of(key));
                }
            }
        }
        room
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Without one of them; what others share with it stays.
    pub fn leave(&mut self, tenant: &WorkEnvironment) {
        self.bytes = self.bytes.saturating_sub(tenant.size);
        for key in &tenant.shared {
            let left = self.users.get(key).copied().unwrap_or(1).saturating_sub(1);
            self.users.insert(key.clone(), left);
            if left > 0 {
                self.bytes += self.size_of(key);
            }
        }
    }

    fn size_of(&mut self, key: &str) -> u64 {
        let slots = &self.slots;
        *self.sizes.entry(key.to_owned()).or_insert_with(|| size_below(&slots.join(key).join("tree")))
    }
}

/// Of the regular files.
fn size_below(path: &Path) -> u64 {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => {
            let entries = fs::read_dir(path).into_iter().flatten().flatten();
            entries.map(|entry| size_below(&entry.path())).sum()
        }
        Ok(found) if found.is_file() => found.len(),
        _ => 0,
    }
}
