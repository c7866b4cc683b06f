//! What this process may do that an ordinary user's may not.

/// A capability that the process has (capabilities(7)), by its name; `None` for an ordinary user's process.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn privilege() -> Option<String> {
    let effective = rustix::thread::capabilities(None).ok()?.effective;
    let mut names = effective.iter_names().map(|(name, _)| name);
    let first = names.next()?;
    Some(match names.count() {
        0 => format!("CAP_{first}"),
        others => format!("CAP_{first} and {others} more"),
    })
}

/// Other systems have no capabilities; root is who may do everything.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn privilege() -> Option<String> {
    rustix::process::geteuid().is_root().then(|| "root's".to_owned())
}

/// The lowest port that everybody may bind to (`net.ipv4.ip_unprivileged_port_start`; man 7 ip). It holds for IPv6 too.
pub(crate) fn first_unprivileged_port() -> Option<u32> {
    std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").ok()?.trim().parse().ok()
}
