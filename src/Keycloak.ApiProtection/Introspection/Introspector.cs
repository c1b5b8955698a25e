using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>
/// Decides with Keycloak's introspection endpoint whether tokens are active. One instance serves one scheme and one set of options.
/// </summary>
/// <remarks>
/// <para>
/// A token in use is introspected in the background before its last response is too old. This is started by the HTTP request that
/// expects the next one to come too late. A token that is not used is not introspected. All HTTP requests that wait for the same token
/// share one introspection request.
/// </para>
/// <para>
/// A token is neither active nor inactive while Keycloak is unavailable. During this time one introspection request at a time finds out
/// whether Keycloak is available again.
/// </para>
/// </remarks>
internal sealed class Introspector : IDisposable
{
    /// <summary>Keycloak counts in whole seconds, so that it may accept a token for up to one second longer.</summary>
    private static readonly TimeSpan ValidityAfterExpiry = TimeSpan.FromSeconds(1);

    /// <summary>A longer lifetime is treated as unlimited.</summary>
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(3650);

    /// <summary>How early a token in constant use is introspected again: a tenth of the maximum age, and at most this.</summary>
    private static readonly TimeSpan LongestLead = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ShortestRejection = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRejection = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TokenFailurePause = TimeSpan.FromSeconds(5);

    private readonly IntrospectionSettings _settings;
    private readonly IntrospectionEndpoint _endpoint;
    private readonly RealmKeys _keys;
    private readonly TimeProvider _time;
    private readonly IntrospectionMetrics _metrics;
    private readonly IntrospectionReports _reports;
    private readonly IntrospectionBackoff _backoff;
    private readonly IntrospectedTokens _tokens;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _disposing = new();

    private int _inFlight;
    private int _waiting;

    public Introspector(
        IntrospectionSettings settings,
        RealmKeys keys,
        IClientAuthentication authentication,
        IHttpClientFactory httpClients,
        TimeProvider time,
        IntrospectionMetrics metrics,
        IntrospectionReports reports)
    {
        _settings = settings;
        _keys = keys;
        _time = time;
        _metrics = metrics;
        _reports = reports;
        _endpoint = new IntrospectionEndpoint(settings, keys, authentication, httpClients, time);
        _backoff = new IntrospectionBackoff(time, Random.Shared);
        _tokens = new IntrospectedTokens(settings.MaximumTokens, time);
        _slots = new SemaphoreSlim(settings.MaximumInFlight);
    }

    /// <summary>The number of cached tokens.</summary>
    internal int Count => _tokens.Count;

    /// <summary>The approximate size of the cached tokens in bytes.</summary>
    internal long Bytes => _tokens.Bytes;

    /// <summary>The number of introspection requests that are in progress or wait for a free slot.</summary>
    internal int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The number of HTTP requests that wait for an introspection response.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    private string Scheme => _settings.Realm.SchemeName;

    /// <summary>Returns whether this token must be introspected, and how old the response may be.</summary>
    /// <param name="token">A token that was verified locally.</param>
    /// <param name="isDemanded">Whether the endpoint requires an active token.</param>
    /// <param name="demandedAge">The maximum age that the endpoint allows; null: the scheme's freshness.</param>
    /// <param name="maxAge">The maximum age of the response.</param>
    public bool Wants(AccessToken token, bool isDemanded, TimeSpan? demandedAge, out TimeSpan maxAge)
    {
        maxAge = demandedAge is { } own && own < _settings.Freshness ? own : _settings.Freshness;
        if (_settings.Mode == IntrospectionMode.Always || (token.IsLightweight && _settings.Mode == IntrospectionMode.LightweightOnly))
        {
            return true;
        }

        // If only the endpoint requires introspection, it may also allow an older response.
        maxAge = demandedAge ?? _settings.Freshness;
        return isDemanded;
    }

