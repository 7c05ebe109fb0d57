#![no_main]

use active_data_flow_core::files::{Format, JsonLines};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let [first, second, rest @ ..] = bytes else {
        return;
    };
    let lines = || Format::JsonLines(JsonLines::default());
    active_data_flow_fuzz::look(&lines, rest, *first, *second);
});
