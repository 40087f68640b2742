//! `cargo run -p example-mcp`: the same as the example, without what the library's own tests need.

#[tokio::main]
async fn main() -> Result<(), example_mcp::Failure> {
    example_mcp::main().await
}
