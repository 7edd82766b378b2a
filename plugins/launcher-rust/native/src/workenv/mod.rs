//! Work environments on the disk: SPEC.md, section 15. One that another launcher has built is as good as one's own.
pub mod app_data;
pub mod atomic_file;
pub mod base;
pub mod configuration;
pub mod generation;
pub mod inventory;
pub mod late_notes;
pub mod live;
pub mod make_directory;
pub mod places;
pub mod remove_tree;
pub mod room;
pub mod slot_store;
pub mod stamp;
pub mod variables;
