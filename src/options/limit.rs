//! What bounds an option: the files of `/proc/sys/net`, read at this moment.

use crate::catalogue::{Limit, LimitRole, OptionKind};

/// A file that bounds an option, and what is in it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitNow {
    /// The file, below `/proc/sys/`.
    pub file: &'static str,
    /// What it does to the option.
    pub role: LimitRole,
    /// What is in it now; nothing where this system does not have it.
    pub value: Option<String>,
}

impl LimitNow {
    pub(super) fn read(limit: &Limit) -> Self {
        let text = std::fs::read_to_string(format!("/proc/sys/{}", limit.file)).ok();
        let value = text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        Self { file: limit.file, role: limit.role, value }
    }

    /// The name that sysctl(8) has for it: net.core.rmem_max.
    pub fn sysctl(&self) -> String {
        self.file.replace('/', ".")
    }
}

/// Whether a file bounds sockets of this kind: those of TCP have rules of their own for their buffers.
pub(super) fn applies_to(file: &str, kind: OptionKind) -> bool {
    match (file.rsplit('/').next(), kind) {
        (Some(name), OptionKind::Tcp) => !matches!(name, "rmem_default" | "wmem_default"),
        (Some(name), OptionKind::Udp | OptionKind::Unix) => !name.starts_with("tcp_"),
        (None, _) => true,
    }
}
