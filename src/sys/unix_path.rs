//! Unix addresses that are longer than `sun_path`. Libraries refuse them before any call; here the kernel is to answer.

use std::io;
use std::mem::{offset_of, size_of};

use socket2::{SockAddr, SockAddrStorage};

/// The address of a path, with no NUL behind it: the length says where it ends (man 7 unix).
pub(crate) fn unix_path(path: &[u8]) -> io::Result<SockAddr> {
    const START: usize = offset_of!(libc::sockaddr_un, sun_path);
    let too_long = || io::Error::new(io::ErrorKind::InvalidInput, "longer than any socket address");
    let mut storage = SockAddrStorage::zeroed();
    // SAFETY: the storage is a `sockaddr_storage`, which begins with the same fields as a `sockaddr_un`.
    let address = unsafe { storage.view_as::<libc::sockaddr_un>() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    // SAFETY: the storage has exactly this many bytes, all initialised, and none of them can be set to what is not a byte.
    let bytes = unsafe { storage.view_as::<[u8; size_of::<libc::sockaddr_storage>()]>() };
    bytes.get_mut(START..START + path.len()).ok_or_else(too_long)?.copy_from_slice(path);
    let length = libc::socklen_t::try_from(START + path.len()).map_err(|_| too_long())?;
    // SAFETY: the address is initialised, and the length is within the storage.
    Ok(unsafe { SockAddr::new(storage, length) })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use socket2::{Domain, Socket, Type};

    const LONGEST: usize = size_of::<libc::sockaddr_storage>() - offset_of!(libc::sockaddr_un, sun_path);

    /// Linux has ENAMETOOLONG for names of files, not for addresses.
    #[test]
    fn the_kernel_calls_a_long_address_invalid() {
        for length in [109, LONGEST] {
            let path = vec![b'x'; length];
            let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
            let refused = |result: io::Result<()>| result.unwrap_err().raw_os_error();
            assert_eq!(refused(socket.bind(&unix_path(&path).unwrap())), Some(libc::EINVAL), "bind, {length} bytes");
            assert_eq!(refused(socket.connect(&unix_path(&path).unwrap())), Some(libc::EINVAL), "connect, {length} bytes");
        }
        assert!(unix_path(&[b'x'; LONGEST + 1]).is_err());
    }
}
