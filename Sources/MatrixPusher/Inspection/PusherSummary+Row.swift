internal import PushQueue

extension PusherSummary {
    init(_ row: PusherRow, queued: Int) {
        let fields = row.fields
        self.init(
            id: row.id, userID: fields.userID, deviceID: fields.deviceID, appID: fields.appID, pushkey: fields.pushkey,
            kind: fields.kind, appDisplayName: fields.appDisplayName, deviceDisplayName: fields.deviceDisplayName,
            profileTag: fields.profileTag, lang: fields.lang, isEnabled: fields.enabled, data: fields.data,
            gateway: fields.gateway, format: PusherData(fields.data).format, queued: queued,
            lastSuccessAt: row.health.lastSuccessAt, failingSince: row.health.failingSince,
            attempts: row.health.attempts, nextAttemptAt: row.health.nextAttemptAt, lastError: row.health.lastError)
    }
}
