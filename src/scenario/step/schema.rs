//! The JSON Schema of a step: one of many actions, each with its own arguments.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{ACTIONS, Flag, RecvArgs, RepeatArgs, ShutdownHow, SocketArgs, Step};
use crate::scenario::duration::DurationText;
use crate::scenario::endpoint::{Endpoint, EndpointFields};
use crate::scenario::expect::StepExpect;
use crate::scenario::option::{OptionSettings, SocketOption};
use crate::scenario::payload::{MAX_PAYLOAD, Payload, PayloadFields};

/// Arguments of `listen`.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct ListenFields {
    #[schemars(flatten)]
    endpoint: EndpointFields,
    /// Connections that may wait to be accepted. Default 128.
    #[schemars(range(max = 65_535))]
    backlog: Option<u64>,
}

/// Arguments of `connect`: another actor, or an address.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct ConnectFields {
    /// The actor whose socket is connected to: "server", or "server.name".
    to: Option<String>,
    #[schemars(flatten)]
    endpoint: EndpointFields,
}

/// Arguments of `send` and `send_all`.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct SendFields {
    #[schemars(flatten)]
    payload: PayloadFields,
    /// Flags of `send(2)`: more, eor, oob, dontwait.
    flags: Option<Vec<Flag>>,
}

/// Arguments of `send_to`.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct SendToFields {
    /// The actor whose socket it is sent to: "server", or "server.name".
    to: String,
    #[schemars(flatten)]
    payload: PayloadFields,
    /// Flags of `sendto(2)`: more, eor, oob, dontwait.
    flags: Option<Vec<Flag>>,
}

/// Arguments of `send_frame`.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct SendFrameFields {
    /// How the frame is written: "netstring", "length_prefix:width=2".
    codec: String,
    #[schemars(flatten)]
    payload: PayloadFields,
}

/// What concerns a step as a whole.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct CommonFields {
    /// The socket the step works on, by name; left out, the one that fits and that the actor made last.
    on: Option<String>,
    /// A name for the socket that the step makes.
    #[schemars(rename = "as")]
    name: Option<String>,
    /// The longest the step may take. Default: `timeout` of the defaults.
    timeout: Option<DurationText>,
    /// What the step is expected to give. Left out: success.
    expect: Option<StepExpect>,
    /// A name for the time the step takes; `between` in the expectation of the run refers to it.
    mark: Option<String>,
    /// A remark, shown when the step does not give what is expected.
    note: Option<String>,
}

