#![no_main]

use active_data_flow_core::files::{Charset, Csv, Format};
use libfuzzer_sys::fuzz_target;

const CHARSETS: [&str; 6] = [
    "UTF-8",
    "UTF-16LE",
    "UTF-16BE",
    "windows-1252",
    "Shift_JIS",
    "GB18030",
];

fuzz_target!(|bytes: &[u8]| {
    let [options, first, second, rest @ ..] = bytes else {
        return;
    };
    let charset = Charset::named(CHARSETS[usize::from(options % 6)]).expect("a known name");
    let quote = (options & 0x40 == 0).then_some(b'"');
    let columns = usize::from(options >> 3 & 3);
    let csv = || {
        let names = (0..columns).map(|column| format!("c{column}").into());
        Format::Csv(Csv::new(names.collect(), b',', quote, charset).expect("fine options"))
    };
    active_data_flow_fuzz::look(&csv, rest, *first, *second);
});
