import PushJSON
import Testing

/// The promise of ``JSONError/offset``: what stands before it could begin a correct text.
@Suite struct ErrorOffsetTests {
    @Test("A text cut anywhere ends too early, unless what is left is whole", arguments: 0..<20)
    func truncation(seed: Int) throws {
        var documents = RandomJSON(seed: UInt64(seed))
        var refused = 0
        for _ in 0..<10 {
            let text = documents.document()
            for end in 0..<min(text.count, 600) {
                let cut = Array(text[..<end])
                do throws(JSONError) {
                    // Only a number can be cut and be a number still; after any other value whitespace was cut.
                    let root = try JSONDocument(parsing: cut).root
                    #expect(root.kind == .integer || root.kind == .number || text[end...].allSatisfy { $0 <= 0x20 })
                } catch {
                    refused += 1
                    #expect(error == JSONError(.unexpectedEnd, at: end))
                }
            }
        }
        #expect(refused > 0)
    }

    @Test("The bytes before an error begin a correct text", arguments: 100..<120)
    func damage(seed: Int) throws {
        var documents = RandomJSON(seed: UInt64(seed))
        var refused = 0
        for _ in 0..<200 {
            let text = documents.damagedDocument()
            do throws(JSONError) {
                _ = try JSONDocument(parsing: text)
            } catch {
                refused += 1
                #expect((0...text.count).contains(error.offset))
                #expect((error.reason == .unexpectedEnd) == (error.offset == text.count))
                do throws(JSONError) {
                    _ = try JSONDocument(parsing: Array(text[..<error.offset]))
                } catch let prefixError {
                    #expect(prefixError == JSONError(.unexpectedEnd, at: error.offset))
                }
            }
        }
        #expect(refused > 50)
    }
}
