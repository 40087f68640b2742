//! HTTP without a socket: what every request and response is read from and written to.

pub(crate) mod answer;
pub(crate) mod bearer;
pub(crate) mod call;
pub(crate) mod cors;
pub(crate) mod endpoints;
pub(crate) mod form;
pub(crate) mod page;
pub(crate) mod parameters;
pub(crate) mod source;
pub(crate) mod transport;
