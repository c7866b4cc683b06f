//! A laboratory for byte boundaries on real kernel sockets.
//!
//! netlab runs a scripted conversation between actors on real sockets and says what each `send` was given, what each `recv`
//! returned, and why the boundaries between them came out as they did. The library is laid out as the pipeline that a scenario
//! goes through, one module a stage; each arrow is one function, and only [`engine::run`] touches the operating system:
//!
//! ```text
//! file -> Scenario -> Plan -> run -> Trace -> Analysis -> Verdict -> Report
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use netlab::{analysis, engine, plan, scenario, verdict};
//!
//! let text = r#"{
//!   "title": "Two sends, one read",
//!   "actors": {
//!     "server": [
//!       { "listen": { "tcp": "loopback:0" } },
//!       { "accept": {} },
//!       { "wait": { "readable": 8 } },
//!       { "recv": {} }
//!     ],
//!     "client": [
//!       { "connect": { "to": "server" } },
//!       { "send": { "text": "hello" } },
//!       { "send": { "text": "egg" } }
//!     ]
//!   },
//!   "expect": { "client->server": { "reads": [8], "boundaries": "coalesced" } }
//! }"#;
//! let scenario = scenario::Scenario::parse(scenario::Source::new("two.json", text)).unwrap();
//! let plans = plan::plan(&Arc::new(scenario), &plan::Overrides::default()).unwrap();
//! let trace = engine::run(&plans[0], &engine::Interrupt::new().unwrap()).unwrap();
//! let analysis = analysis::analyse(&trace);
//! let verdict = verdict::judge(&plans[0], &trace, &analysis);
//! assert_eq!(verdict.outcome, verdict::Outcome::Pass);
//! ```
//!
//! Beside it, [`survey`] looks at the sockets that this machine has, whoever has them; [`sockets`] is what it finds, as data.
//!
//! Imports point one way: [`scenario`], [`framing`], [`errno`] <- [`plan`] <- [`engine`], [`trace`]; [`trace`] <- [`analysis`] <-
//! [`verdict`] <- [`report`] <- [`runner`] <- [`cli`]. See `docs/architecture.md`.

pub mod analysis;
pub mod builtin;
pub mod catalogue;
pub mod cli;
pub mod connect;
pub mod engine;
pub mod errno;
pub mod framing;
pub mod options;
pub mod plan;
pub mod program;
pub mod repeat;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod sockets;
pub mod split;
pub mod survey;
mod sys;
pub mod trace;
pub mod verdict;
