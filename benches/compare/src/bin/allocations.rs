//! Heap allocations and allocated bytes of each operation: the same on every machine. `cargo run --release --bin allocations`.

use allocation_counter::measure;
use compare::with_grantor::Grantor;
use compare::with_oauth_as::OauthAs;
use compare::with_oxide_auth::OxideAuth;
use compare::{Library, Operation, measured};

fn main() {
    println!("| operation | grantor | oauth-as | oxide-auth |\n|---|---|---|---|");
    for operation in Operation::ALL {
        let cells = [cell::<Grantor>(operation), cell::<OauthAs>(operation), cell::<OxideAuth>(operation)];
        println!("| {} | {} |", operation.name(), cells.join(" | "));
    }
}

/// The most frequent count of many: a map that grows now and then does not count.
fn cell<L: Library>(operation: Operation) -> String {
    if !L::has(operation) {
        return "–".to_owned();
    }
    let mut library = L::new();
    let mut counts: Vec<_> = (0..301).map(|_| count(&mut library, operation)).collect();
    counts.sort_unstable();
    let (allocations, bytes) = counts[counts.len() / 2];
    format!("{allocations} ({bytes} B)")
}

fn count<L: Library>(library: &mut L, operation: Operation) -> (u64, u64) {
    let request = library.prepare(operation);
    let mut response = None;
    let info = measure(|| response = Some(measured(library, operation, request)));
    L::check(operation, &response.expect("it ran"));
    (info.count_total, info.bytes_total)
}
