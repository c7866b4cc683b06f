//! What a scenario requires and this machine may lack.

use std::net::SocketAddr;

use crate::errno::Errno;
use crate::plan::Plan;
use crate::scenario::{Capability, Family, Host};
use crate::sys::{self, Route};

/// An address in the documentation prefix (RFC 3849).
const NOWHERE: ([u16; 8], u16) = ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 9);

/// A port to ask the routing table with; nothing is sent to it (RFC 863).
const DISCARD: u16 = 9;

/// The port that scenarios about privileged ports use.
const PRIVILEGED_PORT: u32 = 1;

/// Why this plan cannot run here: the first capability that is missing, in words.
pub fn missing(plan: &Plan) -> Option<String> {
    plan.requires.iter().find_map(|capability| reason(*capability))
}

fn reason(capability: Capability) -> Option<String> {
    match capability {
        Capability::Linux if cfg!(target_os = "linux") => None,
        Capability::Linux => Some(format!("needs Linux; this is {}", std::env::consts::OS)),
        // Binding tells nothing: 127.0.0.1 can be bound to while its interface is down.
        Capability::Loopback => sys::cannot_reach(Host::loopback(Family::Ipv4, DISCARD)).map(|error| {
            format!(
                "needs a loopback interface that is up; 127.0.0.1 cannot be reached: {} (connect of a UDP socket): try `ip link set lo up`",
                Errno::from_io(&error)
            )
        }),
        Capability::Ipv6 if sys::can_bind(Host::loopback(Family::Ipv6, 0)) => None,
        Capability::Ipv6 => Some("needs IPv6; no socket could be bound to [::1]".to_owned()),
        Capability::TcpInfo if sys::counts_segments() => None,
        Capability::TcpInfo => Some("needs the kernel's counters of segments (TCP_INFO of Linux 4.6 and later)".to_owned()),
        Capability::NoRoute => match sys::route(SocketAddr::from(NOWHERE)) {
            Ok(Route::Found | Route::Broadcast) => {
                Some("needs a machine without a route to 2001:db8::1; the kernel has one (connect of a UDP socket)".to_owned())
            }
            // Where IPv6 is switched off (net.ipv6.conf.all.disable_ipv6) it is another error: no address to come from.
            Ok(Route::Refused(error)) if error.raw_os_error() != Some(libc::ENETUNREACH) => Some(format!(
                "needs a machine whose routing table says ENETUNREACH for 2001:db8::1; here it is {} (connect of a UDP socket)",
                Errno::from_io(&error)
            )),
            Ok(Route::Refused(_)) | Err(_) => None,
        },
        Capability::Unprivileged => sys::privilege().map(|privilege| {
            format!("needs a process without privileges; this one has {privilege} (man 7 capabilities): try it as an ordinary user")
        }),
        Capability::PrivilegedPorts => match sys::first_unprivileged_port() {
            Some(first) if first > PRIVILEGED_PORT => None,
            Some(first) => {
                Some(format!("needs ports that only the privileged may bind to; net.ipv4.ip_unprivileged_port_start is {first} here"))
            }
            None => Some("needs ports that only the privileged may bind to; net.ipv4.ip_unprivileged_port_start cannot be read".to_owned()),
        },
        Capability::DescriptorLimit => sys::too_many_descriptors()
            .map(|limit| format!("needs a limit of descriptors that can be reached; RLIMIT_NOFILE is {limit}: try `ulimit -n 1024`")),
    }
}
