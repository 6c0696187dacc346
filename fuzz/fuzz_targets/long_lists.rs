//! Lists with cells, rows and files beyond the bounds on them, each from a few bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(init: rollcall_fuzz::begin("long_lists"), |bytes: &[u8]| rollcall_fuzz::list(&rollcall_fuzz::stretched(bytes)));
