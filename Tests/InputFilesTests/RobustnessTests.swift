import Foundation
import SeededTesting
import XCTest

@testable import InputFiles

/// Files broken at random are read or refused with an `InputError`, and never end the process.
///
/// A failure prints its seed; `EXECUTION_TEST_SEED` and `EXECUTION_TEST_CASES` choose the cases.
final class RobustnessTests: XCTestCase {
    private let bars =
        "ticker,timestamp,open,high,low,close,volume,adj close\nA,2020-01-02,1,2,0.5,1.5,10,1\n\"B\"\"\",2020-01-02,1,2,.5,1e0,,\r\nA,2020-01-03T02:00:00.000+02:00,1,2,0.5,1.5,10.5,1\n"
    private let targets =
        "as_of,ticker,target_weight,target_quantity,decision_id,limit_price,time_in_force\n2020-01-02,A,0.25,,d1,10,DAY\n1578009600,Ä,,-3,\"d,2\",,\n"
    private let lines =
        "{\"as_of\":\"2020-01-02\",\"ticker\":\"A\\u00e4\\ud83d\\ude00\",\"target_weight\":-1.5e-3}\n{\"as_of\":1578009600000,\"ticker\":\"B\",\"target_notional\":\"5\",\"regime_id\":null}\n"
    private let orders =
        "as_of,ticker,side,quantity,order_ref,order_type,limit_price,stop_price,parent_ref,oca_group,time_in_force,good_till\n2020-01-02,A,BUY,10,e,MARKET,,,,,GTD,2020-01-05\n2020-01-02,A,SELL,10,x,LIMIT,12,,e,g,GTC,\n2020-01-02,A,SELL,10,y,STOP,,8,e,g,GTC,\n"
    private let intents =
        "intent_id,decided_at,account,ticker,side,quantity,notional,order_type,limit_price,confidence,expires_at\ni1,2020-01-02,DU1,A,BUY,10,,LIMIT,12,0.75,2020-01-05\ni2,2020-01-02,,A,HOLD,0,,,,,\ni1,2020-01-02,DU1,A,BUY,10,,LIMIT,12,0.75,2020-01-05\n"
    private let instruments = "ticker,lot_size,tick_size,minimum_notional,borrow_rate\nA,100,0.01,500,0.03\n"
    private let actions = "ticker,ex_date,kind,value\nA,2005-02-28,split,2\n"

    func testBrokenFilesNeverCrash() throws {
        let readers: [(String, (InputFile) throws -> Void)] = [
            (bars, { _ = try BarFile.readAll($0) }), (targets, { _ = try TargetFile.read($0) }),
            (lines, { _ = try TargetFile.read($0) }), (orders, { _ = try OrderFile.read($0) }),
            (intents, { _ = try IntentFile.read($0) }),
            (instruments, { _ = try InstrumentFile.read($0) }), (actions, { _ = try CorporateActionFile.read($0) }),
        ]
        for (text, read) in readers {
            XCTAssertNoThrow(try read(.text(text)), "the whole file is right")
            for packs in [false, true] {
                let valid = packs ? gzip(Array(text.utf8)) : Array(text.utf8)
                for seed in RandomCases(defaultCount: 300) {
                    var generator = SeededGenerator(seed: seed)
                    let bytes = broken(valid, &generator)
                    do {
                        try read(InputFile(name: "file.csv", bytes: bytes))
                    } catch {
                        XCTAssertTrue(error is InputError, "\(RandomCases.replay(seed)): \(error)")
                    }
                }
            }
        }
    }

    /// Every prefix of a file, and every byte of it changed in turn.
    func testEveryPrefixAndEveryByte() {
        for (text, read) in [
            (bars, { _ = try BarFile.readAll($0) }), (lines, { _ = try TargetFile.read($0) }),
            (orders, { _ = try OrderFile.read($0) }), (intents, { _ = try IntentFile.read($0) }),
        ] as [(String, (InputFile) throws -> Void)] {
            let valid = Array(text.utf8)
            for place in valid.indices {
                for byte in [UInt8(0), 0x22, 0x2C, 0x0A, 0x2D, 0x5C, 0xFF] {
                    var changed = valid
                    changed[place] = byte
                    for bytes in [changed, Array(valid[..<place])] {
                        do { try read(InputFile(name: "file.csv", bytes: bytes)) } catch {
                            XCTAssertTrue(error is InputError, "\(place): \(error)")
                        }
                    }
                }
            }
        }
    }

    private func broken(_ valid: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = valid
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes.removeSubrange(place...)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
            case 4: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
            default: bytes[place] = Array("\",\n\r;\t{}[]:0-.eE+NZ".utf8).randomElement(using: &generator) ?? 0
            }
        }
        return bytes
    }
}
