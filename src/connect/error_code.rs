//! An error with its names and numbers, here and elsewhere.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue;
use crate::errno::Errno;

/// An error: what it is called, here, on other systems, and in Python.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ErrorCode {
    /// Its name, such as ECONNREFUSED.
    pub name: String,
    /// Its number here.
    pub number: i32,
    /// The words of this system.
    pub text: String,
    /// Its number on Linux.
    pub linux: Option<i32>,
    /// Its number on macOS.
    pub macos: Option<i32>,
    /// Its number on Windows.
    pub windows: Option<i32>,
    /// Its name on Windows.
    pub windows_name: Option<&'static str>,
    /// The exception that Python raises for it.
    pub python: &'static str,
}

impl ErrorCode {
    /// The error of a failed call.
    pub fn of_call(error: &std::io::Error) -> Self {
        Self::of_errno(Errno::from_io(error))
    }

    /// An error by its number here.
    pub fn of_errno(errno: Errno) -> Self {
        let text = std::io::Error::from_raw_os_error(errno.raw()).to_string();
        // std puts the number behind the words.
        let text = text.split(" (os error").next().unwrap_or_default().to_owned();
        let name = errno.name().map_or_else(|| catalogued(errno.raw()).unwrap_or_else(|| errno.to_string()), str::to_owned);
        Self::named(name, errno.raw(), text, "OSError")
    }

    /// What `getaddrinfo` returned. `system` is errno, which EAI_SYSTEM refers to.
    pub fn of_resolver(number: i32, words: &str, system: Option<Errno>) -> Self {
        let name = eai_name(number).map_or_else(|| format!("EAI {number}"), str::to_owned);
        let text = match system {
            Some(errno) => format!("{words} ({errno})"),
            None => words.to_owned(),
        };
        Self::named(name, number, text, "socket.gaierror")
    }

    fn named(name: String, number: i32, text: String, python: &'static str) -> Self {
        let entry = catalogue::error(&name);
        Self {
            number,
            text,
            linux: entry.and_then(|entry| entry.linux),
            macos: entry.and_then(|entry| entry.macos),
            windows: entry.and_then(|entry| entry.windows),
            windows_name: entry.and_then(|entry| entry.windows_name),
            python: entry.map_or(python, |entry| entry.python),
            name,
        }
    }
}

/// The name that the catalogue has for a number here, for errors that no socket call's manual page names.
fn catalogued(number: i32) -> Option<String> {
    let is_here = |&(system, _): &(catalogue::System, _)| system == catalogue::System::HERE;
    catalogue::errors_with_number(number).into_iter().find(is_here).map(|(_, entry)| entry.name.to_owned())
}

/// EAI_ADDRFAMILY of glibc's netdb.h: no constant of `libc` on Linux.
#[cfg(target_os = "linux")]
const EAI_ADDRFAMILY: i32 = -9;

/// The name of what `getaddrinfo` returns (man 3 getaddrinfo).
fn eai_name(number: i32) -> Option<&'static str> {
    Some(match number {
        libc::EAI_AGAIN => "EAI_AGAIN",
        libc::EAI_BADFLAGS => "EAI_BADFLAGS",
        libc::EAI_FAIL => "EAI_FAIL",
        libc::EAI_FAMILY => "EAI_FAMILY",
        libc::EAI_MEMORY => "EAI_MEMORY",
        libc::EAI_NODATA => "EAI_NODATA",
        libc::EAI_NONAME => "EAI_NONAME",
        libc::EAI_OVERFLOW => "EAI_OVERFLOW",
        libc::EAI_SERVICE => "EAI_SERVICE",
        libc::EAI_SOCKTYPE => "EAI_SOCKTYPE",
        libc::EAI_SYSTEM => "EAI_SYSTEM",
        #[cfg(target_os = "linux")]
        EAI_ADDRFAMILY => "EAI_ADDRFAMILY",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_its_numbers_everywhere() {
        let refused = ErrorCode::of_errno(Errno::from_raw(libc::ECONNREFUSED));
        assert_eq!((refused.name.as_str(), refused.text.as_str()), ("ECONNREFUSED", "Connection refused"));
        assert_eq!((refused.linux, refused.macos, refused.windows), (Some(111), Some(61), Some(10061)));
        assert_eq!((refused.windows_name, refused.python), (Some("WSAECONNREFUSED"), "ConnectionRefusedError"));
    }

    #[test]
    fn an_unknown_number_is_shown_as_it_is() {
        assert_eq!(ErrorCode::of_errno(Errno::from_raw(4095)).name, "errno 4095");
        assert_eq!(ErrorCode::of_resolver(-4095, "what", None).name, "EAI -4095");
    }
}
