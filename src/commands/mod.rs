//! One file a subcommand; each wires the parts together and says what came of it.
