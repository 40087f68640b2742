//! # Clients with certificates
