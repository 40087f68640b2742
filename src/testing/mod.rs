//! For tests of programs that use this library (feature `testing`, for dev-dependencies): everything happens in memory, without sockets
//! and without waiting.
//!
//! | what | |
//! |---|---|
//! | [`TestServer`] | a server in a line, with clients, and a clock to turn |
//! | [`TestClient`] | a client that walks each flow of a server, yours or that one: with a secret, a key, a certificate, proofs of possession |
//! | [`Browser`] | a person's browser, for requests that are suspended to a page, and for the codes of devices |
//! | [`issue_to`] | a token for a person, without a flow |
//! | [`Answer`] | what came back, with assertions on errors and challenges |
//! | [`assert_active`], [`assert_dead`] | what an API makes of a token |
//! | [`FailingStore`] | a store that fails when it is told to; [`Hooked`], for whatever else is to be done around its calls |
//! | [`ManualClock`] | the clock, which stands still until it is moved |
//!
//! How they go together is on the page [testing your server](crate::manual::testing_your_server).
//!
//! What is wrong in a test panics, and says what came back. For a store of your own there is
#![cfg_attr(feature = "contract", doc = "[`storage::contract`](crate::storage::contract).")]
#![cfg_attr(not(feature = "contract"), doc = "`storage::contract`, with the feature `contract`.")]

mod answer;
mod browser;
mod challenge;
mod client;
#[cfg(feature = "jose")]
mod dpop;
mod faults;
mod hooked;
mod outfit;
mod proof;
mod server;
mod token;

pub use self::answer::Answer;
pub use self::browser::Browser;
pub use self::client::{TestClient, TestTokens};
pub use self::faults::{FailingStore, Fault, Faults};
pub use self::hooked::{Hook, Hooked};
pub use self::server::{Modern, TestServer};
pub use self::token::{assert_active, assert_dead, issue_to};
pub use crate::values::clock::ManualClock;
