//! Graphviz.

use std::fmt::Write;

use super::Picture;
use crate::task::plan::{Declaration, Kind};
use crate::task::record::Status;

pub(super) fn draw(plan: &Declaration, picture: &Picture) -> String {
    let mut out = format!("digraph {} {{\n", quote(&plan.class_name));
    put(&mut out, format_args!("rankdir=TB;"));
    put(&mut out, format_args!("node [fontname=\"Helvetica\"];"));
    put(&mut out, format_args!("edge [fontname=\"Helvetica\"];"));
    for (number, state) in plan.states.iter().enumerate() {
        let label = match picture.status_word(number) {
            Some(word) => format!("{}\n({word})", state.name),
            None => state.name.to_string(),
        };
        let look = look(picture, number);
        put(
            &mut out,
            format_args!(
                "s{number} [label={}, {}{look}];",
                quote(&label),
                shape(state.kind)
            ),
        );
    }
    if let Some(initial) = picture.initial {
        put(
            &mut out,
            format_args!("begin [label=\"\", shape=circle, width=0.2];"),
        );
        put(&mut out, format_args!("begin -> s{initial};"));
    }
    lines(&mut out, picture);
    notes(&mut out, picture);
    out.push_str("}\n");
    out
}

fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "  {line}");
}

fn lines(out: &mut String, picture: &Picture) {
    for line in &picture.lines {
        let mut looks: Vec<String> = Vec::new();
        looks.extend(
            line.label
                .as_ref()
                .map(|label| format!("label={}", quote(label))),
        );
        if line.by_block {
            looks.push("style=dashed".to_owned());
        }
        if line.taken {
            looks.push("color=\"#1a7f37\", penwidth=3".to_owned());
        }
        let looks = match looks.is_empty() {
            true => String::new(),
            false => format!(" [{}]", looks.join(", ")),
        };
        put(out, format_args!("s{} -> s{}{looks};", line.from, line.to));
    }
}

/// A note for each, tied to the states in which it may happen, with an arrow to those it leads to.
fn notes(out: &mut String, picture: &Picture) {
    for (number, note) in picture.notes.iter().enumerate() {
        put(
            out,
            format_args!("i{number} [label={}, shape=note];", quote(&note.text)),
        );
        for state in &note.states {
            put(
                out,
                format_args!("i{number} -> s{state} [style=dashed, arrowhead=none];"),
            );
        }
        for target in &note.targets {
            put(out, format_args!("i{number} -> s{target} [style=dashed];"));
        }
    }
}

const fn shape(kind: Kind) -> &'static str {
    match kind {
        Kind::Action => "shape=box",
        Kind::Decision => "shape=diamond",
        Kind::WaitUntil => "shape=hexagon",
        Kind::Result => "shape=oval, peripheries=2",
    }
}

fn look(picture: &Picture, state: usize) -> &'static str {
    let is_current = picture.current == Some(state);
    match picture.status {
        Some(Status::Failed) if is_current => {
            ", style=filled, fillcolor=\"#ffebe9\", color=\"#cf222e\", penwidth=4"
        }
        Some(Status::Completed) if is_current => {
            ", style=filled, fillcolor=\"#aceebb\", color=\"#1a7f37\", penwidth=4"
        }
        _ if is_current => ", style=filled, fillcolor=\"#fff8c5\", color=\"#9a6700\", penwidth=4",
        _ if picture.visited.get(state) == Some(&true) => {
            ", style=filled, fillcolor=\"#dafbe1\", color=\"#1a7f37\", penwidth=2"
        }
        _ => "",
    }
}

/// A quoted text: a quote and a backslash get a backslash, a new line becomes one.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_are_kept_inside() {
        assert_eq!(quote("say \"hi\""), r#""say \"hi\"""#);
        assert_eq!(quote("back\\slash"), r#""back\\slash""#);
        assert_eq!(quote("two\nlines\t"), "\"two\\nlines \"");
    }
}
