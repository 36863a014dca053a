//! Every rule there is.
