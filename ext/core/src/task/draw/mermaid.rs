//! Mermaid, as GitHub and most wikis show it.
//!
//! States are called s0, s1 ... so that their names may hold anything; the names are quoted labels, with every sign
//! that means something to Mermaid written as its number.

use std::fmt::Write;

use super::{Line, Picture};
use crate::task::plan::{Declaration, Kind};
use crate::task::record::Status;

const TAKEN: &str = "stroke-width:3px,stroke:#1a7f37";

pub(super) fn draw(plan: &Declaration, picture: &Picture) -> String {
    let mut out = String::from("flowchart TD\n");
    for (number, state) in plan.states.iter().enumerate() {
        let label = match picture.status_word(number) {
            Some(word) => format!("{}<br/>({word})", escape(state.name.as_str())),
            None => escape(state.name.as_str()),
        };
        put(
            &mut out,
            format_args!("s{number}{}", shape(state.kind, &label)),
        );
    }
    let mut drawn = 0;
    if let Some(initial) = picture.initial {
        put(&mut out, format_args!("begin((\" \")) --> s{initial}"));
        drawn += 1;
    }
    let mut taken: Vec<String> = Vec::new();
    for line in &picture.lines {
        put(
            &mut out,
            format_args!("s{} {} s{}", line.from, arrow(line), line.to),
        );
        if line.taken {
            taken.push(drawn.to_string());
        }
        drawn += 1;
    }
    notes(&mut out, picture);
    styles(&mut out, picture, &taken);
    out
}

fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "  {line}");
}

fn shape(kind: Kind, label: &str) -> String {
    match kind {
        Kind::Action => format!("[\"{label}\"]"),
        Kind::Decision => format!("{{\"{label}\"}}"),
        Kind::WaitUntil => format!("{{{{\"{label}\"}}}}"),
        Kind::Result => format!("([\"{label}\"])"),
    }
}

fn arrow(line: &Line) -> String {
    let arrow = if line.by_block { "-.->" } else { "-->" };
    match &line.label {
        Some(label) => format!("{arrow}|\"{}\"|", escape(label)),
        None => arrow.to_owned(),
    }
}

/// A flag for each, tied to the states in which it may happen, with an arrow to those it leads to.
fn notes(out: &mut String, picture: &Picture) {
    for (number, note) in picture.notes.iter().enumerate() {
        put(out, format_args!("i{number}>\"{}\"]", escape(&note.text)));
        for state in &note.states {
            put(out, format_args!("i{number} -.- s{state}"));
        }
        for target in &note.targets {
            put(out, format_args!("i{number} -.-> s{target}"));
        }
    }
}

fn styles(out: &mut String, picture: &Picture, taken: &[String]) {
    let visited = picture
        .visited
        .iter()
        .enumerate()
        .filter(|(_, seen)| **seen);
    let visited: Vec<String> = visited.map(|(number, _)| format!("s{number}")).collect();
    if visited.is_empty() && picture.current.is_none() {
        return;
    }
    put(
        out,
        format_args!("classDef visited fill:#dafbe1,stroke:#1a7f37"),
    );
    put(
        out,
        format_args!("classDef current {}", current_style(picture.status)),
    );
    if !visited.is_empty() {
        put(out, format_args!("class {} visited", visited.join(",")));
    }
    if let Some(current) = picture.current {
        put(out, format_args!("class s{current} current"));
    }
    if !taken.is_empty() {
        put(out, format_args!("linkStyle {} {TAKEN}", taken.join(",")));
    }
}

const fn current_style(status: Option<Status>) -> &'static str {
    match status {
        Some(Status::Failed) => "fill:#ffebe9,stroke:#cf222e,stroke-width:4px",
        Some(Status::Completed) => "fill:#aceebb,stroke:#1a7f37,stroke-width:4px",
        _ => "fill:#fff8c5,stroke:#9a6700,stroke-width:4px",
    }
}

/// Letters, digits and harmless signs as they are, anything else by its number. An empty label is a parse error.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            letter if letter.is_alphanumeric() || " _-?!.,:'/()+=".contains(letter) => {
                out.push(letter)
            }
            letter if letter.is_control() => out.push(' '),
            letter => {
                let _ = write!(out, "#{};", u32::from(letter));
            }
        }
    }
    if out.trim().is_empty() {
        out.push_str("#8203;");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn signs_that_mean_something_are_written_as_numbers() {
        assert_eq!(escape("approved?"), "approved?");
        assert_eq!(escape("say \"hi\" [now]"), "say #34;hi#34; #91;now#93;");
        assert_eq!(escape("a\nb"), "a b");
        assert_eq!(escape("größe #1"), "größe #35;1");
        assert_eq!(escape(""), "#8203;");
    }

    proptest! {
        #[test]
        fn no_name_ends_its_quotes(text in ".*") {
            let escaped = escape(&text);
            let harmless = !escaped.contains(['"', '<', '>', '`', '%', '{', '}', '\n', '\\']);
            prop_assert!(harmless, "{}", escaped);
        }
    }
}
