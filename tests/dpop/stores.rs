//! A proof is good once for all instances of a server, whichever store they share.
