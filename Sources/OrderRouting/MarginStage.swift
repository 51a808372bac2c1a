import TradingModel

/// Where the question stands what an order does to the margin; one order is asked about at a time, since each changes the answer
/// about the next.
enum MarginStage: Sendable, Equatable {
    case idle
    /// The broker is asked; the order does not leave meanwhile.
    case asked(OrderNumber, OrderTerms)
    /// It may leave, as it was asked about.
    case cleared(OrderNumber, OrderTerms)
    /// It has left, and the broker has not taken it yet.
    case leaving(OrderNumber)
}

/// What can happen to the question.
enum MarginStep: Sendable, Equatable {
    case ask(OrderNumber, OrderTerms)
    case clear(OrderNumber)
    case deny(OrderNumber)
    /// What was asked or answered does not count any more.
    case takeBack
    case leave(OrderNumber)
    /// The order that left is certain.
    case settle
}

/// A step that the question does not have where it stands.
struct IllegalMarginStep: Error, Equatable, CustomStringConvertible {
    let stage: MarginStage
    let step: MarginStep

    var description: String { "the preview of margins is \(stage) and cannot take \(step)" }
}

extension MarginStage {
    /// The stage after a step: the whole table of legal ones.
    func after(_ step: MarginStep) throws(IllegalMarginStep) -> MarginStage {
        switch (self, step) {
        case (.idle, .ask(let number, let terms)): return .asked(number, terms)
        // It has changed since, or waits for something else while another one goes.
        case (.asked(let asked, let old), .ask(let number, let terms)) where asked == number && old != terms:
            return .asked(number, terms)
        case (.cleared, .ask(let number, let terms)): return .asked(number, terms)
        case (.asked(let asked, let terms), .clear(let number)) where asked == number: return .cleared(number, terms)
        case (.asked(let asked, _), .deny(let number)) where asked == number: return .idle
        case (.asked, .takeBack), (.cleared, .takeBack): return .idle
        case (.cleared(let cleared, _), .leave(let number)) where cleared == number: return .leaving(number)
        case (.leaving, .settle): return .idle
        default: throw IllegalMarginStep(stage: self, step: step)
        }
    }
}
