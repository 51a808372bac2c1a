/// Why a request is answered with an error.
struct GatewayRefusal: Error, Equatable {
    var code: Int32
    var text: String

    init(_ code: Int32, _ text: String) {
        self.code = code
        self.text = text
    }

    static let noSecurityDefinition = GatewayRefusal(200, "No security definition has been found for the request")
    static let offTick = GatewayRefusal(
        110, "The price does not conform to the minimum price variation for this contract.")
}
