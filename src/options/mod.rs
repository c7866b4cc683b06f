//! What this kernel makes of each socket option: asked of fresh sockets, at this moment.
//!
//! For an option of the [catalogue](crate::catalogue) a socket is made, the option read, set to a value worth trying, and read
//! back. Nothing is connected and nothing is sent. A call that fails is a result like any other: EPERM where a privilege is
//! missing, ENOPROTOOPT where this kernel does not have the option.

mod limit;
mod value;

use std::io;

use socket2::{Domain, Socket, Type};

pub use limit::LimitNow;
pub use value::Value;

use crate::catalogue::{Level, OptionEntry, OptionKind, ValueForm};
use crate::errno::Errno;
use crate::sys;

/// What came of reading an option.
pub type Answer = Result<Value, Errno>;

/// What came of setting an option: what was read back, nothing where it was set and cannot be read, or the error of setting it.
pub type Outcome = Result<Option<Value>, Errno>;

/// What this kernel makes of an option, on one kind of socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionNow {
    /// The option.
    pub entry: &'static OptionEntry,
    /// The kind of socket that was asked.
    pub kind: OptionKind,
    /// Its value on a fresh socket; nothing where it is not asked, because it can only be set or has pointers in it.
    pub default: Option<Answer>,
    /// The value that was set, and what came of it.
    pub trial: Option<(Value, Outcome)>,
    /// What bounds it, read now.
    pub limits: Vec<LimitNow>,
}

/// Asks the kernel about one option of one kind of socket.
pub fn ask(entry: &'static OptionEntry, kind: OptionKind) -> OptionNow {
    let limits = entry.limits.iter().filter(|limit| limit::applies_to(limit.file, kind)).map(LimitNow::read).collect();
    let (default, trial) = match fresh_socket(entry.level, kind) {
        Ok(socket) => on_socket(entry, &socket),
        Err(error) => (Some(Err(Errno::from_io(&error))), None),
    };
    OptionNow { entry, kind, default, trial, limits }
}

/// The release of the kernel that is asked.
pub fn kernel() -> String {
    sys::kernel_release()
}

fn fresh_socket(level: Level, kind: OptionKind) -> io::Result<Socket> {
    let domain = match (kind, level) {
        (OptionKind::Unix, _) => Domain::UNIX,
        (OptionKind::Tcp | OptionKind::Udp, Level::Ipv6) => Domain::IPV6,
        (OptionKind::Tcp | OptionKind::Udp, _) => Domain::IPV4,
    };
    let form = if kind == OptionKind::Udp { Type::DGRAM } else { Type::STREAM };
    Socket::new(domain, form, None)
}

/// Whether reading says nothing, or would need pointers.
fn is_not_asked(form: ValueForm) -> bool {
    matches!(form, ValueForm::WriteOnly | ValueForm::Pointers)
}

fn on_socket(entry: &OptionEntry, socket: &Socket) -> (Option<Answer>, Option<(Value, Outcome)>) {
    if is_not_asked(entry.form) {
        return (None, None);
    }
    let seen_in = if let ValueForm::Forced { seen_in, .. } = entry.form { seen_in } else { entry.constant };
    let read = || value::read(socket, seen_in, entry.form).map_err(|error| Errno::from_io(&error));
    let default = read();
    let trial = value::worth_trying(entry.form, default.as_ref().ok()).map(|tried| {
        let outcome = match sys::set_named(socket, entry.constant, &tried.to_bytes()) {
            Ok(()) => Ok(read().ok()),
            Err(error) => Err(Errno::from_io(&error)),
        };
        (tried, outcome)
    });
    (Some(default), trial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_doubles_a_buffer() {
        let now = ask(catalogue::option("SO_RCVBUF").unwrap(), OptionKind::Tcp);
        assert_eq!(now.trial, Some((Value::Number(65_536), Ok(Some(Value::Number(131_072))))));
    }

    #[test]
    fn a_switch_is_turned_to_the_other_side() {
        let now = ask(catalogue::option("TCP_NODELAY").unwrap(), OptionKind::Tcp);
        assert_eq!(now.default, Some(Ok(Value::Switch(false))));
        assert_eq!(now.trial, Some((Value::Switch(true), Ok(Some(Value::Switch(true))))));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn times_lingering_and_names_are_read_back() {
        let trial = |name| ask(catalogue::option(name).unwrap(), OptionKind::Tcp).trial;
        assert_eq!(trial("SO_RCVTIMEO"), Some((Value::Milliseconds(1500), Ok(Some(Value::Milliseconds(1500))))));
        assert_eq!(trial("SO_LINGER"), Some((Value::Linger(Some(5)), Ok(Some(Value::Linger(Some(5)))))));
        assert_eq!(trial("TCP_CONGESTION"), Some((Value::Text("reno".into()), Ok(Some(Value::Text("reno".into()))))));
        assert_eq!(trial("SO_SNDLOWAT").unwrap().1, Err(Errno::from_raw(libc::ENOPROTOOPT)));
    }

    /// Every option of the table is one of this system: asking never says that its name is unknown here.
    #[test]
    #[cfg(target_os = "linux")]
    fn every_option_can_be_asked() {
        for entry in catalogue::options() {
            for &kind in entry.kinds {
                let now = ask(entry, kind);
                assert_eq!(now.default.is_none(), is_not_asked(entry.form), "{}", entry.constant);
            }
        }
        let reads = |entry: &&&'static OptionEntry| entry.kinds.iter().any(|&kind| matches!(ask(entry, kind).default, Some(Ok(_))));
        let all: Vec<&'static OptionEntry> = catalogue::options().collect();
        // A kernel may lack some, and some need a connection; most are there.
        assert!(all.iter().filter(reads).count() > 60);
    }
}
