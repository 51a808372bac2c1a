import TradingModel

/// The orders of a file with what they say about each other: brackets and OCA groups.
struct OrderGraph {
    private(set) var rows: [OrderSheet.Row]
    var problems: ProblemLog
    private let links: [OrderLink]
    private let tickers: [String]
    private var groupNames: [String?] = []

    init(file: String, rows: [OrderSheet.Row], links: [OrderLink], tickers: [String]) {
        self.rows = rows
        self.links = links
        self.tickers = tickers
        problems = ProblemLog(file: file)
    }

    /// Sets the rows' parents and groups and gives the groups' names; what is not allowed is noted in `problems`.
    mutating func connect(namedOrders: [NamedOrder?]) -> [String?] {
        findParents(namedOrders)
        for row in rows.indices where rows[row].parentRow != nil { checkChild(row) }
        nameGroups()
        checkGroups()
        refuseAlgorithms()
        return groupNames
    }

    /// The exits of a bracket and the members of a group are for what one order fills, not for the parts of one.
    private mutating func refuseAlgorithms() {
        let entries = Set(rows.compactMap(\.parentRow))
        for row in rows.indices {
            guard let algorithm = rows[row].algorithm,
                rows[row].parentRow != nil || rows[row].ocaGroup != nil || entries.contains(Int32(row))
            else { continue }
            add(
                row, "algorithm", algorithm.name, "is not possible in a bracket or an OCA group",
                "give none, or bring the order by itself")
        }
    }

    private mutating func findParents(_ namedOrders: [NamedOrder?]) {
        for row in rows.indices {
            guard let reference = links[row].parent, let name = links[row].parentName else { continue }
            if let parent = namedOrders.indices.contains(Int(reference)) ? namedOrders[Int(reference)] : nil {
                rows[row].parentRow = Int32(parent.row)
            } else {
                let known = rows.compactMap(\.orderRef)
                add(
                    row, "parent_ref", name, "names no order_ref of this file",
                    Suggestion.nearest(to: name, in: known).map { "did you mean \"\($0)\"?" })
            }
        }
    }

    private mutating func checkChild(_ row: Int) {
        guard let parentRow = rows[row].parentRow.map(Int.init) else { return }
        let child = rows[row]
        let parent = rows[parentRow]
        let name = links[row].parentName ?? ""
        if parentRow == row {
            add(row, "parent_ref", name, "names the order itself", nil)
            return
        }
        if parent.parentRow != nil {
            add(row, "parent_ref", name, "names an order that is a child itself", "name an order without a parent_ref")
        }
        let place = "its parent's on line \(parent.line)"
        if child.tickerIndex != parent.tickerIndex {
            add(
                row, "ticker", tickers[Int(child.tickerIndex)], "is not \(place)",
                "give \(tickers[Int(parent.tickerIndex)])")
        }
        if child.asOf != parent.asOf {
            add(row, "as_of", nil, "is not \(place)", "give a child its parent's as_of")
        }
        if child.quantity != parent.quantity {
            add(row, "quantity", "\(child.quantity)", "is not \(place)", "give \(parent.quantity)")
        }
        if child.side == parent.side {
            add(row, "side", child.side.code, "is \(place) too", "a child closes: give \(child.side.opposite.code)")
        }
        checkChildTerms(row)
    }

    private mutating func checkChildTerms(_ row: Int) {
        let child = rows[row]
        if case .market = child.type {
            add(row, "order_type", "MARKET", "is not possible for a child", "give LIMIT or a stop type")
        }
        switch child.timeInForce {
        case .day, .goodTilCancelled, .goodTilDate: break
        default:
            add(row, "time_in_force", child.timeInForce.code, "is not possible for a child", "give DAY, GTC or GTD")
        }
    }

    /// Numbers the groups; the children of one parent are one group, named or not.
    private mutating func nameGroups() {
        var numberOfName: [String: Int32] = [:]
        var numberOfParent: [Int32: Int32] = [:]
        var firstChild: [Int32: Int] = [:]
        for row in rows.indices {
            if let parent = rows[row].parentRow { checkFamilyGroup(row, parent, &firstChild) }
            if let name = links[row].group {
                rows[row].ocaGroup = number(of: name, in: &numberOfName, named: name)
            } else if let parent = rows[row].parentRow {
                rows[row].ocaGroup = number(of: parent, in: &numberOfParent, named: nil)
            }
        }
    }

    private mutating func number<Key: Hashable>(of key: Key, in numbers: inout [Key: Int32], named name: String?)
        -> Int32
    {
        if let known = numbers[key] { return known }
        let number = Int32(groupNames.count)
        groupNames.append(name)
        numbers[key] = number
        return number
    }

    private mutating func checkFamilyGroup(_ row: Int, _ parent: Int32, _ firstChild: inout [Int32: Int]) {
        guard let first = firstChild[parent] else {
            firstChild[parent] = row
            return
        }
        guard links[first].group != links[row].group else { return }
        let expected = links[first].group.map { "give \"\($0)\", as on line \(rows[first].line)" }
        add(
            row, "oca_group", links[row].group, "is not that of the parent's other child on line \(rows[first].line)",
            expected ?? "leave it empty for all children of a parent, or name one group for all")
    }

    /// One ticker, one quantity and one parent, or none, for all members of a group.
    private mutating func checkGroups() {
        var firstMember = [Int](repeating: -1, count: groupNames.count)
        for row in rows.indices {
            guard let group = rows[row].ocaGroup.map(Int.init) else { continue }
            let first = firstMember[group]
            if first < 0 {
                firstMember[group] = row
            } else {
                checkMember(row, first)
            }
        }
    }

    private mutating func checkMember(_ row: Int, _ first: Int) {
        // A child that differs from its parent was noted already.
        if let parent = rows[row].parentRow, rows[first].parentRow == parent { return }
        let name = links[row].group ?? ""
        let place = "line \(rows[first].line)"
        if rows[row].parentRow != rows[first].parentRow {
            add(
                row, "oca_group", name, "joins orders of different brackets (\(place))",
                "give each bracket its own group")
            return
        }
        if rows[row].tickerIndex != rows[first].tickerIndex {
            let tickers = "\(tickers[Int(rows[first].tickerIndex)]) and \(tickers[Int(rows[row].tickerIndex)])"
            add(row, "oca_group", name, "joins two tickers, \(tickers) (\(place))", "a group has one ticker")
        }
        if rows[row].quantity != rows[first].quantity {
            let quantities = "\(rows[first].quantity) and \(rows[row].quantity)"
            add(row, "oca_group", name, "joins two quantities, \(quantities) (\(place))", "a group has one quantity")
        }
    }

    private mutating func add(_ row: Int, _ field: String, _ value: String?, _ problem: String, _ accepted: String?) {
        problems.add(line: Int(rows[row].line), field: field, value: value, problem: problem, accepted: accepted)
    }
}
