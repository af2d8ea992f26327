#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| twinpool_fuzz::run("token", input));
