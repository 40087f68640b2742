//! One operation of one library many times, for `./instructions`: `once LIBRARY OPERATION TIMES`, by their names.

use compare::with_grantor::Grantor;
use compare::with_oauth_as::OauthAs;
use compare::with_oxide_auth::OxideAuth;
use compare::{Library, Operation, measured};

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [library, operation, times] = &*arguments else { panic!("once LIBRARY OPERATION TIMES") };
    let operation = Operation::ALL.into_iter().find(|known| known.name() == operation).expect("an operation");
    let times = times.parse().expect("a number");
    match &**library {
        Grantor::NAME => run::<Grantor>(operation, times),
        OauthAs::NAME => run::<OauthAs>(operation, times),
        OxideAuth::NAME => run::<OxideAuth>(operation, times),
        _ => panic!("no library {library}"),
    }
}

fn run<L: Library>(operation: Operation, times: usize) {
    let mut library = L::new();
    for _ in 0..times {
        let request = library.prepare(operation);
        L::check(operation, &measured(&mut library, operation, request));
    }
}
