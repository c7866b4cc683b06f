//! One look at the sockets of this machine, whoever has them: the kernel is asked by NETLINK_SOCK_DIAG, and the processes are found in
//! `/proc`. Neither needs a privilege, but of other users' sockets only root learns the process.

use std::io;

use crate::sockets::{Filter, Protocol, Snapshot, SocketRow};
use crate::sys;

/// The sockets that fit.
///
/// # Errors
/// `Unsupported` where this system does not tell; otherwise what the kernel answers when it tells of no protocol that was asked for. What
/// it tells only in part is in the snapshot.
pub fn survey(filter: &Filter) -> io::Result<Snapshot> {
    let mut snapshot = Snapshot::default();
    let wanted: Vec<Protocol> = Protocol::ALL.into_iter().filter(|&protocol| filter.wants(protocol)).collect();
    for &protocol in &wanted {
        match sys::sockets_of(protocol, None) {
            Ok(rows) => snapshot.rows.extend(rows),
            // A kernel without tcp_diag, udp_diag or unix_diag.
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => snapshot.add_not_told(protocol, &error),
            Err(error) => return Err(error),
        }
    }
    if let (true, Some(not_told)) = (snapshot.not_told.len() == wanted.len(), snapshot.not_told.first()) {
        return Err(io::Error::new(io::ErrorKind::Unsupported, not_told.error.clone()));
    }
    snapshot.listen = sys::listen_counters();
    // Names of peers need all rows; whose they are is asked for those that are left.
    snapshot.name_peers();
    snapshot.keep_but_process(filter);
    if !snapshot.rows.is_empty() {
        // A machine without /proc still has sockets to show.
        match sys::socket_owners() {
            Ok(owners) => snapshot.assign(&owners),
            Err(error) => snapshot.no_processes = Some(format!("/proc cannot be read: {error}")),
        }
    }
    snapshot.keep(filter);
    snapshot.sort();
    Ok(snapshot)
}

/// What listens on a TCP port of this machine now, whatever the address: evidence for why a connect was refused. [`SocketRow::takes`] tells
/// whether one of them takes a connect to a certain address.
///
/// ```no_run
/// let address: std::net::SocketAddr = "127.0.0.1:80".parse()?;
/// let listeners = netlab::survey::listeners_on(address.port())?;
/// match listeners.iter().find(|listener| listener.takes(address)) {
///     Some(listener) if listener.is_full() => println!("listening, but its accept queue is full"),
///     Some(_) => println!("listening"),
///     None if listeners.is_empty() => println!("nothing listens on this port"),
///     None => println!("something listens on this port, on another address: {}", listeners[0].local),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `Unsupported` where this system does not tell; otherwise what the kernel answers.
pub fn listeners_on(port: u16) -> io::Result<Vec<SocketRow>> {
    let mut rows = sys::sockets_of(Protocol::Tcp, Some(port))?;
    rows.retain(SocketRow::is_listening);
    Ok(rows)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::net::{SocketAddr, TcpListener};

    #[test]
    fn a_listener_of_ours_is_on_its_port_and_then_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let listeners = listeners_on(address.port()).unwrap();
        let own = listeners.iter().find(|row| row.takes(address)).unwrap();
        assert!(!own.takes(SocketAddr::from(([127, 0, 0, 2], address.port()))), "it listens on another address");
        drop(listener);
        // Somebody else may have the port by now, but not this socket.
        assert!(!listeners_on(address.port()).unwrap().iter().any(|row| row.cookie == own.cookie));
    }

    #[test]
    fn port_0_is_nobody_s() {
        assert_eq!(listeners_on(0).unwrap(), []);
    }
}
