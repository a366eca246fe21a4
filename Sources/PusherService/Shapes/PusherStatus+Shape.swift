internal import MatrixPusher
internal import PushJSON

extension PusherStatus {
    /// Writes the status as the API and `status --json` show it.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("v", 1)
        json.member("version", matrixPusherVersion)
        json.member("running", isRunning)
        json.member("uptime_seconds", seconds: uptime)
        json.object("queue") { json in
            json.member("pending", queue.pending)
            json.member("due", queue.due)
            json.member("waiting", queue.waiting)
            json.member("in_flight", queue.inFlight)
            json.member("dead", queue.dead)
            json.member("oldest_due_seconds", seconds: queue.oldestDue)
        }
        json.object("recent") { json in
            json.member("window_seconds", Int(recent.window.components.seconds))
            json.member("accepted", recent.accepted)
            json.member("failed", recent.failed)
            json.member("rejected", recent.rejected)
            json.member("expired", recent.expired)
            json.member("cancelled", recent.cancelled)
            json.object("cancelled_by_reason") { json in
                for reason in CancellationReason.allCases {
                    json.member(reason.rawValue, recent.cancelledByReason[reason] ?? 0)
                }
            }
        }
        json.object("gateways") { json in
            json.member("up", gateways.up)
            json.member("ramping", gateways.ramping)
            json.member("down", gateways.down)
            json.member("suspect", gateways.suspect)
        }
        json.object("pushers") { json in
            json.member("total", pushers.total)
            json.member("failing", pushers.failing)
        }
        json.object("database") { json in
            json.member("bytes", database.bytes)
            json.member("schema", database.schema)
            json.member("writable", database.trouble == nil)
            json.member("error", database.trouble?.error)
            json.member("failing_seconds", seconds: database.trouble?.lasting ?? .zero)
            json.member("unsaved", database.trouble?.unsaved ?? 0)
        }
        json.endObject()
    }
}
