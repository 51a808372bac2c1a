/// Passes over samples that are a whole number of SIMD vectors long; what is behind the sample is zero.
///
/// The order of additions is fixed, so that the same data gives the same figure on every run.
enum SampleKernel {
    typealias Vector = SIMD8<Double>

    static func padded(_ count: Int) -> Int {
        (count + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount
    }

    @inline(__always)
    private static func load(_ values: UnsafePointer<Double>, _ place: Int) -> Vector {
        UnsafeRawPointer(values + place).loadUnaligned(as: Vector.self)
    }

    /// values += factor · row
    static func accumulate(
        _ factor: Double, times row: UnsafePointer<Double>, to values: UnsafeMutablePointer<Double>, count: Int
    ) {
        var place = 0
        while place < count {
            let result = load(values, place) + Vector(repeating: factor) * load(row, place)
            UnsafeMutableRawPointer(values + place).storeBytes(of: result, as: Vector.self)
            place += Vector.scalarCount
        }
    }

    /// The same, and the sums of the result in one pass.
    static func add(
        _ factor: Double, times row: UnsafePointer<Double>, to values: UnsafeMutablePointer<Double>, count: Int
    ) -> SampleSums {
        var (sum, squares) = (Vector.zero, Vector.zero)
        var place = 0
        while place < count {
            let result = load(values, place) + Vector(repeating: factor) * load(row, place)
            UnsafeMutableRawPointer(values + place).storeBytes(of: result, as: Vector.self)
            sum += result
            squares += result * result
            place += Vector.scalarCount
        }
        return SampleSums(sum: sum.sum(), squares: squares.sum())
    }

    static func sums(_ values: UnsafePointer<Double>, count: Int) -> SampleSums {
        var (sum, squares) = (Vector.zero, Vector.zero)
        var place = 0
        while place < count {
            let value = load(values, place)
            sum += value
            squares += value * value
            place += Vector.scalarCount
        }
        return SampleSums(sum: sum.sum(), squares: squares.sum())
    }

    /// Σ left · right
    static func products(_ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, count: Int) -> Double {
        var sum = Vector.zero
        var place = 0
        while place < count {
            sum += load(left, place) * load(right, place)
            place += Vector.scalarCount
        }
        return sum.sum()
    }

    /// How many of left + factor · right are below a bound.
    static func count(
        below bound: Double, _ left: UnsafePointer<Double>, _ factor: Double, _ right: UnsafePointer<Double>,
        count: Int
    ) -> Int {
        var found = SIMD8<Int64>.zero
        var place = 0
        while place < count {
            let values = load(left, place) + Vector(repeating: factor) * load(right, place)
            found.replace(with: found &+ 1, where: values .< Vector(repeating: bound))
            place += Vector.scalarCount
        }
        return Int(found.wrappedSum())
    }

    /// The values at two neighbouring ranks, from 0 on, of left + factor · right; `rank + 1` is within the sample or equals its
    /// count, where the last value stands for it.
    static func values(
        atRank rank: Int, _ left: UnsafePointer<Double>, _ factor: Double, _ right: UnsafePointer<Double>,
        count: Int
    ) -> (Double, Double) {
        let kept = min(rank + 2, count)
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: kept) { least in
            var filled = 0
            for place in 0..<count {
                let value = left[place] + factor * right[place]
                if filled == kept, value >= least[kept - 1] { continue }
                var hole = filled < kept ? filled : kept - 1
                while hole > 0, least[hole - 1] > value {
                    least[hole] = least[hole - 1]
                    hole -= 1
                }
                least[hole] = value
                filled = min(filled + 1, kept)
            }
            return (least[rank], least[kept - 1])
        }
    }
}

extension SIMD8<Double> {
    @inline(__always)
    fileprivate func sum() -> Double {
        let four = lowHalf + highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }
}

/// What the moments of a sample are made of.
struct SampleSums: Sendable, Equatable {
    var sum = 0.0
    var squares = 0.0

    /// One value of the sample changes.
    mutating func replace(_ old: Double, by new: Double) {
        sum += new - old
        squares += new * new - old * old
    }
}

/// Variances of two samples, and their covariance.
struct PairMoments {
    let left: Double
    let right: Double
    let covariance: Double

    /// By n − 1, of two samples and the sum of their products.
    init(_ left: SampleSums, _ right: SampleSums, products: Double, count: Int) {
        let n = Double(count)
        self.left = max((left.squares - left.sum * left.sum / n) / (n - 1), 0)
        self.right = max((right.squares - right.sum * right.sum / n) / (n - 1), 0)
        covariance = (products - left.sum * right.sum / n) / (n - 1)
    }

    /// The variance of left + factor · right.
    func variance(_ factor: Double) -> Double {
        max(left + factor * (2 * covariance + factor * right), 0)
    }
}
