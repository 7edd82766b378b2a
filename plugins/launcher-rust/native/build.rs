//! Leaves out of programs for Linux what only unwinding needs: a panic ends the process (`panic = "abort"`), and the tables
//! that the ready-made standard library brings along are a tenth of the image.
use std::path::Path;
use std::{env, fs};

/// What the C library's own first and last objects hold is theirs.
const SCRIPT: &str = "SECTIONS { /DISCARD/ : {
  *(EXCLUDE_FILE(*crtbegin*.o *crtend*.o) .eh_frame)
  *(.gcc_except_table .gcc_except_table.*)
} } INSERT AFTER .text;
";

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    let linux = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux");
    let release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if linux && release {
        let script = Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("no-unwinding.ld");
        fs::write(&script, SCRIPT)?;
        println!("cargo:rustc-link-arg-bins=-Wl,--no-eh-frame-hdr,-T,{}", script.display());
    }
    Ok(())
}
