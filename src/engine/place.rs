//! Where sockets are: addresses made real, and the run's own directory for Unix sockets.

use std::io;
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Type};
use tempfile::TempDir;

use crate::plan::Plan;
use crate::scenario::{Family, SocketKind};
use crate::trace::Address;

/// A directory of the run's own, made only when a Unix socket is planned, and removed with everything in it.
pub(crate) struct Directory(Option<TempDir>);

impl Directory {
    pub(crate) fn for_plan(plan: &Plan) -> io::Result<Self> {
        let needed = plan.actors.iter().flat_map(|actor| &actor.sockets).any(|socket| socket.kind.is_unix());
        Ok(Self(if needed { Some(tempfile::Builder::new().prefix("netlab-").tempdir()?) } else { None }))
    }

    /// The path a scenario's path stands for.
    pub(crate) fn resolve(&self, path: &str) -> PathBuf {
        match &self.0 {
            Some(directory) if !path.starts_with('/') => directory.path().join(path),
            _ => PathBuf::from(path),
        }
    }
}

/// Removes the path of a bound Unix socket when the socket goes.
#[derive(Debug)]
pub(crate) struct BoundPath(pub(crate) PathBuf);

impl Drop for BoundPath {
    fn drop(&mut self) {
        // It may be gone already; a path that cannot be removed is in a directory that is not ours to mend.
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(crate) fn domain_and_type(kind: SocketKind, family: Family) -> (Domain, Type) {
    let internet = match family {
        Family::Ipv4 => Domain::IPV4,
        Family::Ipv6 => Domain::IPV6,
    };
    match kind {
        SocketKind::Tcp => (internet, Type::STREAM),
        SocketKind::Udp => (internet, Type::DGRAM),
        SocketKind::UnixStream => (Domain::UNIX, Type::STREAM),
        SocketKind::UnixDgram => (Domain::UNIX, Type::DGRAM),
        SocketKind::UnixSeqpacket => (Domain::UNIX, Type::SEQPACKET),
    }
}

pub(crate) fn to_sockaddr(address: &Address) -> io::Result<SockAddr> {
    match address {
        Address::Ip(address) => Ok((*address).into()),
        // The only error: longer than sun_path, which the kernel would call so too.
        Address::Path(path) => SockAddr::unix(Path::new(path)).map_err(|_| io::Error::from_raw_os_error(libc::ENAMETOOLONG)),
        Address::Abstract(name) => SockAddr::unix(Path::new(&format!("\0{name}"))),
        // A Unix address without a path: Linux chooses an abstract name (man 7 unix, autobind).
        Address::Unnamed => SockAddr::unix(Path::new("")),
    }
}

pub(crate) fn from_sockaddr(address: &SockAddr) -> Option<Address> {
    if let Some(address) = address.as_socket() {
        return Some(Address::Ip(address));
    }
    if let Some(path) = address.as_pathname() {
        return Some(Address::Path(path.to_string_lossy().into_owned()));
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Some(name) = address.as_abstract_namespace() {
        return Some(Address::Abstract(String::from_utf8_lossy(name).into_owned()));
    }
    address.is_unix().then_some(Address::Unnamed)
}
