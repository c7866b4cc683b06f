//! What is under test: a server, to which netlab connects, or a client, which netlab serves.

use super::baseline::Baseline;
use super::client::Client;
use super::cut::Split;
use super::exchange::{Caller, Trial};
use super::host::Host;
use super::model::{SplitRow, UnderTest};
use super::save;
use super::script::Script;
use super::started::EndedBehind;
use crate::engine::Interrupt;

/// What is tried under every split.
pub trait Subject: Sync {
    /// Which of the two it is.
    fn under_test(&self) -> UnderTest;

    /// The conversation.
    fn script(&self) -> &Script;

    /// A split that failed as a scenario file, which `netlab run` carries out again.
    fn scenario(&self, split: &Split, row: &SplitRow, baseline: &Baseline) -> String;

    /// Whether it has ended for good, so that no split can be carried out any more.
    fn is_over(&self) -> bool {
        false
    }

    /// Where a server that netlab has started ended by itself behind an answer, and not with exit code 0.
    fn ended_behind(&self) -> Vec<EndedBehind> {
        Vec::new()
    }

    /// Stops what netlab has started for the whole sweep; gives the last of what that said, and how it ended if by itself, escaped line by line.
    fn finish(&self) -> Option<String> {
        None
    }

    /// Somebody who carries it out, again and again. `stream` is all that netlab sends.
    fn trial<'s>(&'s self, stream: &'s [u8], interrupt: &'s Interrupt) -> Box<dyn Trial + 's>;
}

/// A server.
impl Subject for Script {
    fn under_test(&self) -> UnderTest {
        UnderTest::Server
    }

    fn script(&self) -> &Script {
        self
    }

    fn trial<'s>(&'s self, stream: &'s [u8], interrupt: &'s Interrupt) -> Box<dyn Trial + 's> {
        Box::new(Caller::new(self, stream, interrupt))
    }

    fn scenario(&self, split: &Split, row: &SplitRow, baseline: &Baseline) -> String {
        save::of_server(self, None, split, row, baseline)
    }
}

impl Subject for Client {
    fn under_test(&self) -> UnderTest {
        UnderTest::Client
    }

    fn script(&self) -> &Script {
        &self.script
    }

    fn trial<'s>(&'s self, stream: &'s [u8], interrupt: &'s Interrupt) -> Box<dyn Trial + 's> {
        Box::new(Host::new(self, stream, interrupt))
    }

    fn scenario(&self, split: &Split, row: &SplitRow, baseline: &Baseline) -> String {
        save::of_client(self, split, row, baseline)
    }
}
