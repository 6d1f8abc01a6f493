//! The conductor: phases in order.
