/// The version of this package, as in the `User-Agent` and `matrix-pusher --version`.
public let matrixPusherVersion = "0.1.0"
