//! Values are marked, and nothing that twinpool writes down may show a mark: no log line, no span, no error, no event, no item of the
//! table.

use std::cell::RefCell;
use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Every value has this in it. So long that no digest has it by chance.
pub(crate) const MARK: &str = "zqxmarked";

thread_local! {
    static SHOWN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What was logged on this thread that shows a mark, or tells of a panic that was caught.
pub(crate) fn take_shown() -> Vec<String> {
    SHOWN.with_borrow_mut(std::mem::take)
}

/// Reads along whatever is logged.
#[derive(Debug)]
pub(crate) struct Reader;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // A `String` takes whatever is written.
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}

impl Line {
    fn look(self) {
        if self.0.contains(MARK) || self.0.contains("panicked") {
            SHOWN.with_borrow_mut(|shown| shown.push(self.0));
        }
    }
}

impl Subscriber for Reader {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line(String::new());
        span.record(&mut line);
        line.look();
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        line.look();
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        line.look();
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}
