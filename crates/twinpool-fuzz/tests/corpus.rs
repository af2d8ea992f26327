//! The corpus, and some thousand changes of it, on a toolchain that has no fuzzer.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::Path;

use twinpool_fuzz::{TARGETS, Target, mutate, seeds, target};

/// Of each target, in development: seconds for all of them.
const CHANGED: u32 = 400;

fn corpus(target: &Target) -> Vec<Vec<u8>> {
    seeds::read(target).unwrap().into_iter().map(|(_, bytes)| bytes).collect()
}

#[test]
fn every_input_of_the_corpus_holds() {
    for target in &TARGETS {
        for (file, input) in seeds::read(target).unwrap() {
            let held = std::panic::catch_unwind(|| (target.run)(&input));
            assert!(held.is_ok(), "{}: {} does not hold", target.name, file.display());
        }
    }
}

#[test]
fn changed_inputs_hold_too() {
    for target in &TARGETS {
        if let Err((input, why)) = mutate::run(target, &corpus(target), CHANGED, false) {
            panic!("{}: {why}\nof this input: {:?}", target.name, String::from_utf8_lossy(&input));
        }
    }
}

#[test]
fn what_does_not_hold_is_found_and_made_small() {
    let run = |input: &[u8]| assert!(!input.contains(&b'!'), "an exclamation mark");
    let broken = Target { name: "broken", run, seeds: &[] };
    let corpus = [b"nothing".to_vec(), b"abc!def".to_vec()];
    let (input, why) = mutate::run(&broken, &corpus, 100, false).unwrap_err();
    assert!(input.contains(&b'!') && why.contains("an exclamation mark"), "{input:?}: {why}");
}

#[test]
fn each_target_has_a_program_and_inputs_of_its_own() {
    let fuzz = seeds::root().join("fuzz");
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_owned());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    };
    let mut targets: Vec<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    targets.sort();
    assert_eq!(names(&fuzz.join("corpus")), targets);
    assert_eq!(names(&fuzz.join("fuzz_targets")), targets);
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for name in &targets {
        assert!(manifest.contains(&format!("[[bin]]\nname = \"{name}\"\n")), "{name} has no program");
        let program = fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("run(\"{name}\", input)")), "another target runs as {name}");
        assert!(!names(&fuzz.join("corpus").join(name)).is_empty(), "{name} has no input");
    }
}

/// Without these, changed inputs are never close to one that a pool signed.
#[test]
fn the_corpus_has_the_token_and_the_key_set_that_are_accepted() {
    let of = |name: &str| fs::read_to_string(seeds::root().join("fuzz/corpus/token").join(name)).unwrap();
    assert_eq!(of("good.txt"), twinpool_fuzz::token::good());
    assert_eq!(of("keys.json"), twinpool_fuzz::token::key_set_of_the_pool());
    assert!(target("token").is_some());
}
