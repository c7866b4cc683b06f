//! The `netlab` command; see the library for everything it does.

use std::process::ExitCode;

fn main() -> ExitCode {
    netlab::cli::main(std::env::args_os())
}
