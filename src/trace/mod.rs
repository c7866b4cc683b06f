//! Evidence: what the sockets were asked and what they gave, and nothing that was concluded from it.
//!
//! A trace is immutable and serialisable. Everything that comes after it, analysis, verdict and report, can be made
//! again from a saved trace, on any machine.

mod address;
mod call;
mod counters;
mod digest;
mod escape;
mod log;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use address::Address;
pub use call::{Call, CallFlags, CallKind, CallOutcome, Data, SHUT_RD, SHUT_RDWR, SHUT_WR};
pub use counters::{Counters, SendSample};
pub use digest::{BLOCK, BlockDigest, StreamDigest};
pub(crate) use digest::{StreamHasher, of as digest_of};
pub(crate) use escape::hex;
pub use escape::{escape, escape_lines, escape_within};
pub(crate) use log::Entry;
pub use log::{CallLog, PREFIX_CAP};

use crate::scenario::{Family, SocketKind, SocketOption};

/// Everything that was seen in one run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// Where it ran.
    pub environment: Environment,
    /// How the run ended.
    pub end: RunEnd,
    /// From the start of the run to the end of its last actor, in nanoseconds.
    pub duration_ns: u64,
    /// What each actor did.
    pub actors: Vec<ActorTrace>,
}

/// What must be known to compare two traces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// netlab's version.
    pub netlab: String,
    /// The operating system.
    pub os: String,
    /// The kernel's release (uname -r).
    pub kernel: String,
    /// The processor's architecture.
    pub arch: String,
    /// Processors that this process may use.
    pub cpus: usize,
    /// The address family that "loopback" stood for.
    pub family: Family,
    /// The seed of the random payloads.
    pub seed: u64,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    /// Every actor carried out all its steps.
    Finished,
    /// An actor failed, and the others were released.
    Failed,
    /// The run's deadline passed.
    Deadline,
    /// The user interrupted it.
    Interrupted,
}

/// What one actor did.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorTrace {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub end: ActorEnd,
    /// The sockets it made, in order; calls refer to them by index.
    pub sockets: Vec<SocketTrace>,
    /// Its calls, in order.
    pub calls: CallLog,
    /// The programs that it started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<ProgramTrace>,
}

/// A program that was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramTrace {
    /// The step that started it.
    pub step: u32,
    /// Its command.
    pub command: String,
    /// How it ended.
    pub ended: ProgramEnd,
    /// The last of what it wrote on its standard output and error, escaped line by line.
    pub output: String,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProgramEnd {
    /// By itself, with an exit code.
    Code(i32),
    /// By a signal that was not netlab's.
    Signal(i32),
    /// Stopped by netlab when the run was over.
    Stopped,
}

/// How an actor ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorEnd {
    /// It carried out all its steps.
    Finished,
    /// A call of this step failed, and the step did not expect that.
    Failed {
        /// The step.
        step: u32,
    },
    /// This step ran out of time.
    TimedOut {
        /// The step.
        step: u32,
    },
    /// It was stopped in or before this step because the run was over: another actor failed, or the user stopped it.
    Released {
        /// The step.
        step: u32,
    },
}

/// One socket.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SocketTrace {
    /// Its name in the scenario.
    pub name: String,
    /// Its kind.
    pub kind: SocketKind,
    /// Whether it listened.
    pub listens: bool,
    /// Its own address (getsockname).
    pub local: Option<Address>,
    /// The address it is connected to (getpeername).
    pub peer: Option<Address>,
    /// Options asked for, and what the kernel made of them.
    pub settings: Vec<Setting>,
    /// Everything accepted for sending.
    pub sent: StreamDigest,
    /// Everything received; what was only peeked at does not count.
    pub received: StreamDigest,
    /// What the kernel had counted and queued when it was closed, or when all actors had ended.
    #[serde(default)]
    pub counters: Counters,
    /// Its congestion control algorithm, for TCP.
    #[serde(default)]
    pub congestion_control: Option<String>,
    /// What the kernel had counted after each send, where that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<SendSample>,
}

/// A socket option that was set: BufferSize and the like, asked for and in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The option.
    pub option: SocketOption,
    /// The value asked for.
    pub requested: i32,
    /// The value read back from the kernel. Linux doubles buffer sizes (man 7 socket).
    pub effective: Option<i32>,
    /// Whether a step of the scenario set it, rather than a default or the command line.
    pub by_step: bool,
    /// Whether it was set on the listener that the connection was accepted from, and read back here.
    #[serde(default)]
    pub inherited: bool,
}

impl SocketTrace {
    /// Bytes left in the receive queue at its close (FIONREAD); of a datagram socket the size of the next datagram.
    pub fn left_queued(&self) -> Option<u64> {
        self.counters.get(SocketOption::Queued)
    }
}
