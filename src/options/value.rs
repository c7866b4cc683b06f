//! Values of options as the kernel reads and writes them.

use std::fmt;
use std::io;

use socket2::Socket;

use crate::catalogue::ValueForm;
use crate::sys;

/// A value of a socket option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Off or on.
    Switch(bool),
    /// A number; the catalogue knows its unit.
    Number(i64),
    /// A time, which the kernel keeps as a `struct timeval`.
    Milliseconds(i64),
    /// SO_LINGER: seconds, where it is on.
    Linger(Option<u16>),
    /// A name.
    Text(String),
    /// A structure, of which only the length is shown.
    Structure(usize),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(on) => f.write_str(if *on { "1" } else { "0" }),
            Self::Number(number) => write!(f, "{number}"),
            Self::Milliseconds(time) => write!(f, "{time} ms"),
            Self::Linger(None) => f.write_str("off"),
            Self::Linger(Some(seconds)) => write!(f, "on, {seconds} s"),
            Self::Text(text) if text.is_empty() => f.write_str("\"\""),
            Self::Text(text) => f.write_str(text),
            Self::Structure(length) => write!(f, "({length} bytes)"),
        }
    }
}

impl Value {
    /// The value as setsockopt(2) takes it.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let ints = |ints: &[i32]| ints.iter().flat_map(|int| int.to_ne_bytes()).collect();
        match self {
            Self::Switch(on) => ints(&[i32::from(*on)]),
            Self::Number(number) => ints(&[i32::try_from(*number).unwrap_or(i32::MAX)]),
            // struct timeval: seconds and microseconds, a C long each.
            Self::Milliseconds(time) => [time / 1000, time % 1000 * 1000]
                .iter()
                .flat_map(|part| libc::c_long::try_from(*part).unwrap_or(libc::c_long::MAX).to_ne_bytes())
                .collect(),
            Self::Linger(seconds) => ints(&[i32::from(seconds.is_some()), i32::from(seconds.unwrap_or(0))]),
            Self::Text(text) => text.as_bytes().to_vec(),
            Self::Structure(_) => Vec::new(),
        }
    }
}

/// A value of this form that shows what the kernel makes of it: one that differs from what is there.
pub(super) fn worth_trying(form: ValueForm, default: Option<&Value>) -> Option<Value> {
    Some(match form {
        ValueForm::Switch => Value::Switch(default != Some(&Value::Switch(true))),
        ValueForm::Int(_, tried) | ValueForm::Forced { tried, .. } => Value::Number(i64::from(tried)),
        ValueForm::Time(milliseconds) => Value::Milliseconds(i64::from(milliseconds)),
        ValueForm::Linger(seconds) => Value::Linger(Some(seconds)),
        ValueForm::Text(name) => Value::Text(name.to_owned()),
        ValueForm::ReadOnly(_) | ValueForm::Structure | ValueForm::WriteOnly | ValueForm::Pointers => return None,
    })
}

/// Room for the largest structure that is only measured; TCP_INFO has some 280 bytes.
const ROOM: usize = 1024;

/// getsockopt(2) in the form of the option.
pub(super) fn read(socket: &Socket, name: &str, form: ValueForm) -> io::Result<Value> {
    let mut bytes = [0; ROOM];
    // An option that is an int gives 64 bits where there is room for them (SO_MAX_PACING_RATE): so the room says what is meant.
    let room = match form {
        ValueForm::Switch | ValueForm::Int(..) | ValueForm::Forced { .. } => size_of::<i32>(),
        ValueForm::ReadOnly(_) if name.ends_with("COOKIE") => size_of::<u64>(),
        ValueForm::ReadOnly(_) => size_of::<i32>(),
        ValueForm::Linger(_) => size_of::<[i32; 2]>(),
        ValueForm::Time(_) => size_of::<[libc::c_long; 2]>(),
        ValueForm::Text(_) | ValueForm::Structure | ValueForm::WriteOnly | ValueForm::Pointers => ROOM,
    };
    let length = sys::get_named(socket, name, &mut bytes[..room])?.min(room);
    let bytes = &bytes[..length];
    Ok(match form {
        ValueForm::Switch => Value::Switch(number(bytes) != 0),
        ValueForm::Int(..) | ValueForm::Forced { .. } | ValueForm::ReadOnly(_) => Value::Number(number(bytes)),
        ValueForm::Time(_) => {
            let (seconds, micros) = bytes.split_at(length / 2);
            Value::Milliseconds(number(seconds) * 1000 + number(micros) / 1000)
        }
        ValueForm::Linger(_) => {
            let (on, seconds) = bytes.split_at(length / 2);
            Value::Linger((number(on) != 0).then(|| u16::try_from(number(seconds)).unwrap_or(u16::MAX)))
        }
        ValueForm::Text(_) => {
            let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
            Value::Text(String::from_utf8_lossy(text).into_owned())
        }
        ValueForm::Structure | ValueForm::WriteOnly | ValueForm::Pointers => Value::Structure(length),
    })
}

/// A number of this machine's byte order, as wide as the kernel wrote it. Some options give one byte (IP_MULTICAST_TTL on other systems).
fn number(bytes: &[u8]) -> i64 {
    match *bytes {
        [a] => i64::from(a),
        [a, b, c, d] => i64::from(i32::from_ne_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => i64::from_ne_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}
