//! Which process has which socket: the links in `/proc/PID/fd` (man 5 proc).

use std::collections::HashMap;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::sockets::{Owners, Process};
use crate::trace::escape;

/// The descriptors of every process that this user may look into. A process that ends meanwhile is left out.
pub(crate) fn socket_owners() -> io::Result<Owners> {
    // A folder that does not have even this process is no proc file system, and that nothing is found in it says nothing.
    std::fs::read_dir("/proc/self/fd")?;
    let mut owners = Owners { by_inode: HashMap::new(), hidden: 0 };
    for entry in std::fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        match sockets_of_process(pid, &entry.path(), &mut owners) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => owners.hidden += 1,
            // It has ended.
            Err(_) | Ok(()) => {}
        }
    }
    owners.by_inode.values_mut().for_each(|processes| processes.sort());
    Ok(owners)
}

fn sockets_of_process(pid: u32, folder: &Path, owners: &mut Owners) -> io::Result<()> {
    let mut name = None;
    for entry in std::fs::read_dir(folder.join("fd"))? {
        let entry = entry?;
        let Some(fd) = entry.file_name().to_str().and_then(|fd| fd.parse().ok()) else { continue };
        let Ok(target) = std::fs::read_link(entry.path()) else { continue };
        let Some(inode) = inode_of(target.as_os_str().as_bytes()) else { continue };
        let name: &mut String = name.get_or_insert_with(|| name_of(folder));
        owners.by_inode.entry(inode).or_default().push(Process { pid, name: name.clone(), fd });
    }
    Ok(())
}

/// `socket:[1234]`
fn inode_of(target: &[u8]) -> Option<u32> {
    std::str::from_utf8(target.strip_prefix(b"socket:[")?.strip_suffix(b"]")?).ok()?.parse().ok()
}

/// A process gives itself its name (prctl PR_SET_NAME), so it may hold anything.
fn name_of(folder: &Path) -> String {
    let name = std::fs::read(folder.join("comm")).unwrap_or_default();
    escape(name.strip_suffix(b"\n").unwrap_or(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd;

    #[test]
    fn a_socket_of_ours_is_found() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let inode = inode_of(std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).unwrap().as_os_str().as_bytes()).unwrap();
        let owners = socket_owners().unwrap();
        let fd = u32::try_from(socket.as_raw_fd()).unwrap();
        assert!(owners.by_inode[&inode].iter().any(|process| process.pid == std::process::id() && process.fd == fd));
    }

    #[test]
    fn only_sockets_have_such_links() {
        assert_eq!(inode_of(b"socket:[17]"), Some(17));
        for other in [&b"pipe:[17]"[..], b"/socket:[17]", b"socket:[x]", b"socket:17"] {
            assert_eq!(inode_of(other), None);
        }
    }
}
