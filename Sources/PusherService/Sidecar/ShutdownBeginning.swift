internal import MatrixPusher
internal import ServiceLifecycle

/// Lets delivery and long polls end from the moment the sidecar is told to shut down, while the server waits for its
/// requests to finish: both have the same time.
struct ShutdownBeginning: Service {
    let pusher: Pusher

    func run() async {
        // Throws only when it is cancelled, which is an end as well.
        try? await gracefulShutdown()
        pusher.beginShutdown()
    }
}
