//! Lists of residents of any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(init: rollcall_fuzz::begin("lists"), |bytes: &[u8]| rollcall_fuzz::list(bytes));