    /// <summary>Decides whether a token is active. It waits only if no cached response is recent enough.</summary>
    /// <param name="token">A token that has just been verified locally.</param>
    /// <param name="text">The token's text.</param>
    /// <param name="maxAge">The maximum age of an "active" response.</param>
    /// <param name="mayBeStale">Whether <c>AllowStaleFor</c> applies.</param>
    /// <param name="cancellationToken">Cancels this wait, but not the introspection request, which may have other waiters.</param>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled.</exception>
    public ValueTask<Decision<AccessTokenClaims>> AskAsync(
        AccessToken token, ReadOnlyMemory<char> text, TimeSpan maxAge, bool mayBeStale, CancellationToken cancellationToken)
    {
        var state = StateOf(token, text.Span);
        var now = _time.GetTimestamp();
        if (state.Answer is not { } answer)
        {
            return WaitAsync(state, null, token, text, maxAge, mayBeStale, cancellationToken);
        }

        if (answer.Rejection is { } rejection)
        {
            state.Touch(now);
            return now < answer.RejectedUntil
                ? new(Decision<AccessTokenClaims>.Rejected(rejection))
                : WaitAsync(state, answer, token, text, maxAge, mayBeStale, cancellationToken);
        }

        var age = _time.GetElapsedTime(answer.AskedAt, now);
        if (age >= maxAge || now >= answer.GoodUntil)
        {
            return WaitAsync(state, answer, token, text, maxAge, mayBeStale, cancellationToken);
        }

        RefreshAhead(state, answer, token, text, maxAge, age, now);
        _metrics.Used(Scheme, age);
        return new(Decision<AccessTokenClaims>.Accepted(answer.ClaimsOf(token)));
    }

    /// <summary>
    /// Checks once after the start whether Keycloak accepts this API's introspection requests and can find its tokens active.
    /// </summary>
    public async Task CheckAsync()
    {
        _keys.Prefetch();
        await _keys.Settled;
        if (_keys.Discovery is not { } realm)
        {
            return;
        }

        if (!_settings.TokenIssuers.Contains(realm.Issuer, StringComparer.Ordinal))
        {
            var issuers = string.Join(", ", _settings.TokenIssuers.Select(ForeignText.Quote));
            _reports.OtherHost(ForeignText.Quote(realm.Issuer), issuers);
        }

        if (_settings.Audiences is { } audiences && !audiences.Contains(_settings.ClientId, StringComparer.Ordinal))
        {
            _reports.OutsideAudience(ForeignText.Quote(_settings.ClientId), string.Join(", ", audiences.Select(ForeignText.Quote)));
        }

        using var timeout = new CancellationTokenSource(_settings.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_disposing.Token, timeout.Token);
        _metrics.Asked(Scheme, "check");
        try
        {
            if (await _endpoint.TryAsync(either.Token) is { } failure)
            {
                _reports.Failed(failure);
            }
            else
            {
                _reports.Checked(ForeignText.Quote(_settings.ClientId));
            }
        }
        catch (OperationCanceledException)
        {
            // The introspection of the first token will report the cause.
        }
    }

    /// <summary>Cancels all introspection requests. Waiting HTTP requests get an undecided result.</summary>
    public void Dispose() => _disposing.Cancel();

    private IntrospectedToken StateOf(AccessToken token, ReadOnlySpan<char> text)
    {
        if (token.Introspected is IntrospectedToken { IsEvicted: false } known && known.Owner == this)
        {
            return known;
        }

        return Find(token, text);
    }

    // A separate method, so that StateOf does not allocate the closure.
    private IntrospectedToken Find(AccessToken token, ReadOnlySpan<char> text)
    {
        var state = _tokens.GetOrAdd(TokenKey.Of(text), () => new IntrospectedToken(this, token.ExpiresAt + _settings.ClockSkew));
        token.Introspected = state;
        return state;
    }

    /// <summary>
    /// Introspects ahead of time if the response will be too old for the next HTTP request, given the interval since the last one.
    /// </summary>
    private void RefreshAhead(
        IntrospectedToken state,
        IntrospectionAnswer answer,
        AccessToken token,
        ReadOnlyMemory<char> text,
        TimeSpan maxAge,
        TimeSpan age,
        long now)
    {
        var gap = _time.GetElapsedTime(state.LastUse, now);
        var ahead = maxAge / 10 < LongestLead ? maxAge / 10 : LongestLead;
        if (gap > maxAge / 64)
        {
            state.Touch(now);
        }

        if (age + (gap > ahead ? gap : ahead) < maxAge || state.IsAsked || now < state.UnanswerableUntil || !_backoff.TryEnter(out _))
        {
            return;
        }

        var request = state.Join(answer, token, text, static _ => true, "ahead", out var start);
        StartIfNew(state, request, start);
    }

