//! The socket options, a file a level.

mod ip;
mod ipv6;
mod socket;
mod tcp;
mod udp;

use super::option::OptionEntry;

/// All of them.
pub(super) const OPTIONS: &[&[OptionEntry]] = &[socket::OPTIONS, tcp::OPTIONS, udp::OPTIONS, ip::OPTIONS, ipv6::OPTIONS];
