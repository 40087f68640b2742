//! What the two programs of "Disabled means absent" share: everything but the one grant.

use std::error::Error;
use std::fmt::Debug;
use std::io::Read;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use bytes::Bytes;
use grantor::{
    AuthorizationServer, Client, ClientSecret, Development, FeaturesOn, GrantsOn, MemoryStore, ResourceOwnerAuthenticator,
    ResponseTypeList, Rfc6749, StoreError, Subject,
};
use http::Request;

/// Knows one resource owner, `alice` with the password `wonderland`.
#[derive(Debug, Clone, Copy)]
pub struct OneUser;

#[diagnostic::do_not_recommend]
impl ResourceOwnerAuthenticator for OneUser {
    async fn authenticate(&self, username: &str, password: &str) -> Result<Option<Subject>, StoreError> {
        Ok(if (username, password) == ("alice", "wonderland") { Subject::new(username).ok() } else { None })
    }
}

/// Prints the grant as the program starts, through a pointer: its `Debug` implementation is in the program, whatever the
/// optimiser inlines.
pub fn shown<G: Debug>(grant: G) -> G {
    let erased: &dyn Debug = std::hint::black_box(&grant);
    eprintln!("enabled: {erased:?}");
    grant
}

/// Registers a client that may use every grant of the server, and sends the body on standard input to the token endpoint. Prints
/// the status and the body of the answer.
///
/// # Errors
///
/// If the client is refused, or standard input cannot be read.
pub fn answer<G, R, F>(server: &Server<G, R, F>) -> Result<(), Box<dyn Error>>
where
    G: GrantsOn<MemoryStore>,
    R: ResponseTypeList,
    F: FeaturesOn<MemoryStore>,
{
    let secret = ClientSecret::parse("a secret of at least 32 characters")?;
    let client = Client::confidential("app", &secret).grant_types(Server::<G, R, F>::GRANT_TYPES.iter().copied()).build()?;
    block_on(server.register_client(client))?;

    let mut body = String::new();
    std::io::stdin().read_to_string(&mut body)?;
    let request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded").body(Bytes::from(body))?;
    let response = block_on(server.token().handle(request));
    println!("{}\n{}", response.status().as_u16(), String::from_utf8_lossy(response.body()));
    Ok(())
}

/// The server of the programs.
pub type Server<G, R, F> = AuthorizationServer<MemoryStore, G, R, F, Development<Rfc6749>>;

/// Runs a future on this thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
