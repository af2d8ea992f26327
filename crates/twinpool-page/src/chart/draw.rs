//! The drawing.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::axis::times;
use super::{Chart, Mark, Series};

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 50.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 26.0;
/// About as wide is a letter of a mark on a narrow page.
const LETTER: f64 = 8.0;

/// From times and values to places.
struct Scale {
    from: u64,
    to: u64,
    top: f64,
}

impl Scale {
    fn x(&self, at: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "places on a drawing")]
        let share = at.saturating_sub(self.from) as f64 / (self.to - self.from).max(1) as f64;
        LEFT + share.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value / self.top).clamp(0.0, 1.0);
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }
}

/// A place, without digits that nobody sees.
fn place(value: f64) -> String {
    format!("{value:.1}")
}

impl Chart<'_> {
    pub(super) fn drawing(&self) -> Markup {
        let values = self.series.iter().flat_map(|series| &series.points).map(|(_, value)| *value);
        let ticks = self.unit.ticks(values.fold(0.0, f64::max));
        let (from, to) = self.range();
        let scale = Scale { from, to, top: ticks.last().copied().unwrap_or(1.0) };
        let (title, told) = (format!("{}-title", self.id), format!("{}-told", self.id));
        html! {
            svg role="img" aria-labelledby={ (title) " " (told) } viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } {
                title id=(title) { (self.title) }
                desc id=(told) { (self.in_words()) }
                (self.grid(&scale, &ticks))
                (marks(&self.marks_within(), &scale))
                @for series in &self.series { (line(series, &scale)) }
            }
        }
    }

    fn grid(&self, scale: &Scale, ticks: &[f64]) -> Markup {
        html! {
            g.grid {
                @for tick in ticks {
                    @let y = scale.y(*tick);
                    line.zero[*tick == 0.0] x1=(LEFT) x2=(WIDTH - RIGHT) y1=(place(y)) y2=(place(y)) {}
                    text.value x=(LEFT - 6.0) y=(place(y + 4.0)) text-anchor="end" { (self.unit.label(*tick)) }
                }
                @for (number, (at, name)) in times(scale.from, scale.to).into_iter().enumerate() {
                    @let x = scale.x(at);
                    // Every second one gives way where there is little room.
                    text.time.spare[number % 2 == 1] x=(place(x)) y=(HEIGHT - 8.0) text-anchor=(anchor(x)) { (name) }
                }
            }
        }
    }
}

/// What stands at an edge must not hang over it.
fn anchor(x: f64) -> &'static str {
    if x > WIDTH - 24.0 { "end" } else { "middle" }
}

/// Where the phase changed. A name that has no room is left to the table.
fn marks(marks: &[&Mark], scale: &Scale) -> Markup {
    let mut taken = WIDTH;
    let mut placed = Vec::new();
    // Where there is no room for all names, the newest counts.
    for mark in marks.iter().rev() {
        let x = scale.x(mark.at.0);
        #[expect(clippy::cast_precision_loss, reason = "letters of a name")]
        let width = mark.name.chars().count() as f64 * LETTER;
        let before = x + width > taken;
        let start = if before { x - width } else { x };
        let fits = start >= LEFT && start + width <= taken;
        if fits {
            taken = start - LETTER;
        }
        placed.push((x, fits.then_some(if before { "end" } else { "start" }), &mark.name));
    }
    html! {
        g.marks {
            @for (x, named, name) in placed {
                line x1=(place(x)) x2=(place(x)) y1=(TOP - 6.0) y2=(HEIGHT - BOTTOM) {}
                @if let Some(anchor) = named {
                    text x=(place(x)) y=(TOP - 10.0) text-anchor=(anchor) { (name) }
                }
            }
        }
    }
}

/// A line with gaps where nothing was measured; a point without neighbours is a dot.
fn line(series: &Series, scale: &Scale) -> Markup {
    let mut path = String::new();
    let mut dots = Vec::new();
    let joined = |one: u64, next: u64| series.apart.is_none_or(|apart| next.saturating_sub(one) <= apart);
    let points = &series.points;
    for (index, (at, value)) in points.iter().enumerate() {
        let (x, y) = (scale.x(at.0), scale.y(*value));
        let before = index.checked_sub(1).and_then(|index| points.get(index));
        let follows = before.is_some_and(|(before, _)| joined(before.0, at.0));
        let is_followed = points.get(index + 1).is_some_and(|(next, _)| joined(at.0, next.0));
        if !follows && !is_followed {
            dots.push((x, y));
        }
        let letter = if follows { 'L' } else { 'M' };
        // Writing to a text cannot fail.
        let _ = write!(path, "{letter}{} {}", place(x), place(y));
    }
    html! {
        g.line.(series.look.class()) {
            path d=(path) {}
            @for (x, y) in dots { circle cx=(place(x)) cy=(place(y)) r="2.5" {} }
        }
    }
}
