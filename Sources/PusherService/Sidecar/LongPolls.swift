internal import MatrixPusher
internal import ServiceLifecycle

/// Ends the waits for removed pushers when the sidecar shuts down, before the server waits for its requests to finish.
struct LongPolls: Service {
    let pusher: Pusher

    func run() async {
        // Throws only when it is cancelled, which is an end as well.
        try? await gracefulShutdown()
        pusher.endWaiting()
    }
}
