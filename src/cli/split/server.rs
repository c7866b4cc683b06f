//! The server under test: where it is, and how it is started.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};

use super::Refusal;
use super::args::SplitArgs;
use crate::cli::exit::Exit;
use crate::cli::output::note;
use crate::engine::Interrupt;
use crate::program::{PORT, Program};
use crate::split::Message;
use crate::trace::escape_lines;

/// Lines of a program's output below an error.
const MOST_LINES: usize = 40;

/// A program's output below an error.
pub(super) fn said(output: &str) -> String {
    if output.is_empty() {
        return "; it said nothing".to_owned();
    }
    let lines: Vec<String> = output.lines().map(|line| format!("  {line}")).collect();
    format!("; its output:\n{}", lines[lines.len().saturating_sub(MOST_LINES)..].join("\n"))
}

impl SplitArgs {
    /// The server, started where that is asked for, and its address.
    pub(super) fn serve(
        &self,
        messages: &[Message],
        splits: usize,
        interrupt: &Interrupt,
    ) -> Result<(Option<Program>, SocketAddr), Refusal> {
        let usage = |words: &str| Refusal(Exit::Usage, words.to_owned());
        let is_told = self.target.as_ref().is_none_or(|target| target.contains(PORT));
        let Some(command) = &self.exec else {
            let target = self.target.as_deref().unwrap_or_default();
            return self.address(target, messages, splits).map(|address| (None, address));
        };
        match (command.wants_port(), is_told) {
            (true, false) => {
                return Err(usage(
                    "the command wants a free {port}, but TARGET names another one: leave TARGET out, or write {port} there",
                ));
            }
            (false, true) => return Err(usage("where the server will listen is not known: write {port} in the command, or give TARGET")),
            _ => {}
        }
        let fixed = match self.target.as_deref().filter(|_| !is_told) {
            Some(target) => Some(self.address(target, messages, splits)?),
            None => None,
        };
        if let Some(fixed) = fixed.filter(|fixed| TcpStream::connect_timeout(fixed, self.timeout).is_ok()) {
            let words = format!(
                "something listens at {fixed} already, and would be tested instead of what --exec starts: stop it (`netlab sockets --listening --port {}` \
                 shows whose it is), or write {{port}} in the command for a free port",
                fixed.port()
            );
            return Err(Refusal(Exit::NotCarriedOut, words));
        }
        let is_stopped = || interrupt.signal().is_some();
        Program::start_ready(command, fixed, self.ready, &is_stopped).map(|(program, address)| (Some(program), address)).map_err(|error| {
            let exit = interrupt.signal().map_or(Exit::NotCarriedOut, Exit::Interrupted);
            let output = escape_lines(error.output());
            Refusal(exit, format!("`{command}` {error}{}", said(&output)))
        })
    }

    /// Where a target is. Of several addresses of a name the first that takes a connection.
    fn address(&self, target: &str, messages: &[Message], splits: usize) -> Result<SocketAddr, Refusal> {
        let resolved = target.to_socket_addrs().map_err(|error| {
            let is_form = error.kind() == std::io::ErrorKind::InvalidInput;
            let exit = if is_form { Exit::Usage } else { Exit::NotCarriedOut };
            Refusal(exit, format!("`{target}` is no target ({error}): expected HOST:PORT, such as 127.0.0.1:6379 or [::1]:80"))
        })?;
        let addresses: Vec<SocketAddr> = resolved.collect();
        let bytes: usize = messages.iter().map(|message| message.bytes.len()).sum();
        if let Some(far) = addresses.iter().find(|address| !address.ip().to_canonical().is_loopback()) {
            let what = format!("{} connections to {far}, {bytes} bytes on each", splits + 2);
            if !self.allow_remote {
                let words = format!(
                    "this would make {what}, and {far} is not the loopback of this machine: --allow-remote allows it; be sure that the server is yours"
                );
                return Err(Refusal(Exit::Usage, words));
            }
            note(&format!("note: {what}, and more where one fails"));
        }
        let open = || addresses.iter().find(|address| TcpStream::connect_timeout(address, self.timeout).is_ok());
        let chosen = if addresses.len() > 1 { open().or(addresses.first()) } else { addresses.first() };
        chosen.copied().ok_or_else(|| Refusal(Exit::NotCarriedOut, format!("`{target}` has no address")))
    }
}
