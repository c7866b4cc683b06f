//! The `netlab` command; see the library for everything it does.

use std::process::ExitCode;

/// The allocator of musl, which the released binaries are linked to, takes most of the time of `netlab check` (docs/packaging.md).
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    netlab::cli::main(std::env::args_os())
}
