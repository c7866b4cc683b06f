//! In which state a socket is: TCP's by the names of RFC 9293, section 3.3.2, and words for what has no such state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::nearest;

macro_rules! states {
    ($($(#[$doc:meta])* $variant:ident $name:literal $others:expr, $meaning:literal;)*) => {
        /// The state of a socket.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum SocketState { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl SocketState {
            /// Every state, with its name, the other names it goes by, and what it means.
            const TABLE: &[(Self, &str, &[&str], &str)] = &[$((Self::$variant, $name, &$others, $meaning),)*];
        }
    };
}

// The other names are those of ss(8), netstat(8) and the kernel.
states! {
    /// Waits for connections.
    Listen "LISTEN" ["listening"], "waits for connections";
    /// A TCP port is taken with bind(2), and neither listen(2) nor connect(2) was called.
    Bound "BOUND" ["bound-inactive", "closed", "close"], "bound to a port, and neither listening nor connected";
    /// A SYN was sent.
    SynSent "SYN-SENT" [], "the SYN was sent, and nothing has come back";
    /// A SYN came and was answered.
    SynReceived "SYN-RECEIVED" ["syn-recv"], "a SYN came and was answered; the last step of the handshake is missing";
    /// Both ends may send.
    Established "ESTABLISHED" ["estab"], "connected: both ends may send";
    /// This end has closed; the peer has not acknowledged that.
    FinWait1 "FIN-WAIT-1" ["fin-wait1"], "this end has closed, and the peer's kernel has not acknowledged it";
    /// This end has closed; the peer has not.
    FinWait2 "FIN-WAIT-2" ["fin-wait2"], "this end has closed, the peer has not";
    /// The peer has closed; this end has not.
    CloseWait "CLOSE-WAIT" [], "the peer has closed; the program here has not called close";
    /// Both ends closed at the same time.
    Closing "CLOSING" [], "both ends closed at the same time; one FIN is not acknowledged";
    /// The peer closed, then this end; the peer has not acknowledged that.
    LastAck "LAST-ACK" [], "the peer closed, then this end; its FIN is not acknowledged";
    /// Over; the addresses are kept back for a while.
    TimeWait "TIME-WAIT" [], "over; this end closed first, so it keeps the addresses for a minute";
    /// A socket of datagrams, or a Unix socket, without a peer.
    Unconnected "UNCONNECTED" ["unconn"], "no peer: takes datagrams from whoever sends them";
    /// A socket of datagrams, or a Unix socket, with a peer.
    Connected "CONNECTED" [], "has a peer";
}

impl SocketState {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        self.entry().3
    }

    fn entry(self) -> &'static (Self, &'static str, &'static [&'static str], &'static str) {
        // The table is made of the variants: every one is there.
        Self::TABLE.iter().find(|(state, ..)| *state == self).unwrap_or(&Self::TABLE[0])
    }

    /// All states.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::TABLE.iter().map(|(state, ..)| *state)
    }

    /// A state by its name, or by the one that ss(8) or netstat(8) prints. Case, hyphens and underscores do not matter.
    ///
    /// # Errors
    /// Which names there are, and the nearest one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bare = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
        let names = || {
            Self::TABLE.iter().flat_map(|(state, name, others, _)| [*name].into_iter().chain(others.iter().copied()).map(|n| (*state, n)))
        };
        if let Some((state, _)) = names().find(|(_, name)| bare(name) == bare(text)) {
            return Ok(state);
        }
        let known: Vec<String> = names().map(|(_, name)| bare(name)).collect();
        let near = nearest(&bare(text), known.iter().map(String::as_str));
        let near = near.and_then(|near| names().find(|(_, name)| bare(name) == near)).map(|(state, _)| state.name());
        Err(match near {
            Some(near) => format!("no socket state has this name; did you mean {near}?"),
            None => format!("expected one of {}", Self::TABLE.iter().map(|(_, name, ..)| *name).collect::<Vec<_>>().join(", ")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ss_and_netstat_are_known() {
        for (text, state) in [
            ("LISTEN", SocketState::Listen),
            ("estab", SocketState::Established),
            ("Established", SocketState::Established),
            ("time_wait", SocketState::TimeWait),
            ("TIMEWAIT", SocketState::TimeWait),
            ("FIN_WAIT2", SocketState::FinWait2),
            ("fin-wait-2", SocketState::FinWait2),
            ("SYN_RECV", SocketState::SynReceived),
            ("unconn", SocketState::Unconnected),
            ("close", SocketState::Bound),
        ] {
            assert_eq!(SocketState::parse(text), Ok(state), "{text}");
        }
    }

    #[test]
    fn a_slip_gets_the_nearest_and_anything_else_the_list() {
        assert!(SocketState::parse("closewiat").unwrap_err().ends_with("did you mean CLOSE-WAIT?"));
        assert!(SocketState::parse("open").unwrap_err().starts_with("expected one of LISTEN, BOUND, SYN-SENT"));
    }

    #[test]
    fn every_name_leads_back() {
        for state in SocketState::all() {
            assert_eq!(SocketState::parse(state.name()), Ok(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
            assert!(!state.meaning().is_empty());
        }
    }
}
