using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>
/// Decides with Keycloak's introspection endpoint whether tokens are active: with a cached response that is recent enough, or by waiting
/// for an introspection request in the <see cref="IntrospectionQueue"/>. One instance serves one scheme and one set of options.
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
    /// <summary>How early a token in constant use is introspected again: a tenth of the maximum age, and at most this.</summary>
    private static readonly TimeSpan LongestLead = TimeSpan.FromSeconds(2);

    private readonly IntrospectionSettings _settings;
    private readonly TimeProvider _time;
    private readonly IntrospectionMetrics _metrics;
    private readonly IntrospectionReports _reports;
    private readonly IntrospectionBackoff _backoff;
    private readonly IntrospectedTokens _tokens;
    private readonly IntrospectionQueue _queue;

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
        _time = time;
        _metrics = metrics;
        _reports = reports;
        _backoff = new IntrospectionBackoff(time, Random.Shared);
        _tokens = new IntrospectedTokens(settings.MaximumTokens, time);
        var endpoint = new IntrospectionEndpoint(settings, keys, authentication, httpClients, time);
        _queue = new IntrospectionQueue(settings, endpoint, keys, time, metrics, reports, _backoff, _tokens);
    }

    /// <summary>Whether Keycloak failed to respond and has not responded since.</summary>
    public bool IsFailing => _backoff.IsFailing;

    /// <summary>The number of cached tokens.</summary>
    internal int Count => _tokens.Count;

    /// <summary>The approximate size of the cached tokens in bytes.</summary>
    internal long Bytes => _tokens.Bytes;

    /// <summary>The number of introspection requests that are in progress or wait for a free slot.</summary>
    internal int InFlight => _queue.InFlight;

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
    /// <param name="required">Which response is recent enough.</param>
    /// <param name="cancellationToken">Cancels this wait, but not the introspection request, which may have other waiters.</param>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled.</exception>
    public ValueTask<Decision<AccessTokenClaims>> AskAsync(
        AccessToken token, ReadOnlyMemory<char> text, RequiredAnswer required, CancellationToken cancellationToken)
    {
        var state = StateOf(token, text.Span);
        var now = _time.GetTimestamp();
        if (state.Answer is not { } answer)
        {
            return WaitAsync(state, null, token, text, required, cancellationToken);
        }

        if (!required.Counts(answer))
        {
            return WaitAsync(state, answer, token, text, required, cancellationToken);
        }

        if (answer.Rejection is { } rejection)
        {
            state.Touch(now);
            return now < answer.RejectedUntil
                ? new(Decision<AccessTokenClaims>.Rejected(rejection))
                : WaitAsync(state, answer, token, text, required, cancellationToken);
        }

        var age = _time.GetElapsedTime(answer.AskedAt, now);
        if (age >= required.MaxAge || now >= answer.GoodUntil)
        {
            return WaitAsync(state, answer, token, text, required, cancellationToken);
        }

        RefreshAhead(state, answer, token, text, required.MaxAge, age, now);
        _metrics.Used(Scheme, age);
        return new(Decision<AccessTokenClaims>.Accepted(answer.ClaimsOf(token)));
    }

    /// <summary>
    /// Checks once after the start whether Keycloak accepts this API's introspection requests and can find its tokens active.
    /// </summary>
    public Task CheckAsync() => _queue.CheckAsync();

    /// <summary>Cancels all introspection requests. Waiting HTTP requests get an undecided result.</summary>
    public void Dispose() => _queue.Dispose();

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
        RequiredAnswer required,
        CancellationToken cancellationToken)
    {
        var arrived = _time.GetTimestamp();
        state.Touch(arrived);
        if (arrived < state.UnanswerableUntil)
        {
            return Undecided(state, token, required, _time.GetElapsedTime(arrived, state.UnanswerableUntil));
        }

        if (!_backoff.TryEnter(out var retryAfter))
        {
            return Undecided(state, token, required, retryAfter);
        }

        var request = state.Join(
            seen,
            token,
            text,
            askedAt => askedAt > required.AskedAfter && _time.GetElapsedTime(askedAt, arrived) < required.MaxAge,
            required.Reason(seen),
            out var start);
        StartIfNew(state, request, start);

        var answer = await WaitForAnswerAsync(request, cancellationToken);
        var now = _time.GetTimestamp();
        _metrics.Waited(Scheme, _time.GetElapsedTime(arrived, now));
        if (answer is null)
        {
            return Undecided(state, token, required, _backoff.Wait);
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
            _queue.Start(state, request);
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
        IntrospectedToken state, AccessToken token, in RequiredAnswer required, TimeSpan retryAfter)
    {
        if (required.MayBeStale
            && _settings.StaleIfError > TimeSpan.Zero
            && state.Answer is { Rejection: null } last
            && required.Counts(last)
            && _time.GetUtcNow() < token.ExpiresAt)
        {
            var age = _time.GetElapsedTime(last.AskedAt);
            if (age < required.MaxAge + _settings.StaleIfError)
            {
                _metrics.Stale(Scheme);
                _reports.Stale(age);
                return Decision<AccessTokenClaims>.Accepted(last.ClaimsOf(token));
            }
        }

        // Retry-After has whole seconds, and a client that gets 0 would try again at once.
        return Decision<AccessTokenClaims>.Undecided(TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds))));
    }
}
