internal import PushRules

extension RulesetStore {
    /// A user whose rules could not be copied, because there would be too many.
    struct Rejection: Sendable {
        let userID: String
        let error: PusherError
    }

    /// Copies what users' rules say of a room to the room that replaces it.
    /// - Returns: the users for whom that was not possible, in the order of the request.
    /// - Throws: ``PusherError`` where rules could not be read or stored; some users may have their copies then, and the
    ///   same request again copies the rest.
    func copyRules(_ request: RoomUpgradeRequest) async throws(PusherError) -> [Rejection] {
        let users = request.userIDs.filter(hasOwn)
        var outcomes = [PusherError?](repeating: nil, count: users.count)
        await withTaskGroup(of: (Int, PusherError?).self) { group in
            for (index, userID) in users.enumerated() {
                // Many at once share a commit; a bound keeps their rulesets from being in memory all together.
                if index >= Self.concurrentCopies, let (done, outcome) = await group.next() { outcomes[done] = outcome }
                group.addTask { [self] in (index, await copyRules(request, of: userID)) }
            }
            for await (done, outcome) in group { outcomes[done] = outcome }
        }
        var rejections: [Rejection] = []
        for (userID, outcome) in zip(users, outcomes) {
            guard let outcome else { continue }
            guard outcome.code == .tooLarge else { throw outcome }
            rejections.append(Rejection(userID: userID, error: outcome))
        }
        return rejections
    }

    private static let concurrentCopies = 64

    private func copyRules(_ request: RoomUpgradeRequest, of userID: String) async -> PusherError? {
        do throws(PusherError) {
            try await edit(userID: userID) { ruleset throws(PushRulesError) in
                try ruleset.copyRules(ofRoom: request.oldRoomID, to: request.newRoomID)
            }
            return nil
        } catch {
            return error
        }
    }
}
