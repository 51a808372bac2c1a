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
    static func add(
        _ factor: Double, times row: UnsafePointer<Double>, to values: UnsafeMutablePointer<Double>, count: Int
    ) {
        var place = 0
        while place < count {
            let sum = load(values, place) + Vector(repeating: factor) * load(row, place)
            UnsafeMutableRawPointer(values + place).storeBytes(of: sum, as: Vector.self)
            place += Vector.scalarCount
        }
    }

    /// What the moments of two samples are made of.
    static func sums(_ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, count: Int) -> PairSums {
        var (sumLeft, sumRight) = (Vector.zero, Vector.zero)
        var (squaresLeft, squaresRight, products) = (Vector.zero, Vector.zero, Vector.zero)
        var place = 0
        while place < count {
            let (first, second) = (load(left, place), load(right, place))
            sumLeft += first
            sumRight += second
            squaresLeft += first * first
            squaresRight += second * second
            products += first * second
            place += Vector.scalarCount
        }
        return PairSums(
            left: sumLeft.sum(), right: sumRight.sum(), leftSquares: squaresLeft.sum(),
            rightSquares: squaresRight.sum(), products: products.sum())
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

/// Sums over two samples.
struct PairSums {
    var left: Double
    var right: Double
    var leftSquares: Double
    var rightSquares: Double
    var products: Double

    /// The sample's variances and covariance, by n − 1.
    func moments(count: Int) -> PairMoments {
        let n = Double(count)
        return PairMoments(
            left: max((leftSquares - left * left / n) / (n - 1), 0),
            right: max((rightSquares - right * right / n) / (n - 1), 0),
            covariance: (products - left * right / n) / (n - 1))
    }
}

/// Variances of two samples, and their covariance.
struct PairMoments {
    var left: Double
    var right: Double
    var covariance: Double

    /// The variance of left + factor · right.
    func variance(_ factor: Double) -> Double {
        max(left + factor * (2 * covariance + factor * right), 0)
    }
}
