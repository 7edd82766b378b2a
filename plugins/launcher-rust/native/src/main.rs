//! The program. On Unix it is entered as a C program is, past the standard library's own beginning: that one ignores SIGPIPE
//! and handles SIGSEGV, which the application would inherit, and makes several system calls that a start has no use for.
#![cfg_attr(unix, no_main)]
use flavor_launcher::codes::Code;
use flavor_launcher::errors::{PackageError, system_error};
use flavor_launcher::launcher::launch::{Request, launch, serves_itself};
use flavor_launcher::launcher::report::explain;
use flavor_launcher::launcher::services::serve_bare;
use flavor_launcher::log::{listen, say};
use flavor_launcher::sys;
use flavor_launcher::sys::arena::Arena;
use flavor_launcher::workenv::variables::Variables;
use std::ffi::OsString;
use std::path::PathBuf;

#[global_allocator]
static MEMORY: Arena = Arena::new();

/// # Safety
/// Called by the C library, which keeps what it says.
#[cfg(unix)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(count: libc::c_int, words: *const *const libc::c_char) -> libc::c_int {
    // SAFETY: as above.
    let words = unsafe { sys::words_of(count, words) };
    run(&words)
}

#[cfg(not(unix))]
fn main() {
    std::process::exit(run(&std::env::args_os().collect::<Vec<_>>()));
}

fn run(words: &[OsString]) -> i32 {
    std::panic::set_hook(Box::new(|defect| {
        say(&format!("the launcher failed: {defect} (EFLAVOR_INTERNAL)\n"));
        std::process::exit(Code::Internal.exit());
    }));
    let env = Variables::of_process();
    listen(&env);
    let args: Vec<OsString> = words.iter().skip(1).cloned().collect();
    match start(args.clone(), env.clone()) {
        Ok(code) => code,
        Err((path, error)) => {
            let bare = error.code == Code::NotAPackage && serves_itself(&env);
            bare.then(|| serve_bare(&args)).flatten().unwrap_or_else(|| explain(&error, &path))
        }
    }
}

fn start(args: Vec<OsString>, env: Variables) -> Result<i32, (PathBuf, PackageError)> {
    let (file, path) = sys::open_self();
    let file = file.map_err(|error| (path.clone(), system_error(error, format_args!("open {}", path.display()))))?;
    launch(Request { file, path: path.clone(), args, env }).map_err(|error| (path, error))
}
