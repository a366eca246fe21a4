import Testing

@testable import MatrixPusher

struct TransactionAnswerTests {
    private func text(_ answer: TransactionAnswer) -> String { String(decoding: answer.json(), as: UTF8.self) }

    @Test func `An answer without rejections has an empty list`() {
        #expect(
            text(TransactionAnswer(accepted: 1, notifications: 2)) == #"{"accepted":1,"notifications":2,"rejected":[]}"#
        )
    }

    @Test func `A rejection says which element it is and what is wrong`() {
        let answer = TransactionAnswer(
            accepted: 0, notifications: 0,
            rejected: [
                .init(list: "events", index: 3, error: PusherError(.badJSON, "event.type must be a \"string\"")),
                .init(list: "receipts", index: 0, error: PusherError(.tooLarge, "long")),
            ])
        #expect(
            text(answer) == """
                {"accepted":0,"notifications":0,"rejected":[\
                {"list":"events","index":3,"errcode":"M_BAD_JSON","error":"event.type must be a \\"string\\""},\
                {"list":"receipts","index":0,"errcode":"M_TOO_LARGE","error":"long"}]}
                """)
    }
}
