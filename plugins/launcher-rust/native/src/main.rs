//! The program. It is entered as a C program is, past the standard library's own beginning: that one ignores SIGPIPE and
//! handles SIGSEGV, which the application would inherit, and makes several system calls that a start has no use for.
#![cfg_attr(unix, no_main)]
use flavor_launcher::codes::Code;
use flavor_launcher::errors::{PackageError, Result, fail, system_error};
use flavor_launcher::launcher::launch::{Request, launch, serves_itself};
use flavor_launcher::launcher::report::explain;
use flavor_launcher::launcher::services::serve_bare;
use flavor_launcher::log::{listen, say};
use flavor_launcher::sys;
use flavor_launcher::workenv::variables::Variables;
use std::ffi::OsString;
use std::fs::{self, File};
#[cfg(target_os = "linux")]
use std::os::unix::fs::MetadataExt;
#[cfg(target_os = "linux")]
use std::path::Path;
use std::path::PathBuf;

/// # Safety
/// Called by the C library, which keeps what it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(count: libc::c_int, words: *const *const libc::c_char) -> libc::c_int {
    // SAFETY: as above.
    let words = unsafe { sys::words_of(count, words) };
    std::panic::set_hook(Box::new(|defect| {
        say(&format!("the launcher failed: {defect} (EFLAVOR_INTERNAL)\n"));
        std::process::exit(Code::Internal.exit());
    }));
    let env = Variables::of_process();
    listen(&env);
    let args: Vec<OsString> = words.iter().skip(1).cloned().collect();
    let named = words.first().map(PathBuf::from).unwrap_or_default();
    match start(args.clone(), env.clone()) {
        Ok(code) => code,
        Err((path, error)) => {
            let bare = error.code == Code::NotAPackage && serves_itself(&env);
            bare.then(|| serve_bare(&args)).flatten().unwrap_or_else(|| explain(&error, &path.unwrap_or(named)))
        }
    }
}

fn start(args: Vec<OsString>, env: Variables) -> std::result::Result<i32, (Option<PathBuf>, PackageError)> {
    let (file, path) = open_self().map_err(|error| (None, error))?;
    launch(Request { file, path: path.clone(), args, env }).map_err(|error| (Some(path), error))
}

/// The file this program was started from, whatever has happened to its name since, and the name.
#[cfg(target_os = "linux")]
fn open_self() -> Result<(File, PathBuf)> {
    let own = Path::new("/proc/self/exe");
    let named = sys::started_as();
    let file = match File::open(own) {
        Err(_) => {
            let path = named.as_deref().ok_or_else(|| fail(Code::Io, "the package cannot be found: there is no /proc"))?;
            File::open(path).map_err(|error| system_error(error, format_args!("open {}", path.display())))?
        }
        Ok(file) => file,
    };
    let path = named.filter(|path| is_same_file(&file, path)).or_else(|| fs::read_link(own).ok());
    Ok((file, path.unwrap_or_else(|| own.to_path_buf())))
}

#[cfg(not(target_os = "linux"))]
fn open_self() -> Result<(File, PathBuf)> {
    let path = sys::started_as().ok_or_else(|| fail(Code::Io, "the package cannot be found"))?;
    let file = File::open(&path).map_err(|error| system_error(error, format_args!("open {}", path.display())))?;
    Ok((file, path))
}

#[cfg(target_os = "linux")]
fn is_same_file(file: &File, path: &Path) -> bool {
    let (Ok(a), Ok(b)) = (file.metadata(), fs::metadata(path)) else { return false };
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}
