import TradingModel

/// The handshake and the start of the session; protocol page, sections 2 and 3.
extension IBKRSession {
    mutating func receive(_ bytes: [UInt8], on number: Int64, at moment: IBKRMoment) {
        guard state.connection == number else { return }
        lastHeard_ms = moment.uptime_ms
        probedAt_ms = nil
        decoder.append(bytes)
        // A frame may end the connection, and with it everything that came after.
        while state.connection == number {
            do throws(TWSFrameError) {
                guard let payload = try decoder.next() else { return }
                take(payload, at: moment)
            } catch {
                note(.brokenFrame(error))
                return reconnect(.brokenFrame, at: moment)
            }
        }
    }

    private mutating func take(_ payload: [UInt8], at moment: IBKRMoment) {
        switch state {
        case .handshaking(let attempt): greet(attempt, payload, at: moment)
        case .starting, .synchronizing, .ready, .lostConnectivity:
            guard let link = state.link else { return }
            read(payload, TWSCodec(version: link.version), at: moment)
        case .connecting, .disconnected, .backingOff, .failed: break
        }
    }

    /// Takes the server's version; other messages may come before it.
    private mutating func greet(_ attempt: IBKRAttempt, _ payload: [UInt8], at moment: IBKRMoment) {
        let hello: TWSServerHello
        do throws(TWSHandshake.Problem) { hello = try TWSServerHello(payload: payload) } catch {
            return note(.unexpectedFrame(error.bytes))
        }
        guard let version = TWSVersion(hello.version) else { return fail(.unsupportedVersion(hello.version)) }
        serverTime = hello.time
        let link = IBKRLink(connection: attempt.connection, version: version)
        enter(.starting(IBKRStarting(link: link)))
        setTimer(.step, at_ms: moment.uptime_ms + configuration.stepTimeout_ms)
        let start = TWSStartAPI { $0.clientID = configuration.clientID }
        add(IBKROutgoing(label: .query, priority: .cancel, request: .startAPI(start)), at: moment)
    }

    mutating func take(_ accounts: TWSManagedAccounts, at moment: IBKRMoment) {
        guard case .starting(var starting) = state else { return check(accounts.accounts) }
        starting.accounts = accounts.accounts
        state = .starting(starting)
        finishStart(starting, at: moment)
    }

    mutating func take(_ next: TWSNextValidID, at moment: IBKRMoment) {
        if identifiers.offer(next: next.orderID) {
            note(.identifierIgnored(offered: next.orderID, next: identifiers.highest &+ 1))
        }
        guard case .starting(var starting) = state else { return }
        starting.hasNextID = true
        state = .starting(starting)
        finishStart(starting, at: moment)
    }

    /// The session is started when both are in, in whichever order.
    private mutating func finishStart(_ starting: IBKRStarting, at moment: IBKRMoment) {
        guard starting.hasNextID, let accounts = starting.accounts else { return }
        check(accounts)
        guard case .starting = state else { return }
        cancelTimer(.step)
        clientIDRefusals = 0
        note(.started(version: starting.link.version.number, serverTime: serverTime, accounts: accounts))
        setTimer(.heartbeat, at_ms: moment.uptime_ms + configuration.heartbeat_ms)
        if starting.isConnectivityLost {
            loseConnectivity(starting.link, at: moment)
        } else {
            synchronize(starting.link, at: moment)
        }
    }

    /// The configured account has to be among those of the gateway, at the start and whenever the list changes.
    private mutating func check(_ accounts: [String]) {
        guard !accounts.contains(configuration.account) else { return }
        fail(.accountNotManaged(configured: configuration.account, managed: accounts))
    }
}
