//! A message of HTTP/1.1, read as it is, so that it can be passed on as it came.

use std::io::{BufRead, Error, ErrorKind, Read as _, Result};

/// A request or an answer.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// The first line and the headers, to the empty line.
    head: Vec<u8>,
    /// As it came, with the marks of chunks.
    body: Vec<u8>,
    /// Whether the end of the connection was the end of it.
    pub(super) ended_with_connection: bool,
}

impl Message {
    /// The next request, or nothing if the other side has closed.
    pub(super) fn request(from: &mut impl BufRead) -> Result<Option<Self>> {
        let Some(head) = head(from)? else { return Ok(None) };
        let mut request = Self { head, body: Vec::new(), ended_with_connection: false };
        request.read_body(from, false)?;
        Ok(Some(request))
    }

    /// The answer.
    pub(super) fn answer(from: &mut impl BufRead) -> Result<Self> {
        let head = head(from)?.ok_or(ErrorKind::UnexpectedEof)?;
        let mut answer = Self { head, body: Vec::new(), ended_with_connection: false };
        let has_none = answer.status().is_some_and(|status| matches!(status, "204" | "304"));
        if !has_none {
            answer.read_body(from, true)?;
        }
        Ok(answer)
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        [self.head.as_slice(), &self.body].concat()
    }

    /// A header, by its name in small letters.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let text = std::str::from_utf8(&self.head).ok()?;
        let pairs = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        let mut found = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.trim())
    }

    fn status(&self) -> Option<&str> {
        std::str::from_utf8(&self.head).ok()?.split(' ').nth(1)
    }

    fn read_body(&mut self, from: &mut impl BufRead, to_the_end: bool) -> Result<()> {
        if self.header("transfer-encoding").is_some_and(|how| how.eq_ignore_ascii_case("chunked")) {
            return self.read_chunks(from);
        }
        match self.header("content-length").map(str::parse) {
            Some(Ok(length)) => {
                self.body.resize(length, 0);
                from.read_exact(&mut self.body)
            }
            Some(Err(_)) => Err(Error::new(ErrorKind::InvalidData, "a length that is no number")),
            None if to_the_end => {
                self.ended_with_connection = true;
                from.read_to_end(&mut self.body).map(drop)
            }
            None => Ok(()),
        }
    }

    fn read_chunks(&mut self, from: &mut impl BufRead) -> Result<()> {
        loop {
            let begin = self.body.len();
            from.read_until(b'\n', &mut self.body)?;
            let line = self.body.get(begin..).and_then(|line| std::str::from_utf8(line).ok());
            let size = line.and_then(|line| line.trim().split(';').next());
            let size = size.and_then(|size| u64::from_str_radix(size, 16).ok());
            let size = size.ok_or_else(|| Error::new(ErrorKind::InvalidData, "a chunk without a size"))?;
            // With the end of its line.
            from.take(size + 2).read_to_end(&mut self.body)?;
            if size == 0 {
                return Ok(());
            }
        }
    }
}

fn head(from: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    loop {
        let length = from.read_until(b'\n', &mut head)?;
        match (length, head.len()) {
            (0, 0) => return Ok(None),
            (0, _) => return Err(ErrorKind::UnexpectedEof.into()),
            _ if head.ends_with(b"\r\n\r\n") => return Ok(Some(head)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_passed_on_as_they_came() {
        let plain = "POST / HTTP/1.1\r\nX-Amz-Target: A.B\r\ncontent-length: 2\r\n\r\n{}";
        let chunks = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        let text = [plain, chunks].concat();
        let mut reader = text.as_bytes();
        let first = Message::request(&mut reader).unwrap().unwrap();
        assert_eq!((first.header("x-amz-target"), first.bytes()), (Some("A.B"), plain.as_bytes().to_vec()));
        let second = Message::request(&mut reader).unwrap().unwrap();
        assert_eq!(second.bytes(), chunks.as_bytes());
        assert!(Message::request(&mut reader).unwrap().is_none());
    }

    #[test]
    fn what_is_cut_off_is_no_message() {
        for text in ["POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\n{}", "HTTP/1.1"] {
            assert!(Message::request(&mut text.as_bytes()).is_err(), "{text}");
        }
    }
}