    private async ValueTask<Decision<AccessTokenClaims>> WaitAsync(
        IntrospectedToken state,
        IntrospectionAnswer? seen,
        AccessToken token,
        ReadOnlyMemory<char> text,
        TimeSpan maxAge,
        bool mayBeStale,
        CancellationToken cancellationToken)
    {
        var arrived = _time.GetTimestamp();
        state.Touch(arrived);
        if (arrived < state.UnanswerableUntil)
        {
            return Undecided(state, token, maxAge, mayBeStale, _time.GetElapsedTime(arrived, state.UnanswerableUntil));
        }

        if (!_backoff.TryEnter(out var retryAfter))
        {
            return Undecided(state, token, maxAge, mayBeStale, retryAfter);
        }

        var request = state.Join(
            seen, token, text, askedAt => _time.GetElapsedTime(askedAt, arrived) < maxAge, seen is null ? "first" : "again", out var start);
        StartIfNew(state, request, start);

        var answer = await WaitForAnswerAsync(request, cancellationToken);
        var now = _time.GetTimestamp();
        _metrics.Waited(Scheme, _time.GetElapsedTime(arrived, now));
        if (answer is null)
        {
            return Undecided(state, token, maxAge, mayBeStale, _backoff.Wait);
        }

        // The token may have expired during the wait.
        if (ExpiryRule.IsOver(token.ExpiresAt.ToUnixTimeSeconds(), _time.GetUtcNow(), _settings.ClockSkew))
        {
            return Decision<AccessTokenClaims>.Rejected(TokenRejection.Expired);
        }

        if (answer.Rejection is { } rejection)
        {
            return Decision<AccessTokenClaims>.Rejected(rejection);
        }

        _metrics.Used(Scheme, _time.GetElapsedTime(answer.AskedAt, now));
        return Decision<AccessTokenClaims>.Accepted(answer.ClaimsOf(token));
    }

    private void StartIfNew(IntrospectedToken state, IntrospectionRequest request, bool start)
    {
        if (start)
        {
            Start(state, request);
        }
        else if (request.Completion.IsCompleted)
        {
            _backoff.Leave();
        }
    }

