//! What is made of answers, by a server that says what it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use serde_json::json;

use super::*;

/// A server that gives these answers, each over a connection of its own, and at its end what it was asked.
pub(crate) fn serve(answers: Vec<String>) -> (Aws, JoinHandle<Vec<Value>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(&mut stream);
            let (mut length, mut line) = (0, String::new());
            while line != "\r\n" {
                line.clear();
                reader.read_line(&mut line).unwrap();
                if let Some(told) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = told.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            asked.push(serde_json::from_slice(&body).unwrap());
            stream.write_all(answer.as_bytes()).unwrap();
        }
        asked
    });
    (Aws::new(endpoint), server)
}

/// An answer of so many bytes, of which this comes.
pub(crate) fn answer(status: &str, length: usize, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

fn answered(status: &str, length: usize, body: &str) -> Result<Value> {
    let (aws, server) = serve(vec![answer(status, length, body)]);
    let said = aws.sqs("GetQueueAttributes", &json!({}));
    assert_eq!(server.join().unwrap(), [json!({})]);
    said
}

#[test]
fn what_broke_off_or_is_no_json_proves_nothing() {
    let told = |answer: Result<Value>| format!("{:#}", answer.unwrap_err());
    assert!(told(answered("200 OK", 40, "{\"Attributes\":")).contains("the answer broke off"));
    assert!(told(answered("200 OK", 6, "<html>")).contains("answers no JSON"));
    assert_eq!(answered("200 OK", 0, "").unwrap(), Value::Null);
    assert_eq!(answered("200 OK", 8, "{\"a\": 1}").unwrap(), json!({ "a": 1 }));
}

#[test]
fn a_refusal_is_known_by_its_code_even_where_it_says_nothing() {
    let code = |answer: Result<Value>| answer.unwrap_err().downcast::<Refusal>().unwrap().code;
    assert_eq!(code(answered("400 Bad Request", 18, "{\"__type\":\"a#Bad\"}")), "Bad");
    assert_eq!(code(answered("500 Internal Server Error", 6, "<html>")), "");
}
