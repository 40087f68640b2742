//! Tokens that thieves cannot use: DPoP (RFC 9449).
