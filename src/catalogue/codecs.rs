//! Codecs in a sentence, in both languages. Layouts and parameters are in English, as in [`crate::framing`].

use super::entry::Lang;
use crate::framing::CodecInfo;

/// What a codec is, in a sentence.
pub fn codec_about(info: &CodecInfo, lang: Lang) -> &'static str {
    let chinese = || CHINESE.iter().find(|(name, _)| *name == info.name).map(|&(_, about)| about);
    match lang {
        Lang::En => info.about,
        Lang::Zh => chinese().unwrap_or(info.about),
    }
}

const CHINESE: &[(&str, &str)] = &[
    ("fixed_length", "固定长度的帧。"),
    ("length_prefix", "每帧前面有二进制长度：多数协议采用的办法。"),
    ("varint_prefix", "每帧前面的长度以每字节 7 位编码（LEB128）：protobuf 的定界消息。"),
    ("decimal_prefix", "每帧前面有十进制数字的长度：TCP 上的 syslog，以及教程里的文本长度。"),
    ("netstring", "十进制长度、冒号、字节、逗号。"),
    ("line", "以 \\n 结束的行。"),
    ("delimiter", "以分隔符（一个或几个之一）结束的帧。"),
    ("datagram", "一个数据报就是一条消息，边界由内核保留：不需要编解码器的情形。"),
    ("expect_token", "一直读到出现某个标记为止，如 Expect：每帧以标记结束。"),
    ("until_eof", "整个流就是一帧。"),
    ("raw_recv", "把一次 recv 返回的内容当作一条消息：这是错误的做法，保留下来供实验展示它如何失败。"),
    ("http_chunked", "HTTP 的分块正文；一帧是拼接完整的正文。"),
    ("http_message", "完整的 HTTP/1.1 消息：首部，然后按 Content-Length 或分块给出正文。"),
    ("resp", "Redis 协议的值，嵌套的值作为整体。"),
    ("json_stream", "一个接一个的 JSON 值，其间可有空白：也包括 NDJSON。"),
    ("slip", "END 字节之间的数据包，有两种转义。"),
    ("cobs", "数据包内没有零字节，每个数据包以一个零字节结束。"),
    ("hdlc", "串行线路上 PPP 的成帧：标志、转义、16 位校验。"),
    ("dle_stx_etx", "帧前为 DLE STX，帧后为 DLE ETX，帧内的 DLE 写两遍。"),
    ("mqtt", "MQTT 控制报文。"),
    ("websocket", "WebSocket 帧，或完整的消息。"),
];
