//! The programs that benchmarks of whole processes start.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// netlab as `cargo install --path .` makes it: built by itself, and copied.
///
/// The program that cargo builds for a benchmark will not do. Crates that only tests use switch on features of crates that netlab shares with
/// them, and `regex` then brings Unicode tables that no user's program has. And a file that the linker wrote in its own order lies in small
/// pieces in the page cache, from which it is mapped more slowly than a copy.
pub(crate) fn netlab() -> io::Result<Command> {
    copied(&built(&["--bin", "netlab"])?.join("netlab"))
}

/// An example program, likewise.
#[allow(dead_code, reason = "not every benchmark has one")]
pub(crate) fn example(name: &str) -> io::Result<Command> {
    copied(&built(&["--example", name])?.join("examples").join(name))
}

/// Builds what is named, and gives the folder of the profile.
fn built(what: &[&str]) -> io::Result<PathBuf> {
    let profile = Path::new(env!("CARGO_BIN_EXE_netlab")).parent().map(Path::to_owned).unwrap_or_default();
    let target = profile.parent().ok_or_else(|| io::Error::other("the folder of the build is not known"))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--release", "--locked", "--target-dir"]).arg(target).args(what);
    let status = command.current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
    if status.success() { Ok(profile) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
}

fn copied(program: &Path) -> io::Result<Command> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("as-installed");
    std::fs::create_dir_all(&folder)?;
    let copy = folder.join(program.file_name().unwrap_or_default());
    // Not over the old copy: it keeps its place in the page cache.
    let _ = std::fs::remove_file(&copy);
    std::fs::copy(program, &copy)?;
    let mut command = Command::new(copy);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // cargo sets it for benchmarks, and the loader would look through its folders for every library. No user has it.
    command.env_remove("LD_LIBRARY_PATH");
    Ok(command)
}
