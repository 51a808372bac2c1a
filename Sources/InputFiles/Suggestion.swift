/// Finds what a person probably meant to write.
public enum Suggestion {
    /// The candidate with the fewest edits from `text`, capitals ignored; nil when none is near enough to be meant.
    ///
    /// Of equally near candidates the first one wins.
    public static func nearest(to text: String, in candidates: some Sequence<String>) -> String? {
        let wanted = Array(text.lowercased().unicodeScalars.prefix(maximumLength))
        guard !wanted.isEmpty else { return nil }
        let allowed = max(1, wanted.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let scalars = Array(candidate.lowercased().unicodeScalars.prefix(maximumLength))
            let distance = editDistance(wanted, scalars)
            guard distance <= allowed, distance < max(wanted.count, scalars.count) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// `did you mean "ticker"?`, or `otherwise` when nothing is near.
    public static func phrase(
        for text: String, in candidates: some Sequence<String>, otherwise: @autoclosure () -> String
    ) -> String {
        nearest(to: text, in: candidates).map { "did you mean \"\($0)\"?" } ?? otherwise()
    }

    /// Longer texts are compared by their beginnings: the cost grows with the square of the length.
    private static let maximumLength = 64

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    private static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for i in left.indices {
            var current = [i + 1]
            for j in right.indices {
                let replaced = previous[j] + (left[i] == right[j] ? 0 : 1)
                var distance = min(replaced, previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    distance = min(distance, beforePrevious[j - 1] + 1)
                }
                current.append(distance)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
