//! The sockets of this machine, as plain data: what `netlab sockets` shows, filters and compares.
//!
//! `sys` asks the kernel and fills these types, `survey` puts one look together; here nothing is asked, so everything can be tested with
//! data.
//!
//! ```
//! use netlab::sockets::{Filter, SocketState};
//!
//! let filter = Filter { states: vec![SocketState::parse("close-wait").unwrap()], ..Filter::default() };
//! assert!(SocketState::parse("closewiat").unwrap_err().contains("CLOSE-WAIT"));
//! # let _ = filter;
//! ```

mod change;
mod filter;
mod owner;
mod row;
mod snapshot;
mod state;
mod words;

pub use change::{Changes, Mark};
pub use filter::{Filter, ProcessFilter};
pub use owner::{Owner, Owners, Process};
#[cfg(test)]
pub(crate) use row::test_row;
pub use row::{Memory, Protocol, Queues, SocketRow, Timer, TimerKind};
pub use snapshot::{ListenCounters, NotTold, Snapshot};
pub use state::SocketState;
pub use words::{NoteTopic, Overflow, QueueTopic};
