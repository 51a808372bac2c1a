import TradingModel

/// What leaves where the gateway is asked about margins first.
extension World {
    /// Whatever opens a position was cleared by a preview that is on record with it or before it.
    mutating func auditMargins(_ batch: JournalBatch, _ keys: [OrderNumber: OrderKey]) {
        for preview in batch.broker.previews where preview.isCleared {
            if let key = keys[preview.order]?.text { clearedKeys.insert(key) }
        }
        guard let current = process, let setup = current.command.settings.whatIf, !setup.limit.failsOpen else { return }
        for event in batch.events where event.kind == .moved(.submit) && event.from == .planned {
            guard let order = current.machine.engine.order(event.order), let key = keys[event.order]?.text,
                opens(order, batch), !clearedKeys.contains(key)
            else { continue }
            violations.append("\(key) opens a position, and the gateway was not asked about its margin")
        }
    }

    /// Whether nothing is held of the instrument, and nothing else of it has left: then it can only open.
    private func opens(_ order: OrderRecord, _ batch: JournalBatch) -> Bool {
        guard let engine = process?.machine.engine, order.parent == nil, order.childNumber == nil else { return false }
        let instrument = order.terms.instrument
        return engine.positions[Int(instrument.index)].quantity == .zero
            && !batch.positions.contains { $0.instrument == instrument }
            && !engine.openOrders.contains {
                $0.terms.instrument == instrument && $0.number != order.number && $0.state != .planned
            }
    }
}
