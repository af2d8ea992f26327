//! `cargo xtask traffic`: a product with a few users, in a local AWS that was left running. They come, sign in where the route sends them,
//! and change things, so that there is something to see.
#![expect(clippy::print_stdout, reason = "the command talks to the terminal")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::local::{Stack, Users};
use crate::process;
use crate::wire::Refusal;

mod route;

use route::{Home, Route};

/// Nobody comes any more when there are so many.
const MOST_PEOPLE: usize = 200;

/// Between two lines on what happened.
const SAID_EVERY: Duration = Duration::from_secs(10);

const GROUP: &str = "staff";

/// Goes on until the process is stopped.
///
/// # Errors
/// When the local AWS does not answer any more.
pub fn run(stack: &Stack, per_minute: u32) -> Result<()> {
    let mut product = Product::of(stack)?;
    println!(
        "about {per_minute} things a minute happen in {}, until Ctrl-C: sign-ins, changes, newcomers",
        stack.deployed_as()
    );
    let (start, gap) = (Instant::now(), Duration::from_mins(1) / per_minute.max(1));
    let (mut next, mut said) = (start, start);
    loop {
        while Instant::now() < next {
            process::pause();
        }
        next += gap;
        product.something_happens()?;
        if said.elapsed() >= SAID_EVERY {
            said = Instant::now();
            println!("{:>5} s  {}", start.elapsed().as_secs(), product.told.in_words());
        }
    }
}

/// How often each thing happened.
#[derive(Debug, Default)]
struct Told(BTreeMap<String, usize>);

impl Told {
    fn add(&mut self, what: &str) {
        *self.0.entry(what.to_owned()).or_default() += 1;
    }

    fn in_words(&self) -> String {
        let all: Vec<_> = self.0.iter().map(|(what, times)| format!("{times} {what}")).collect();
        all.join(", ")
    }
}

struct Product {
    old: Users,
    new: Users,
    route: Route,
    /// Their subs, by number: the user ids of whoever came into the old pool.
    people: Vec<String>,
    told: Told,
    turn: usize,
}

impl Product {
    fn of(stack: &Stack) -> Result<Self> {
        let (old, new) = (stack.old(), stack.new_pool());
        // It is there already where traffic was before.
        let _ = refused(old.make_group(GROUP, "Those of the product", 5))?;
        let route = Route::of(stack)?;
        Ok(Self { old, new, route, people: Vec::new(), told: Told::default(), turn: 0 })
    }

    fn users(&self, home: Home) -> &Users {
        match home {
            Home::Old => &self.old,
            Home::New => &self.new,
        }
    }

    /// One after the other: a newcomer, people who only sign in, and people who have changed something.
    fn something_happens(&mut self) -> Result<()> {
        self.turn += 1;
        let is_small = self.people.len() < 5;
        if is_small || (self.turn.is_multiple_of(8) && self.people.len() < MOST_PEOPLE) {
            return self.comes();
        }
        // Steps of a prime: everybody has their turn.
        let number = self.turn.wrapping_mul(7_919) % self.people.len();
        let home = self.route.home(self.people.get(number).map_or("", String::as_str))?;
        if let Some(what) = self.changes(number, home)? {
            self.told.add(what);
        }
        self.signs_in(number, home)
    }

    fn comes(&mut self) -> Result<()> {
        let number = self.people.len();
        let (name, given) = (address(number), format!("Person {number}"));
        let attributes = [("email", name.as_str()), ("email_verified", "true"), ("given_name", &given)];
        // A name that is taken is somebody of an earlier run.
        if refused(self.old.sign_up(&name, &attributes))?.is_ok() {
            let _ = refused(self.old.confirm(&name))?;
            self.told.add("newcomers");
        }
        let person = self.old.person(&name)?;
        self.people.push(person.map(|person| person.sub).unwrap_or_default());
        self.signs_in(number, Home::Old)
    }

    /// What they change just before they sign in, if anything.
    fn changes(&self, number: usize, home: Home) -> Result<Option<&'static str>> {
        let (users, name) = (self.users(home), address(number));
        let (done, what) = match self.turn % 5 {
            0 | 2 => {
                let given = format!("Person {number}, the {}th", self.turn);
                (users.set(&name, &[("given_name", &given)]), "changed names")
            }
            3 if self.turn.is_multiple_of(2) => (users.join(&name, GROUP), "joined a group"),
            3 => (users.leave(&name, GROUP), "left a group"),
            _ => return Ok(None),
        };
        Ok(refused(done)?.ok().map(|()| what))
    }

    /// Whose password only the old pool knows answers the challenge with it, as an application would.
    fn signs_in(&mut self, number: usize, home: Home) -> Result<()> {
        let (users, name) = (self.users(home), address(number));
        let mut answer = refused(users.tokens(&name))?;
        if home == Home::New && answer.is_err() {
            answer = refused(users.tokens_by_challenge(&name))?;
        }
        match (answer, home) {
            (Ok(_), Home::Old) => self.told.add("sign-ins to the old pool"),
            (Ok(_), Home::New) => self.told.add("sign-ins to the new pool"),
            (Err(code), _) => self.told.add(&format!("refused sign-ins ({code})")),
        }
        Ok(())
    }
}

fn address(number: usize) -> String {
    format!("person-{number}@traffic.example.com")
}

/// A refusal is part of life, and told by its code; anything else ends the traffic.
fn refused<T>(answer: Result<T>) -> Result<Result<T, String>> {
    match answer {
        Ok(done) => Ok(Ok(done)),
        Err(error) => match error.downcast_ref::<Refusal>() {
            Some(refusal) => Ok(Err(refusal.code.clone())),
            None => Err(error),
        },
    }
}
