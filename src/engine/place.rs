//! Where sockets are: addresses made real, and the run's own directory for Unix sockets.

use std::io;
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Type};
use tempfile::TempDir;

use crate::plan::{Plan, PlannedActor};
use crate::scenario::{Family, MAX_PATH, SocketKind};
use crate::sys;
use crate::trace::Address;

/// A directory of the run's own, made only when a Unix socket is planned, with the scenario's links in it, and removed with everything
/// in it. Links are made and removed, and nobody but the kernel follows them.
pub(crate) struct Directory(Option<TempDir>);

impl Directory {
    pub(crate) fn for_plan(plan: &Plan) -> io::Result<Self> {
        let needed = plan.actors.iter().flat_map(|actor| &actor.sockets).any(|socket| socket.kind.is_unix());
        let directory = if needed { Some(tempfile::Builder::new().prefix("netlab-").tempdir()?) } else { None };
        if let Some(directory) = &directory {
            has_room(directory.path(), plan)?;
            for (name, target) in plan.scenario.links.iter() {
                sys::symlink(&target.0, &directory.path().join(&name.value))
                    .map_err(|error| io::Error::new(error.kind(), format!("the link `{}` could not be made: {error}", name.value)))?;
            }
        }
        Ok(Self(directory))
    }

    /// The path a scenario's path stands for.
    pub(crate) fn resolve(&self, path: &str) -> PathBuf {
        match &self.0 {
            Some(directory) if !path.starts_with('/') => directory.path().join(path),
            _ => PathBuf::from(path),
        }
    }
}

/// Refuses a directory so deep that a path in it would not fit into a socket address: what the kernel says of such a path would be
/// taken for what it says of the scenario's.
fn has_room(directory: &Path, plan: &Plan) -> io::Result<()> {
    let steps = plan.actors.iter().flat_map(PlannedActor::all_steps);
    let paths = steps.filter_map(|step| step.action.path()).filter(|path| !path.starts_with('/'));
    let own = directory.as_os_str().len() + 1;
    if paths.map(str::len).max().is_some_and(|longest| own + longest > MAX_PATH) {
        let text = format!("no room for Unix sockets in {}: a socket address takes {MAX_PATH} bytes (man 7 unix)", directory.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text + "; set TMPDIR to a shorter directory"));
    }
    Ok(())
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
        // The only error: longer than sun_path. What is to be said of that, the kernel says.
        Address::Path(path) => SockAddr::unix(Path::new(path)).or_else(|_| sys::unix_path(path.as_bytes())),
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
