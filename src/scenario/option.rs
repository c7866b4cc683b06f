//! Socket options by the names that a scenario uses.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Decode, Fields, integer, word};
use super::endpoint::SocketKind;
use super::json::{Node, NodeKind};
use super::problem::{Problem, Problems};
use super::source::Spanned;

/// The largest value of an `int` option.
pub(crate) const MAX_INT: u64 = i32::MAX as u64;

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionForm {
    /// true or false
    Switch,
    /// A number of bytes or a count.
    Number,
    /// A duration, kept by the kernel in milliseconds.
    Milliseconds,
    /// It can be read, not set.
    ReadOnly,
    /// A counter that the kernel keeps for the socket: it can be read, and expected of either end of a flow.
    Counter,
}

macro_rules! options {
    ($($(#[$doc:meta])* $variant:ident $name:literal $form:ident $tcp_only:literal $constant:literal,)*) => {
        /// The socket options that a scenario can `set` and `get`, and the counters that the kernel keeps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, JsonSchema)]
        pub enum SocketOption { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl SocketOption {
            /// Names and options.
            pub const WORDS: &[(&str, Self)] = &[$(($name, Self::$variant),)*];

            /// The name in scenario files and reports.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The constant's name in C.
            pub fn constant(self) -> &'static str {
                match self { $(Self::$variant => $constant,)* }
            }

            /// What values it takes.
            pub fn form(self) -> OptionForm {
                match self { $(Self::$variant => OptionForm::$form,)* }
            }

            fn is_tcp_only(self) -> bool {
                match self { $(Self::$variant => $tcp_only,)* }
            }
        }
    };
}

options! {
    /// TCP_NODELAY: true turns Nagle's algorithm (RFC 896) off.
    Nodelay "nodelay" Switch true "TCP_NODELAY",
    /// TCP_QUICKACK: false lets the kernel delay acknowledgements; Linux turns it back by itself (man 7 tcp).
    Quickack "quickack" Switch true "TCP_QUICKACK",
    /// TCP_CORK: true holds partial segments back until it is set false, or for 200 ms (man 7 tcp).
    Cork "cork" Switch true "TCP_CORK",
    /// TCP_MAXSEG: the largest segment, in bytes.
    Maxseg "maxseg" Number true "TCP_MAXSEG",
    /// TCP_USER_TIMEOUT: how long sent data may stay unacknowledged (RFC 5482).
    UserTimeout "user_timeout" Milliseconds true "TCP_USER_TIMEOUT",
    /// TCP_NOTSENT_LOWAT: unsent bytes above which the socket is not writable.
    NotsentLowat "notsent_lowat" Number true "TCP_NOTSENT_LOWAT",
    /// TCP_SYNCNT: how often a SYN is sent again.
    Syncnt "syncnt" Number true "TCP_SYNCNT",
    /// SO_REUSEADDR: an address in TIME_WAIT may be bound again (man 7 socket).
    Reuseaddr "reuseaddr" Switch false "SO_REUSEADDR",
    /// SO_REUSEPORT: several sockets may be bound to one address (man 7 socket).
    Reuseport "reuseport" Switch false "SO_REUSEPORT",
    /// IPV6_V6ONLY: true keeps a socket bound to the wildcard from taking IPv4 as well (man 7 ipv6).
    V6only "v6only" Switch false "IPV6_V6ONLY",
    /// SO_KEEPALIVE
    Keepalive "keepalive" Switch false "SO_KEEPALIVE",
    /// SO_BROADCAST
    Broadcast "broadcast" Switch false "SO_BROADCAST",
    /// SO_OOBINLINE: the urgent byte stays in the stream.
    Oobinline "oobinline" Switch false "SO_OOBINLINE",
    /// SO_SNDBUF in bytes; Linux doubles it.
    Sndbuf "sndbuf" Number false "SO_SNDBUF",
    /// SO_RCVBUF in bytes; Linux doubles it.
    Rcvbuf "rcvbuf" Number false "SO_RCVBUF",
    /// SO_RCVLOWAT: bytes that must be queued before the socket is readable.
    Rcvlowat "rcvlowat" Number false "SO_RCVLOWAT",
    /// SO_ERROR: the pending error, cleared by reading it. Reading a pending error makes the step fail with it.
    Error "error" ReadOnly false "SO_ERROR",
    /// FIONREAD: bytes queued for reading; of a datagram socket the size of the next datagram (man 7 tcp, man 7 udp).
    Queued "queued" ReadOnly false "FIONREAD",
    /// SIOCOUTQ: bytes in the send queue that are not yet acknowledged (man 7 tcp).
    Unacked "unacked" ReadOnly false "SIOCOUTQ",
    /// Segments with data that were sent, those sent again among them (tcpi_data_segs_out, RFC 4898).
    DataSegsOut "data_segs_out" Counter true "TCP_INFO data_segs_out",
    /// Segments with data that came in (tcpi_data_segs_in, RFC 4898).
    DataSegsIn "data_segs_in" Counter true "TCP_INFO data_segs_in",
    /// All segments that were sent, acknowledgements and SYN and FIN among them (tcpi_segs_out, RFC 4898).
    SegsOut "segs_out" Counter true "TCP_INFO segs_out",
    /// All segments that came in (tcpi_segs_in, RFC 4898).
    SegsIn "segs_in" Counter true "TCP_INFO segs_in",
    /// Bytes that left, those sent again counted again; neither SYN nor FIN (tcpi_bytes_sent).
    BytesSent "bytes_sent" Counter true "TCP_INFO bytes_sent",
    /// Bytes that left again (tcpi_bytes_retrans).
    BytesRetrans "bytes_retrans" Counter true "TCP_INFO bytes_retrans",
    /// Bytes that the peer's kernel acknowledged; our SYN and our FIN count as one each (tcpi_bytes_acked).
    BytesAcked "bytes_acked" Counter true "TCP_INFO bytes_acked",
    /// Bytes that came in order, read or not; the peer's FIN counts as one (tcpi_bytes_received).
    BytesReceived "bytes_received" Counter true "TCP_INFO bytes_received",
    /// Bytes accepted by send and not yet sent at all (tcpi_notsent_bytes).
    NotsentBytes "notsent_bytes" Counter true "TCP_INFO notsent_bytes",
    /// Segments that were sent and not yet acknowledged (tcpi_unacked).
    UnackedSegs "unacked_segs" Counter true "TCP_INFO unacked",
    /// Segments that were sent again, SYN among them (tcpi_total_retrans).
    TotalRetrans "total_retrans" Counter true "TCP_INFO total_retrans",
    /// Smoothed round-trip time in microseconds (tcpi_rtt, RFC 6298).
    RttUs "rtt_us" Counter true "TCP_INFO rtt",
    /// The shortest round-trip time seen, in microseconds (tcpi_min_rtt).
    MinRttUs "min_rtt_us" Counter true "TCP_INFO min_rtt",
    /// The congestion window in segments (tcpi_snd_cwnd, RFC 5681).
    SndCwnd "snd_cwnd" Counter true "TCP_INFO snd_cwnd",
    /// The window that the peer last advertised, in bytes (tcpi_snd_wnd).
    SndWnd "snd_wnd" Counter true "TCP_INFO snd_wnd",
    /// The largest segment that will be sent, in bytes of data (tcpi_snd_mss).
    SndMss "snd_mss" Counter true "TCP_INFO snd_mss",
    /// How long sending was held up by the peer's receive window, in microseconds (tcpi_rwnd_limited).
    RwndLimitedUs "rwnd_limited_us" Counter true "TCP_INFO rwnd_limited",
    /// How long sending was held up by the send buffer, in microseconds (tcpi_sndbuf_limited).
    SndbufLimitedUs "sndbuf_limited_us" Counter true "TCP_INFO sndbuf_limited",
    /// Packets that the kernel threw away because the receive buffer was full, or that were not well formed (SO_MEMINFO).
    Drops "drops" Counter false "SO_MEMINFO drops",
}

impl SocketOption {
    /// Whether sockets of this kind have it.
    pub fn applies_to(self, kind: SocketKind) -> bool {
        !self.is_tcp_only() || kind == SocketKind::Tcp
    }

    /// Whether it is a field of the kernel's TCP_INFO.
    pub fn is_tcp_info(self) -> bool {
        self.form() == OptionForm::Counter && self.is_tcp_only()
    }

    /// Whether it says what was counted or queued, which every socket's trace keeps from its close.
    pub fn is_counted(self) -> bool {
        self.form() == OptionForm::Counter || matches!(self, Self::Queued | Self::Unacked)
    }

    /// Whether a `set` step can set it.
    pub fn is_settable(self) -> bool {
        !matches!(self.form(), OptionForm::ReadOnly | OptionForm::Counter)
    }
}

impl Decode for SocketOption {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, "a socket option", Self::WORDS, problems)
    }
}

