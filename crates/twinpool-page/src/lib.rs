//! Where a move stands, as pages of HTML.
