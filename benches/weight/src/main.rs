//! An authorization server with client credentials and nothing else. With the feature `axum` it answers requests on TCP, without
//! it the body of one request on standard input.

use std::error::Error;
use std::sync::Arc;

use grantor::{AuthorizationServer, Client, ClientCredentials, ClientSecret, issuer};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[cfg(feature = "postgres")]
async fn store() -> Outcome<grantor::PostgresStore> {
    Ok(grantor::PostgresStore::open(sqlx::PgPool::connect(&std::env::var("DATABASE_URL")?).await?).await?)
}

#[cfg(all(feature = "sqlite", not(feature = "postgres")))]
async fn store() -> Outcome<grantor::SqliteStore> {
    Ok(grantor::SqliteStore::open("weight.db")?)
}

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
async fn store() -> Outcome<grantor::MemoryStore> {
    Ok(grantor::MemoryStore::new())
}

async fn serve() -> Outcome<()> {
    let chain = AuthorizationServer::builder();
    // A store that forgets is accepted in development only.
    #[cfg(not(any(feature = "sqlite", feature = "postgres")))]
    let chain = chain.profile(grantor::Development::<grantor::OAuth21>::new());
    let chain = chain.issuer(issuer!("https://as.example.com")).storage(store().await?);
    let server = Arc::new(chain.grant(ClientCredentials::new()).build());
    let secret = ClientSecret::generate();
    server.register_client(Client::confidential("app", &secret).grant_types(["client_credentials"]).build()?).await?;
    println!("app:{}", secret.expose());

    #[cfg(feature = "reqwest")]
    std::hint::black_box(grantor::ResourceServer::new(grantor::RemoteVerifier::new(
        "https://as.example.com/introspect",
        "app",
        &secret,
        reqwest::Client::new(),
    )?));

    #[cfg(feature = "axum")]
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, grantor::router(server)).await?;

    #[cfg(not(feature = "axum"))]
    {
        let body = std::io::read_to_string(std::io::stdin())?;
        let request = http::Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
        let request = request.body(bytes::Bytes::from(body))?;
        #[cfg(feature = "tower")]
        let response = grantor::OAuthService::new(server).answer(request).await;
        #[cfg(not(feature = "tower"))]
        let response = server.token().handle(request).await;
        println!("{} {}", response.status(), String::from_utf8_lossy(response.body()));
    }
    Ok(())
}

#[cfg(any(feature = "axum", feature = "postgres"))]
fn main() -> Outcome<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve())
}

/// The memory store answers at once, and SQLite's threads wake a parked one.
#[cfg(not(any(feature = "axum", feature = "postgres")))]
fn main() -> Outcome<()> {
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::{self, Thread};

    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = std::pin::pin!(serve());
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(outcome) => return outcome,
            Poll::Pending => thread::park(),
        }
    }
}
