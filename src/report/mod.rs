//! One model, many renderers: each turns a report into text or data, and writes to what it is given.

mod calls;
mod cases;
mod catalogue;
mod connect;
mod counters;
mod distribution;
mod explain;
mod frames;
mod json;
mod model;
mod rows;
mod snippet;
mod sockets;
mod style;
mod table;
mod text;

pub use cases::{CaseColumn, write_cases};
pub use catalogue::{CatalogueEntry, write_catalogue, write_catalogue_markdown};
pub use connect::{
    CONNECT_VERSION, ConnectReport, ConnectSummary, TargetReport, connect_schema, write_connect_summary, write_crowd, write_round,
    write_target,
};
pub use explain::{
    CallReport, CauseReport, CodecReport, ErrorReport, Explained, LimitReport, ListReport, ListRow, OptionOnKind, OptionReport, OptionRow,
    OptionsReport, TermReport, UnrelatedReport,
};
pub use frames::{DecodeReport, FrameErrorReport, FrameReport, write_codec};
pub use json::{report_schema, write_json};
pub use model::{InvalidFile, ProblemReport, Repeats, Report, RunReport, ScenarioHead, SettingsReport, Summary, VERSION};
pub use snippet::{draw_diagnostic, draw_mismatch};
pub use sockets::{Reading, SocketsReport};
pub use style::Style;
pub(crate) use style::wrap;
pub use table::Table;
pub use text::{headline, write_details, write_head, write_lesson, write_run, write_summary};
