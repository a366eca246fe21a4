/// Sizes for people.
enum ByteCountText {
    /// `512 B`, `4.0 KiB`, `12.3 MiB` …
    static func text(_ bytes: Int64) -> String {
        var unit = -1
        var tenths = bytes
        while tenths >= (unit < 0 ? 1024 : 10_240), unit < Self.units.count - 1 {
            tenths = unit < 0 ? tenths * 10 / 1024 : tenths / 1024
            unit += 1
        }
        return unit < 0 ? "\(bytes) B" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    private static let units = ["KiB", "MiB", "GiB", "TiB"]
}
