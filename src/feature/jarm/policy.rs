//! Has every authorization response to be signed? As a type, since one that is insisted on cannot be switched off.

mod sealed {
    pub trait Sealed {}
}

/// Has every authorization response to be signed? [`JarmOptional`] or [`JarmRequired`].
pub trait JarmPolicy: sealed::Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    const REQUIRED: bool;
}

/// Clients may ask for signed responses: the parameter of [`Jarm::new`](crate::Jarm::new).
#[derive(Debug, Clone, Copy)]
pub struct JarmOptional;

/// Clients have to ask for them: the parameter of [`Jarm::required`](crate::Jarm::required).
#[derive(Debug, Clone, Copy)]
pub struct JarmRequired;

impl sealed::Sealed for JarmOptional {}
impl sealed::Sealed for JarmRequired {}

impl JarmPolicy for JarmOptional {
    const REQUIRED: bool = false;
}

impl JarmPolicy for JarmRequired {
    const REQUIRED: bool = true;
}
