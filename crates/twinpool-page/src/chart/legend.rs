//! Which line is which, and how it stands at its end.

use maud::{Markup, html};

use super::{Chart, Look};

impl Chart<'_> {
    pub(super) fn legend(&self) -> Markup {
        html! {
            ul.legend {
                @for series in &self.series {
                    li {
                        (swatch(series.look))
                        span { (series.name) }
                        b { @if let Some((_, last)) = series.points.last() { (self.unit.shown(*last)) } @else { "nothing" } }
                    }
                }
            }
        }
    }
}

/// A piece of the line.
fn swatch(look: Look) -> Markup {
    html! {
        svg.swatch aria-hidden="true" viewBox="0 0 24 8" {
            g.line.(look.class()) { path d="M0 4L24 4" {} }
        }
    }
}
