//! The socket of one attempt: made, given its options, bound to its source, and its connect begun.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, TcpKeepalive, Type};

use super::error_code::ErrorCode;
use super::findings::{Call, CallFailure, OptionInForce};
use super::settings::{OptionsAsked, Settings};
use crate::sys;
use crate::trace::Address;

/// Gives an error the call that it belongs to.
pub(super) fn failed(call: Call) -> impl FnOnce(io::Error) -> CallFailure {
    move |error| CallFailure { call, error: ErrorCode::of_call(&error) }
}

/// A socket whose connect has begun.
pub(super) struct Begun {
    pub(super) socket: Socket,
    /// Whether connect said EINPROGRESS, so that the answer is yet to come.
    pub(super) is_pending: bool,
}

/// Makes a socket for an internet address and begins to connect it. The outer error is of a call before connect.
pub(super) fn begin(to: SocketAddr, settings: &Settings) -> Result<Begun, CallFailure> {
    let kind = if settings.udp { Type::DGRAM } else { Type::STREAM };
    let socket = Socket::new(Domain::for_address(to), kind.nonblocking(), None).map_err(failed(Call::Socket))?;
    set_options(&socket, settings, to.is_ipv4()).map_err(failed(Call::Setsockopt))?;
    if let Some(source) = source(to, settings) {
        socket.bind(&source.into()).map_err(failed(Call::Bind))?;
    }
    connect(socket, &to.into())
}

/// The address to come from, where one was asked for.
pub(super) fn source(to: SocketAddr, settings: &Settings) -> Option<SocketAddr> {
    let any: IpAddr = if to.is_ipv4() { [0u8; 4].into() } else { [0u16; 8].into() };
    let is_asked = settings.source.is_some() || settings.source_port.is_some();
    is_asked.then(|| SocketAddr::new(settings.source.unwrap_or(any), settings.source_port.unwrap_or(0)))
}

/// Makes a Unix socket and connects it.
pub(super) fn begin_unix(to: &Address, options: &OptionsAsked) -> Result<Begun, CallFailure> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM.nonblocking(), None).map_err(failed(Call::Socket))?;
    set_buffers(&socket, options).map_err(failed(Call::Setsockopt))?;
    let address = match to {
        Address::Abstract(name) => SockAddr::unix(format!("\0{name}")),
        Address::Path(path) => SockAddr::unix(path),
        Address::Ip(_) | Address::Unnamed => Err(io::Error::from_raw_os_error(libc::EINVAL)),
    };
    connect(socket, &address.map_err(failed(Call::Connect))?)
}

fn connect(socket: Socket, to: &SockAddr) -> Result<Begun, CallFailure> {
    match socket.connect(to) {
        Ok(()) => Ok(Begun { socket, is_pending: false }),
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => Ok(Begun { socket, is_pending: true }),
        Err(error) => Err(failed(Call::Connect)(error)),
    }
}

fn set_options(socket: &Socket, settings: &Settings, is_ipv4: bool) -> io::Result<()> {
    let options = &settings.options;
    // The evidence of who said no; without it the result is the same.
    let _ = sys::report_errors(socket, !is_ipv4, true);
    if let Some(on) = options.reuseaddr {
        socket.set_reuse_address(on)?;
    }
    set_buffers(socket, options)?;
    if settings.udp {
        return Ok(());
    }
    if let Some(on) = options.nodelay {
        socket.set_tcp_nodelay(on)?;
    }
    if let Some(idle) = options.keepalive {
        socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(idle))?;
    }
    if let Some(time) = options.linger {
        socket.set_linger(Some(time))?;
    }
    Ok(())
}

fn set_buffers(socket: &Socket, options: &OptionsAsked) -> io::Result<()> {
    if let Some(bytes) = options.rcvbuf {
        socket.set_recv_buffer_size(bytes)?;
    }
    if let Some(bytes) = options.sndbuf {
        socket.set_send_buffer_size(bytes)?;
    }
    Ok(())
}

/// The options that the kernel has now, beside what was asked for. What it does not tell is left out.
pub(super) fn options_in_force(socket: &Socket, asked: &OptionsAsked, is_tcp: bool) -> Vec<OptionInForce> {
    let number = |on: bool| u8::from(on).to_string();
    let seconds = |time: Duration| format!("{} s", time.as_secs());
    let mut options = Vec::new();
    let mut add = |name: &'static str, asked: Option<String>, in_force: io::Result<String>| {
        if let Ok(in_force) = in_force {
            options.push(OptionInForce { name, asked, in_force });
        }
    };
    add("SO_REUSEADDR", asked.reuseaddr.map(number), socket.reuse_address().map(number));
    add("SO_RCVBUF", asked.rcvbuf.map(|bytes| bytes.to_string()), socket.recv_buffer_size().map(|bytes| bytes.to_string()));
    add("SO_SNDBUF", asked.sndbuf.map(|bytes| bytes.to_string()), socket.send_buffer_size().map(|bytes| bytes.to_string()));
    if is_tcp {
        add("TCP_NODELAY", asked.nodelay.map(number), socket.tcp_nodelay().map(number));
        add("SO_KEEPALIVE", asked.keepalive.map(|_| number(true)), socket.keepalive().map(number));
        add("TCP_KEEPIDLE", asked.keepalive.map(seconds), socket.tcp_keepalive_time().map(seconds));
        add("SO_LINGER", asked.linger.map(seconds), socket.linger().map(|linger| linger.map_or_else(|| "off".to_owned(), seconds)));
    }
    options
}
