//! The client under test: where netlab listens, and what the client is told.

use std::net::SocketAddr;

use super::Refusal;
use super::args::SplitArgs;
use crate::cli::exit::Exit;
use crate::cli::output::note;
use crate::split::{Client, Message};

impl SplitArgs {
    /// The client, and how it is served at an address.
    pub(super) fn client(&self, address: SocketAddr, messages: Vec<Message>) -> Result<Client, Refusal> {
        let usage = |words: &str| Err(Refusal(Exit::Usage, words.to_owned()));
        let Some(command) = self.exec.clone() else { return usage("--listen needs the client: give --exec") };
        if address.port() == 0 && !command.wants_port() {
            return usage("the client does not know where to connect: write {port} or {address} in its command, or give --listen a port");
        }
        if address.port() != 0 && self.jobs.get() > 1 {
            return usage("several clients at once need several ports: give --listen none, and write {port} in the command");
        }
        if !address.ip().to_canonical().is_loopback() {
            if !self.allow_remote {
                let words = format!(
                    "this would answer whoever connects to {address}, which is not the loopback of this machine: --allow-remote allows it"
                );
                return Err(Refusal(Exit::Usage, words));
            }
            note(&format!("note: whoever connects to {address} is answered"));
        }
        let hang_up = self.hang_up();
        Ok(Client { script: self.script(address, messages), command, ready: self.ready, judged: self.judge.into(), hang_up })
    }
}