impl JsonSchema for Step {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = CommonFields::json_schema(generator);
        let nothing = || json_schema!({ "type": "object", "additionalProperties": false });
        let mut add = |name: &str, about: &str, mut action: Schema| {
            action.insert("description".to_owned(), about.into());
            if let Some(properties) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
                properties.insert(name.to_owned(), action.to_value());
            }
        };
        add("socket", "socket(2): makes a socket.", SocketArgs::json_schema(generator));
        add("bind", "bind(2), with socket(2) where there is none.", Endpoint::json_schema(generator));
        add("listen", "listen(2), with socket(2) and bind(2) where an address is given.", closed(ListenFields::json_schema(generator)));
        let left = json_schema!({ "const": 0, "description": "accept(2) where no descriptor is left for the connection: EMFILE." });
        add(
            "accept",
            "accept(2): the connection becomes the actor's current socket.",
            json_schema!({ "type": "object", "properties": { "descriptors_left": left }, "additionalProperties": false }),
        );
        add("connect", "connect(2), with socket(2) where there is none.", closed(ConnectFields::json_schema(generator)));
        add("send", "send(2), once.", closed(SendFields::json_schema(generator)));
        add("send_all", "send(2) again and again until everything is accepted.", closed(SendFields::json_schema(generator)));
        add("send_to", "sendto(2).", closed(SendToFields::json_schema(generator)));
        add("recv", "recv(2), once.", RecvArgs::json_schema(generator));
        add("recv_from", "recvfrom(2), once.", RecvArgs::json_schema(generator));
        add(
            "recv_exact",
            "recv(2) until exactly that many bytes have come.",
            json_schema!({
                "type": "object", "properties": { "bytes": { "type": "integer", "minimum": 1, "maximum": MAX_PAYLOAD } },
                "required": ["bytes"], "additionalProperties": false
            }),
        );
        let token = generator.subschema_for::<Payload>();
        add("recv_until", "recv(2) until a token has come, or until \"eof\".", json_schema!({ "anyOf": [{ "const": "eof" }, token] }));
        add("send_frame", "send(2) until a frame of a codec is accepted.", closed(SendFrameFields::json_schema(generator)));
        let codec = json_schema!({ "type": "string", "description": "A codec: a name, and its parameters: \"length_prefix:width=2,endian=little\"." });
        add(
            "recv_frame",
            "recv(2) until a frame of a codec has come.",
            json_schema!({ "type": "object", "properties": { "codec": codec }, "required": ["codec"], "additionalProperties": false }),
        );
        add("shutdown", "shutdown(2).", ShutdownHow::json_schema(generator));
        add("close", "close(2).", nothing());
        add("abort", "close(2) with SO_LINGER 0: the peer gets a reset.", nothing());
        add("set", "setsockopt(2), once for each option.", OptionSettings::json_schema(generator));
        add("get", "getsockopt(2), or an ioctl; expect {\"value\": ..}.", SocketOption::json_schema(generator));
        add("nonblocking", "O_NONBLOCK on or off.", json_schema!({ "type": "boolean" }));
        add("signal", "Gives a signal; it stays given.", json_schema!({ "type": "string" }));
        add(
            "wait",
            "Waits for an event.",
            json_schema!({
                "type": "object",
                "properties": {
                    "signal": { "type": "string", "description": "A signal that another actor gives." },
                    "readable": { "type": "integer", "minimum": 1, "maximum": MAX_PAYLOAD, "description": "Bytes queued for reading (FIONREAD)." },
                    "writable": { "const": true, "description": "The socket is writable; a connect under way has ended." },
                    "acceptable": { "const": true, "description": "A connection waits in the listener's queue." },
                    "error": { "const": true, "description": "An error is pending on the socket." },
                    "peer_received": { "type": "integer", "minimum": 1, "description": "Bytes that the peer's kernel has received on this TCP connection, read or not." },
                    "peer_read": { "type": "integer", "minimum": 1, "description": "Bytes that the program at the other end of this TCP connection has read: its kernel has received them, and none waits to be read." },
                    "unsent": { "type": "integer", "minimum": 0, "description": "The most bytes that may be left to send on this TCP connection (tcpi_notsent_bytes)." },
                    "unacked": { "type": "integer", "minimum": 0, "description": "The most bytes that may be left unacknowledged on this TCP connection (SIOCOUTQ)." }
                },
                "minProperties": 1, "maxProperties": 1, "additionalProperties": false
            }),
        );
        add("sleep", "Waits for a time: only where time is the lesson.", generator.subschema_for::<DurationText>());
        add("repeat", "Several steps, several times.", RepeatArgs::json_schema(generator));
        add(
            "exec",
            "Starts a program; {port} in it is a free port of 127.0.0.1, at which it is waited for, and which others `connect` to. {port:server}, {host:server} and {address:server} say where an actor listens. Needs --allow-exec.",
            json_schema!({ "type": "string", "minLength": 1 }),
        );
        let one_action: Vec<_> = ACTIONS.iter().map(|name| serde_json::json!({ "required": [name] })).collect();
        schema.insert("additionalProperties".to_owned(), false.into());
        schema.insert("oneOf".to_owned(), one_action.into());
        schema.insert("description".to_owned(), "One action, and what concerns the step as a whole.".into());
        schema
    }
}

/// Flattened fields are merged into one object; nothing else may stand in it.
fn closed(mut schema: Schema) -> Schema {
    schema.remove("unevaluatedProperties");
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}
