//! `cargo run --example mcp`.

#[tokio::main]
async fn main() -> Result<(), example_mcp::Failure> {
    example_mcp::main().await
}
