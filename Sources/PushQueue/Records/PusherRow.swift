/// A stored pusher.
package struct PusherRow: Sendable, Equatable {
    package var id: Int64
    package var fields: PusherFields
    /// When the pushkey was last set, in Unix **seconds** (Push Gateway API, `pushkey_ts`).
    package var pushkeyTimestamp: Int64
    /// Unix milliseconds.
    package var createdAt: Int64
    package var health: PusherHealth

    package init(id: Int64, fields: PusherFields, pushkeyTimestamp: Int64, createdAt: Int64, health: PusherHealth) {
        self.id = id
        self.fields = fields
        self.pushkeyTimestamp = pushkeyTimestamp
        self.createdAt = createdAt
        self.health = health
    }
}
