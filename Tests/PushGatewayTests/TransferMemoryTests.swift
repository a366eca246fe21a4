import CTransferMemory
import Foundation
import Testing

/// On threads of their own: what a thread keeps is its own.
struct TransferMemoryTests {
    /// The address sanitizer has to see each block that is freed: nothing is kept then.
    private static let isSanitized = dlsym(nil, "__asan_init") != nil

    /// Bytes of a block; Swift's Glibc module leaves it out.
    private static let usableSize = dlsym(nil, "malloc_usable_size").map {
        unsafeBitCast($0, to: (@convention(c) (UnsafeMutableRawPointer?) -> Int).self)
    }

    private func onThread(keeping: Bool = true, _ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                if keeping { transfer_memory_keep() }
                body()
                transfer_memory_release()
                continuation.resume()
            }
        }
    }

    private static func fill(_ block: UnsafeMutableRawPointer, _ count: Int, _ byte: UInt8) {
        block.initializeMemory(as: UInt8.self, repeating: byte, count: count)
    }

    private static func has(_ block: UnsafeMutableRawPointer, _ count: Int, _ byte: UInt8) -> Bool {
        UnsafeRawBufferPointer(start: block, count: count).allSatisfy { $0 == byte }
    }

    @Test(arguments: [true, false])
    func `Blocks of every size hold what is written to them, and share nothing`(keeping: Bool) async {
        await onThread(keeping: keeping) {
            var sizes = Array(0...1200)
            for power in 10...18 { sizes += [(1 << power) - 1, 1 << power, (1 << power) + 1, 5 << (power - 2)] }
            // The second round gets what the first has given back.
            for round in 0..<2 {
                var blocks: [(UnsafeMutableRawPointer, Int, UInt8)] = []
                for (index, size) in sizes.enumerated() {
                    guard let block = transfer_memory_malloc(size) else {
                        Issue.record("no memory for \(size) bytes")
                        return
                    }
                    let byte = UInt8(truncatingIfNeeded: index &* 7 &+ round)
                    Self.fill(block, size, byte)
                    blocks.append((block, size, byte))
                }
                for (block, size, byte) in blocks { #expect(Self.has(block, size, byte), "\(size) bytes") }
                for (block, _, _) in blocks.reversed() { transfer_memory_free(block) }
            }
        }
    }

    @Test func `What was freed is what is given next for a size like it`() async {
        await onThread {
            for freed in [10, 24, 97, 104, 1032, 16_385, 20_000] {
                var block = transfer_memory_malloc(freed)
                // It is kept as one of its real size, which may be more than was asked for.
                let usable = min(Self.usableSize?(block) ?? freed, 1032)
                for wanted in freed > 1032 ? [16_400, 20_480] : [max(1, usable - 15), usable] {
                    transfer_memory_free(block)
                    #expect((transfer_memory_kept() > 0) == !Self.isSanitized)
                    let next = transfer_memory_malloc(wanted)
                    #expect(next == block || Self.isSanitized, "\(freed), then \(wanted) bytes")
                    block = next
                }
                transfer_memory_free(block)
            }
        }
    }

    @Test func `A block that grows keeps what it has`() async {
        await onThread {
            var block = transfer_memory_realloc(nil, 10)!
            Self.fill(block, 10, 1)
            for (from, to) in [(10, 30), (30, 31), (31, 1033), (1033, 40_000), (40_000, 100_000), (100_000, 100)] {
                guard let larger = transfer_memory_realloc(block, to) else {
                    Issue.record("no memory for \(to) bytes")
                    return
                }
                block = larger
                #expect(Self.has(block, min(from, to), 1), "\(from) to \(to) bytes")
                Self.fill(block, to, 1)
            }
            transfer_memory_free(block)
        }
    }

    @Test func `Cleared memory is zero, also where something stood before`() async {
        await onThread {
            for size in [1, 24, 200, 1000, 5000, 30_000] {
                let block = transfer_memory_malloc(size)!
                Self.fill(block, size, 0xFF)
                transfer_memory_free(block)
                let zero = transfer_memory_calloc(size, 1)!
                #expect(Self.has(zero, size, 0), "\(size) bytes")
                transfer_memory_free(zero)
            }
            #expect(transfer_memory_calloc(.max, 3) == nil, "more than a size can say")
        }
    }

    @Test func `A text is copied with its end`() async {
        await onThread {
            for text in ["", "Host", String(repeating: "x", count: 3000)] {
                let copy = transfer_memory_strdup(text)!
                #expect(String(cString: copy) == text)
                transfer_memory_free(copy)
            }
        }
    }

    @Test func `Blocks may be freed by another thread, and after the thread that got them has ended`() async {
        nonisolated(unsafe) var blocks: [UnsafeMutableRawPointer] = []
        await onThread {
            for size in [10, 100, 1000, 10_000, 100_000] { blocks.append(transfer_memory_malloc(size)!) }
        }
        await onThread {
            for block in blocks { transfer_memory_free(block) }
            transfer_memory_free(nil)
            transfer_memory_free(transfer_memory_malloc(10_000))
        }
        transfer_memory_free(transfer_memory_malloc(10))
    }

    @Test func `What is kept is bounded`() async {
        await onThread {
            // 64 MiB given back: most goes back to the system's store, where another thread finds it.
            let blocks = (0..<4096).map { _ in transfer_memory_malloc(16_384)! }
            for block in blocks { transfer_memory_free(block) }
            #expect(transfer_memory_kept() <= 2 << 20)
            let small = (0..<65_536).map { _ in transfer_memory_malloc(64)! }
            for block in small { transfer_memory_free(block) }
            #expect(transfer_memory_kept() <= 2 << 20)
            transfer_memory_release()
            #expect(transfer_memory_kept() == 0)
        }
    }
}
