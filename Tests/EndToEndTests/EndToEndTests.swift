import Testing

/// The built program from outside: its socket, its commands, and what gateways receive. One test at a time, as each
/// has processes of its own and some measure time.
@Suite(.serialized)
enum EndToEndTests {}
