//! The least that somebody would write to see whether a port answers: resolve, connect, say so. `benches/connect.rs` runs it beside
//! `netlab connect`.

use std::net::{TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(5);

#[allow(clippy::print_stdout, reason = "a program of its own")]
fn main() -> ExitCode {
    let target = std::env::args().nth(1).unwrap_or_default();
    let Ok(addresses) = target.to_socket_addrs() else { return ExitCode::from(5) };
    for address in addresses {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(_) => {
                println!("{address}: connected");
                return ExitCode::SUCCESS;
            }
            Err(error) => println!("{address}: {error}"),
        }
    }
    ExitCode::FAILURE
}
