//! One model, many renderers: each turns a report into text or data, and writes to what it is given.

mod calls;
mod cases;
mod catalogue;
mod connect;
mod counters;
mod diff;
mod distribution;
mod errors;
mod explain;
mod frames;
mod github;
mod head;
mod hexdump;
mod json;
mod junit;
mod markdown;
mod merge;
mod model;
mod plain;
mod preview;
mod programs;
mod renderer;
mod restore;
mod rows;
mod snippet;
mod sockets;
mod soundness;
mod split;
mod style;
mod suite;
mod table;
mod tap;
mod text;
mod variables;

pub use cases::{CaseColumn, write_cases};
pub use catalogue::{CatalogueEntry, write_catalogue, write_catalogue_markdown};
pub use connect::{
    CONNECT_VERSION, ConnectReport, ConnectSummary, TargetReport, connect_schema, write_connect_summary, write_crowd, write_round,
    write_target,
};
pub use diff::{Diff, Difference, RunDiff, Sides, write_diff};
pub use explain::{
    CallReport, CauseReport, CodecReport, ErrorReport, Explained, LimitReport, ListReport, OptionOnKind, OptionReport, OptionRow,
    OptionsReport, TermReport, UnrelatedReport,
};
pub use frames::{DecodeReport, FrameErrorReport, FrameReport, write_codec};
pub use github::GithubRenderer;
pub use head::{Policy, ReportHead, Shard, SourceText, Suite, Summary, VERSION};
pub use json::{JsonLinesRenderer, JsonRenderer, ReportEvent, events_schema, report_schema};
pub use junit::JunitRenderer;
pub use markdown::MarkdownRenderer;
pub use merge::merge;
pub use model::{Attempt, InvalidFile, ProblemReport, Repeats, Report, RunReport, ScenarioHead, SettingsReport};
pub use preview::{ActorPreview, Preview, StepPreview, write_preview};
pub use renderer::{Renderer, render};
pub use restore::read_report;
pub use snippet::{draw_diagnostic, draw_mismatch};
pub use sockets::{Reading, SocketsReport};
pub use split::{SplitFormat, render_split};
pub use style::Style;
pub(crate) use style::wrap;
pub use suite::TextRenderer;
pub use table::Table;
pub use tap::TapRenderer;
pub use text::{headline, write_details, write_head, write_lesson, write_run, write_summary};
pub use variables::write_variables;
