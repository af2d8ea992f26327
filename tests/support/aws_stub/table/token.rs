//! Words of expressions.

use super::super::refusal::Refusal;

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, `#name`, `:value`, function or key word.
    Word(String),
    /// `(`, `)`, `,`, `=`, `<>`, `<`, `<=`, `>`, `>=`, `+`, `-`.
    Sign(&'static str),
}

const SIGNS: [&str; 11] = ["<>", "<=", ">=", "(", ")", ",", "=", "<", ">", "+", "-"];

/// The words of an expression, one after the other.
pub(super) struct Tokens {
    text: String,
    words: Vec<Token>,
    at: usize,
}

impl Tokens {
    pub(super) fn of(text: &str) -> Result<Self, Refusal> {
        let mut tokens = Self { text: text.to_owned(), words: Vec::new(), at: 0 };
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
                tokens.words.push(Token::Sign(sign));
                rest = rest[sign.len()..].trim_start();
                continue;
            }
            let end = rest.find(|c: char| !(c.is_alphanumeric() || "_#:".contains(c))).unwrap_or(rest.len());
            if end == 0 {
                return Err(tokens.unknown());
            }
            tokens.words.push(Token::Word(rest[..end].to_owned()));
            rest = rest[end..].trim_start();
        }
        Ok(tokens)
    }

    /// What this server does not know, it names.
    pub(super) fn unknown(&self) -> Refusal {
        Refusal::validation(format!("this server does not know the expression: {}", self.text))
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.words.get(self.at)
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.words.get(self.at).cloned();
        self.at += 1;
        token
    }

    pub(super) fn word(&mut self) -> Result<String, Refusal> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(self.unknown()),
        }
    }

    /// Takes this sign, if it comes next.
    pub(super) fn takes(&mut self, sign: &str) -> bool {
        let is_next =
            self.peek() == Some(&Token::Sign(SIGNS.into_iter().find(|it| *it == sign).unwrap_or("")));
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes this key word, if it comes next.
    pub(super) fn takes_word(&mut self, wanted: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn wants(&mut self, sign: &str) -> Result<(), Refusal> {
        if self.takes(sign) { Ok(()) } else { Err(self.unknown()) }
    }

    pub(super) fn ends(&self) -> Result<(), Refusal> {
        if self.peek().is_none() { Ok(()) } else { Err(self.unknown()) }
    }
}
