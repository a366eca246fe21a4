/// Pushkeys as they are shown: enough to tell two apart, too little to use one.
enum PushkeyText {
    /// `abcd…wxyz`; at most half of a key is shown, and nothing of a very short one.
    static func shortened(_ pushkey: String) -> String {
        let shown = min(4, pushkey.count / 4)
        return "\(pushkey.prefix(shown))…\(pushkey.suffix(shown))"
    }
}