/// An option and the value to be set: 0 or 1 for a switch, milliseconds for a duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionSetting {
    /// The option.
    pub option: SocketOption,
    /// The value, with its place.
    pub value: Spanned<i32>,
}

/// The options of one `set` step, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OptionSettings(pub(crate) Vec<OptionSetting>);

impl Decode for OptionSettings {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "set", problems)?;
        let names: Vec<&'static str> =
            SocketOption::WORDS.iter().filter(|(_, option)| option.is_settable()).map(|&(name, _)| name).collect();
        let present = fields.present(&names);
        let brace = fields.brace();
        fields.finish(problems);
        if matches!(&node.kind, NodeKind::Object(members) if members.is_empty()) {
            problems.add(Problem::MissingField, brace, "no option to set", "expected an option such as {\"nodelay\": true}");
        }
        let mut settings = Vec::new();
        for (name, member) in present {
            let Some(&(_, option)) = SocketOption::WORDS.iter().find(|(word, _)| *word == name) else { continue };
            let value = match option.form() {
                OptionForm::Switch => bool::decode(&member.value, problems).map(i32::from),
                OptionForm::Number | OptionForm::ReadOnly | OptionForm::Counter => {
                    integer(&member.value, "a value for this option", 0..=MAX_INT, problems).and_then(|value| i32::try_from(value).ok())
                }
                OptionForm::Milliseconds => {
                    std::time::Duration::decode(&member.value, problems).and_then(|duration| i32::try_from(duration.as_millis()).ok())
                }
            };
            settings.push(value.map(|value| OptionSetting { option, value: Spanned::new(value, member.value.span) }));
        }
        settings.into_iter().collect::<Option<Vec<_>>>().map(Self)
    }
}

impl JsonSchema for OptionSettings {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OptionSettings".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let duration = generator.subschema_for::<super::duration::DurationText>();
        let mut properties = serde_json::Map::new();
        for &(name, option) in SocketOption::WORDS {
            let mut schema = match option.form() {
                OptionForm::Switch => json_schema!({ "type": "boolean" }),
                OptionForm::Number => json_schema!({ "type": "integer", "minimum": 0, "maximum": MAX_INT }),
                OptionForm::Milliseconds => duration.clone(),
                OptionForm::ReadOnly | OptionForm::Counter => continue,
            };
            schema.insert("description".to_owned(), option.constant().into());
            properties.insert(name.to_owned(), schema.to_value());
        }
        json_schema!({ "description": "Socket options to set, in order.", "type": "object", "properties": properties, "minProperties": 1, "additionalProperties": false })
    }
}
