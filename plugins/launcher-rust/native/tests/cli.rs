//! The program as it is started: without a package behind it.
use std::process::{Command, Output};

fn run(args: &[&str], serves: bool) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flavor-rs-launcher"));
    command.args(args).env_remove("FLAVOR_LAUNCHER_CLI");
    if serves {
        command.env("FLAVOR_LAUNCHER_CLI", "1");
    }
    command.output().unwrap()
}

#[test]
fn a_launcher_without_a_package_says_so_and_stops() {
    let output = run(&["anything"], false);
    assert_eq!(output.status.code(), Some(102));
    assert!(String::from_utf8_lossy(&output.stderr).contains("(EFLAVOR_NOT_A_PACKAGE)"));
    assert!(output.stdout.is_empty());
}

#[test]
fn it_says_its_version_and_what_it_is_when_asked() {
    let version = run(&["--version"], true);
    assert_eq!((version.status.code(), version.stdout.as_slice()), (Some(0), &b"flavor-rs-launcher 0.1.0\n"[..]));
    assert!(String::from_utf8_lossy(&run(&["help"], true).stdout).contains("flavor pack"));
    assert_eq!(run(&["verify"], true).status.code(), Some(102));
}