    private async ValueTask<IntrospectionAnswer?> WaitForAnswerAsync(IntrospectionRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await request.Completion.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private Decision<AccessTokenClaims> Undecided(
        IntrospectedToken state, AccessToken token, TimeSpan maxAge, bool mayBeStale, TimeSpan retryAfter)
    {
        if (mayBeStale
            && _settings.AllowStaleFor > TimeSpan.Zero
            && state.Answer is { Rejection: null } last
            && _time.GetUtcNow() < token.ExpiresAt)
        {
            var age = _time.GetElapsedTime(last.AskedAt);
            if (age < maxAge + _settings.AllowStaleFor)
            {
                _metrics.Stale(Scheme);
                _reports.Stale(age);
                return Decision<AccessTokenClaims>.Accepted(last.ClaimsOf(token));
            }
        }

        // Retry-After has whole seconds, and a client that gets 0 would try again at once.
        return Decision<AccessTokenClaims>.Undecided(TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds))));
    }

    // Unsafe: without the HTTP request's execution context, so that the introspection is not part of that request's trace.
    private void Start(IntrospectedToken state, IntrospectionRequest request)
    {
        Interlocked.Increment(ref _inFlight);
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => _ = work.Introspector.RunAsync(work.State, work.Request),
            (Introspector: this, State: state, Request: request),
            preferLocal: false);
    }

    private async Task RunAsync(IntrospectedToken state, IntrospectionRequest request)
    {
        IntrospectionVerdict verdict;
        try
        {
            verdict = await SendInSlotAsync(state, request);
        }
        catch (Exception error)
        {
            // Disposed, or a defect in this library. In any case complete the request, so that no waiter hangs.
            verdict = IntrospectionVerdict.Failed(RealmFailure.Unexpected(_settings.Realm.MetadataAddress, error));
        }

        var answer = Apply(verdict, state, request);
        var next = state.Complete(answer, out var grown);
        _tokens.Grew(grown);
        request.Complete(answer);
        if (next is not null)
        {
            Start(state, next);
        }

        Interlocked.Decrement(ref _inFlight);
    }

    private async Task<IntrospectionVerdict> SendInSlotAsync(IntrospectedToken state, IntrospectionRequest request)
    {
        using var timeout = new CancellationTokenSource(_settings.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_disposing.Token, timeout.Token);
        try
        {
            await _slots.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return IntrospectionVerdict.Failed(IntrospectionFailures.Busy(_settings.MaximumInFlight));
        }

        var keycloakResponds = false;
        try
        {
            // After a failure, first send a probe whose result does not depend on a token.
            if (_backoff.IsFailing || state.FailedAlone)
            {
                if (await ProbeAsync(either.Token) is { } still)
                {
                    return IntrospectionVerdict.Failed(still);
                }

                keycloakResponds = true;
                _backoff.Succeeded();
            }

            request.AskedAt = _time.GetTimestamp();
            _metrics.Asked(Scheme, request.Reason);
            var verdict = await _endpoint.AskAsync(request.Token, request.Text, either.Token);
            if (verdict.Failure is not { } failure || verdict.ConcernsTokenOnly)
            {
                return verdict;
            }

            // Do not send a probe if the response has a Retry-After.
            keycloakResponds = keycloakResponds || (failure.RetryAfter is null && await ProbeAsync(either.Token) is null);
            return keycloakResponds ? IntrospectionVerdict.FailedForToken(IntrospectionFailures.OfOneToken(failure)) : verdict;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            var failure = RealmFailure.Timeout(_keys.Discovery?.IntrospectionAddress ?? _settings.Realm.MetadataAddress, _settings.Timeout);
            return keycloakResponds
                ? IntrospectionVerdict.FailedForToken(IntrospectionFailures.OfOneToken(failure))
                : IntrospectionVerdict.Failed(failure);
        }
        finally
        {
            _slots.Release();
        }
    }

    private Task<RealmFailure?> ProbeAsync(CancellationToken cancellationToken)
    {
        _metrics.Asked(Scheme, "probe");
        return _endpoint.TryAsync(cancellationToken);
    }

    /// <summary>Records a verdict in metrics, log and backoff. Returns the response to cache for this token, or null.</summary>
    private IntrospectionAnswer? Apply(IntrospectionVerdict verdict, IntrospectedToken state, IntrospectionRequest request)
    {
        var now = _time.GetTimestamp();
        var askedAt = request.AskedAt < 0 ? now : request.AskedAt;
        _metrics.Answered(
            Scheme,
            verdict.Failure is { } cause ? $"failed_{cause.Code}"
                : verdict.IsActive ? "active"
                : verdict.Rejection!.Code == TokenRejection.Inactive.Code ? "inactive" : "refused",
            _time.GetElapsedTime(askedAt, now));
        state.FailedAlone = verdict.Failure is { Code: var code } && (code == IntrospectionFailures.OneToken || state.FailedAlone);
        if (verdict.Failure is { } failure)
        {
            _reports.Failed(failure);
            if (!verdict.ConcernsTokenOnly)
            {
                _backoff.Failed(failure.RetryAfter);
                return null;
            }

            state.UnanswerableUntil = now + Ticks(TokenFailurePause);
        }

        _backoff.Succeeded();
        if (verdict.Failure is not null)
        {
            return null;
        }

        _reports.Succeeded();
        var rejectedUntil = verdict.Rejection is null ? 0 : now + Ticks(RejectedFor(state));
        var goodUntil = EndOf(request.Token, askedAt, now);
        return new IntrospectionAnswer(askedAt, verdict.Claims, verdict.Marks, verdict.Rejection, rejectedUntil, goodUntil);
    }

    /// <summary>Returns when a response expires together with its token.</summary>
    /// <remarks>An "active" response from after the token's expiry, within the clock skew, is valid for one second only.</remarks>
    private long EndOf(AccessToken token, long askedAt, long now)
    {
        var left = token.ExpiresAt - (_time.GetUtcNow() - _time.GetElapsedTime(askedAt, now));
        return left > LongestLifetime ? long.MaxValue : askedAt + Ticks(left > TimeSpan.Zero ? left : ValidityAfterExpiry);
    }

    /// <summary>Returns how long a rejection is cached.</summary>
    /// <remarks>
    /// A rejected token is introspected again because its user may be enabled again. The time doubles with each rejection, so that a
    /// client that keeps sending a rejected token causes few introspection requests.
    /// </remarks>
    private TimeSpan RejectedFor(IntrospectedToken state)
    {
        var first = _settings.Freshness > ShortestRejection ? _settings.Freshness : ShortestRejection;
        var longer = first * Math.Pow(2, Math.Min(state.Rejections, 10));
        return longer < LongestRejection ? longer : first > LongestRejection ? first : LongestRejection;
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);
}
