//! How far a run has come: the place before which everybody is done.

use std::collections::VecDeque;

use twinpool_core::port::Place;

#[derive(Debug)]
struct Page {
    left: usize,
    counted: u64,
    next: Option<Place>,
}

/// Pages that were begun, in the order of the list. Users of several pages are worked on at a time.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pages: VecDeque<Page>,
    first: usize,
    place: Option<Place>,
}

impl Progress {
    /// From the place where an earlier process stopped.
    pub(super) fn from(place: Option<Place>) -> Self {
        Self { place, ..Self::default() }
    }

    /// The walk has begun anew: what was done before says nothing about the new order.
    pub(super) fn begin_anew(&mut self) {
        self.first += self.pages.len();
        self.pages.clear();
        self.place = None;
    }

    /// A page with so many users that something is to be done for, and so many that are counted already. Gives its number.
    pub(super) fn begin(&mut self, users: usize, counted: u64, next: Option<Place>) -> usize {
        self.pages.push_back(Page { left: users, counted, next });
        let number = self.first + self.pages.len() - 1;
        self.settle();
        number
    }

    /// One user of a page is done.
    pub(super) fn done(&mut self, page: usize) {
        let index = page.checked_sub(self.first);
        if let Some(page) = index.and_then(|index| self.pages.get_mut(index)) {
            page.left = page.left.saturating_sub(1);
            page.counted += 1;
        }
        self.settle();
    }

    fn settle(&mut self) {
        while self.pages.front().is_some_and(|page| page.left == 0) {
            self.first += 1;
            self.place = self.pages.pop_front().and_then(|page| page.next).or(self.place.take());
        }
    }

    /// How many behind the place are counted: whoever goes on from there meets them again.
    pub(super) fn beyond(&self) -> u64 {
        self.pages.iter().map(|page| page.counted).sum()
    }

    /// Everybody before it is done.
    pub(super) fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> Option<Place> {
        Some(Place(name.to_owned()))
    }

    #[test]
    fn whoever_goes_on_skips_nobody_who_is_not_done() {
        let mut progress = Progress::from(place("a"));
        let (one, two, three) = (
            progress.begin(2, 5, place("b")),
            progress.begin(1, 0, place("c")),
            progress.begin(0, 7, place("d")),
        );
        progress.done(two);
        progress.done(one);
        assert_eq!(progress.place(), place("a").as_ref());
        assert_eq!(progress.beyond(), 5 + 1 + 1 + 7);
        progress.done(one);
        assert_eq!((progress.place(), progress.beyond()), (place("d").as_ref(), 0));
        progress.done(three);
        assert_eq!(progress.place(), place("d").as_ref());
    }

    #[test]
    fn after_a_new_beginning_the_old_places_say_nothing() {
        let mut progress = Progress::from(place("a"));
        let old = progress.begin(1, 0, place("b"));
        progress.begin_anew();
        let new = progress.begin(1, 0, place("x"));
        progress.done(old);
        assert_eq!(progress.place(), None);
        progress.done(new);
        assert_eq!(progress.place(), place("x").as_ref());
    }
}
