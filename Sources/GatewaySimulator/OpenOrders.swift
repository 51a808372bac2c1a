/// The places of the orders that have not ended, ascending.
///
/// A place that leaves is only marked; the marks go when half the list are marks, so that a busy market costs no more an
/// order than a quiet one.
struct OpenOrders {
    /// A place that has left is its complement, which is negative.
    private var list: [Int] = []
    private(set) var count = 0

    var places: some Sequence<Int> { list.lazy.filter { $0 >= 0 } }

    /// Takes a place beyond all the others.
    mutating func append(_ place: Int) {
        list.append(place)
        count += 1
    }

    /// Takes a place out, if it is in.
    mutating func remove(_ place: Int) {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if max(list[middle], ~list[middle]) < place { low = middle + 1 } else { high = middle }
        }
        guard low < list.count, list[low] == place else { return }
        list[low] = ~place
        count -= 1
        if list.count > 2 * count + 16 { list.removeAll { $0 < 0 } }
    }
}
