//! Small changes to inputs: what a fuzzer without coverage can do.

use rand::RngExt as _;
use rand::rngs::StdRng;

/// What parsers of this field stumble over.
const WORDS: [&[u8]; 48] = [
    b"&",
    b"=",
    b"%",
    b"+",
    b"#",
    b"?",
    b"/",
    b"//",
    b"\\",
    b"@",
    b":",
    b";",
    b".",
    b"..",
    b"*",
    b"\n",
    b"\r\n",
    b"\n---\n",
    b" ",
    b"\t",
    b"\0",
    b"\"",
    b"'",
    b"<",
    b"%00",
    b"%2",
    b"%2f",
    b"%26",
    b"%3d",
    b"%C3%A9",
    b"%FF",
    b"\xff",
    b"\xef\xbf\xbd",
    b"null",
    b"true",
    b"0",
    b"-1",
    b"18446744073709551616",
    b"{code}",
    b"{code1}",
    b"{access}",
    b"{refresh}",
    b"{refresh1}",
    b"client_id=",
    b"redirect_uri=",
    b"scope=",
    b"state=",
    b"client_secret=",
];

/// One of the seeds with up to six changes.
pub fn mutated(seeds: &[Vec<u8>], rng: &mut StdRng) -> Vec<u8> {
    let mut input = pick(seeds, rng).clone();
    for _ in 0..rng.random_range(1..=6) {
        change(&mut input, seeds, rng);
    }
    input
}

fn pick<'a, T>(all: &'a [T], rng: &mut StdRng) -> &'a T {
    &all[rng.random_range(0..all.len())]
}

fn change(input: &mut Vec<u8>, seeds: &[Vec<u8>], rng: &mut StdRng) {
    let at = rng.random_range(0..=input.len());
    let to = rng.random_range(at..=input.len().min(at + 16));
    match rng.random_range(0..8) {
        0 if at < input.len() => input[at] ^= 1 << rng.random_range(0..8),
        1 if at < input.len() => input[at] = rng.random(),
        2 => input.insert(at, rng.random()),
        3 => drop(input.drain(at..to)),
        4 => {
            let again = input[at..to].to_vec();
            input.splice(at..at, again);
        }
        5 => drop(input.splice(at..to, pick(&WORDS, rng).iter().copied())),
        6 => {
            // The end of another one.
            let other = pick(seeds, rng);
            let from = rng.random_range(0..=other.len());
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        _ => drop(input.splice(at..at, pick(&WORDS, rng).iter().copied())),
    }
}
