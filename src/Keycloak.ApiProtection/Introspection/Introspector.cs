using Keycloak.ApiProtection.ClientAuthentication;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>Says whether Keycloak still calls a token active, and how old that word may be: one scheme's, for as long as its options live.</summary>
/// <remarks>
/// <para>A token in use is asked about in the background before its last answer is too old, by the request that sees that the next one would
/// come too late; a token that nobody uses is not asked about. All who wait for the same token wait for one question.</para>
/// <para>What Keycloak cannot answer is neither active nor inactive. While it cannot, one question at a time finds out when it can again.</para>
/// </remarks>
internal sealed class Introspector : IDisposable
{
    /// <summary>Keycloak counts in whole seconds, so that to it a token lives up to one longer.</summary>
    private static readonly TimeSpan PastTheEnd = TimeSpan.FromSeconds(1);

    /// <summary>Longer lives are no different from endless ones here.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>How far ahead of the end a token in constant use is asked about: a tenth of the window, and not more than this.</summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastRejected = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostRejected = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Unanswerable = TimeSpan.FromSeconds(5);

    private readonly IntrospectionSettings _settings;
    private readonly IntrospectionEndpoint _endpoint;
    private readonly RealmKeys _keys;
    private readonly TimeProvider _time;
    private readonly IntrospectionMetrics _metrics;
    private readonly IntrospectionReports _reports;
    private readonly IntrospectionBackoff _backoff;
    private readonly IntrospectedTokens _tokens;
    private readonly SemaphoreSlim _turns;
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
        _turns = new SemaphoreSlim(settings.MaximumInFlight);
    }

    /// <summary>How many tokens are remembered.</summary>
    internal int Count => _tokens.Count;

    /// <summary>How many bytes they take, by a rough count.</summary>
    internal long Bytes => _tokens.Bytes;

    /// <summary>How many questions are on their way or wait for their turn.</summary>
    internal int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>How many requests wait for an answer.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    private string Scheme => _settings.Realm.SchemeName;

    /// <summary>How old an answer about this token may be, where one is needed at all.</summary>
    /// <param name="token">A token that was found good.</param>
    /// <param name="isDemanded">Whether the endpoint requires an active token.</param>
    /// <param name="demandedAge">How old an answer the endpoint accepts; null: the scheme's freshness.</param>
    /// <param name="maxAge">How old.</param>
    public bool Wants(AccessToken token, bool isDemanded, TimeSpan? demandedAge, out TimeSpan maxAge)
    {
        maxAge = demandedAge is { } own && own < _settings.Freshness ? own : _settings.Freshness;
        if (_settings.Mode == IntrospectionMode.Always || (token.IsLightweight && _settings.Mode == IntrospectionMode.LightweightOnly))
        {
            return true;
        }

        // An endpoint that asks where the API does not may also be content with an older answer.
        maxAge = demandedAge ?? _settings.Freshness;
        return isDemanded;
    }

    /// <summary>Decides about a token. It waits only where no answer is young enough.</summary>
    /// <param name="token">A token that was found good here, a moment ago.</param>
    /// <param name="text">Its text.</param>
    /// <param name="maxAge">How old an "active" may be.</param>
    /// <param name="mayBeStale">Whether <c>AllowStaleFor</c> counts.</param>
    /// <param name="cancellationToken">Ends this wait, never the question that others wait for.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<IntrospectionResult> AskAsync(
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
                ? new(IntrospectionResult.Rejected(rejection))
                : WaitAsync(state, answer, token, text, maxAge, mayBeStale, cancellationToken);
        }

        var age = _time.GetElapsedTime(answer.AskedAt, now);
        if (age >= maxAge || now >= answer.GoodUntil)
        {
            return WaitAsync(state, answer, token, text, maxAge, mayBeStale, cancellationToken);
        }

        KeepFresh(state, answer, token, text, maxAge, age, now);
        _metrics.Used(Scheme, age);
        return new(IntrospectionResult.Active(answer.ClaimsOf(token)));
    }

    /// <summary>Once after start: whether Keycloak answers this API at all, and would do so usefully.</summary>
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
            _reports.OtherHost(TokenDiagnosis.Quote(realm.Issuer), string.Join(", ", _settings.TokenIssuers.Select(TokenDiagnosis.Quote)));
        }

        if (_settings.Audiences is { } audiences && !audiences.Contains(_settings.ClientId, StringComparer.Ordinal))
        {
            _reports.OutsideAudience(TokenDiagnosis.Quote(_settings.ClientId), string.Join(", ", audiences.Select(TokenDiagnosis.Quote)));
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
                _reports.Checked(TokenDiagnosis.Quote(_settings.ClientId));
            }
        }
        catch (OperationCanceledException)
        {
            // The first token will show it.
        }
    }

    /// <summary>Ends every question; who waits is told that nothing could be decided.</summary>
    public void Dispose() => _disposing.Cancel();

    private IntrospectedToken StateOf(AccessToken token, ReadOnlySpan<char> text)
    {
        if (token.Introspected is IntrospectedToken { IsForgotten: false } known && known.Owner == this)
        {
            return known;
        }

        return Find(token, text);
    }

    // Apart from StateOf, whose callers must not pay for the closure.
    private IntrospectedToken Find(AccessToken token, ReadOnlySpan<char> text)
    {
        var state = _tokens.GetOrAdd(TokenKey.Of(text), () => new IntrospectedToken(this, token.ExpiresAt + _settings.ClockSkew));
        token.Introspected = state;
        return state;
    }

    /// <summary>Asks ahead where the next request, if it comes as soon as this one came after the last, would find the answer too old.</summary>
    private void KeepFresh(
        IntrospectedToken state, IntrospectionAnswer answer, AccessToken token, ReadOnlyMemory<char> text, TimeSpan maxAge, TimeSpan age, long now)
    {
        var gap = _time.GetElapsedTime(state.LastUse, now);
        var ahead = maxAge / 10 < MostAhead ? maxAge / 10 : MostAhead;
        if (gap > maxAge / 64)
        {
            state.Touch(now);
        }

        if (age + (gap > ahead ? gap : ahead) < maxAge || state.IsAsked || now < state.UnanswerableUntil || !_backoff.TryEnter(out _))
        {
            return;
        }

        var flight = state.Join(answer, token, text, static _ => true, "ahead", out var start);
        Go(state, flight, start);
    }

    private async ValueTask<IntrospectionResult> WaitAsync(
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

        var flight = state.Join(
            seen, token, text, askedAt => _time.GetElapsedTime(askedAt, arrived) < maxAge, seen is null ? "first" : "again", out var start);
        Go(state, flight, start);

        var answer = await WaitForAnswerAsync(flight, cancellationToken);
        var now = _time.GetTimestamp();
        _metrics.Waited(Scheme, _time.GetElapsedTime(arrived, now));
        if (answer is null)
        {
            return Undecided(state, token, maxAge, mayBeStale, _backoff.Wait);
        }

        // The wait may have been long.
        if (ExpiryRule.IsOver(token.ExpiresAt.ToUnixTimeSeconds(), _time.GetUtcNow(), _settings.ClockSkew))
        {
            return IntrospectionResult.Rejected(TokenRejection.Expired);
        }

        if (answer.Rejection is { } rejection)
        {
            return IntrospectionResult.Rejected(rejection);
        }

        _metrics.Used(Scheme, _time.GetElapsedTime(answer.AskedAt, now));
        return IntrospectionResult.Active(answer.ClaimsOf(token));
    }

    private void Go(IntrospectedToken state, IntrospectionRequest flight, bool start)
    {
        if (start)
        {
            Start(state, flight);
        }
        else if (flight.Ended.IsCompleted)
        {
            _backoff.Leave();
        }
    }

    private async ValueTask<IntrospectionAnswer?> WaitForAnswerAsync(IntrospectionRequest flight, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await flight.Ended.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private IntrospectionResult Undecided(IntrospectedToken state, AccessToken token, TimeSpan maxAge, bool mayBeStale, TimeSpan retryAfter)
    {
        if (mayBeStale && _settings.AllowStaleFor > TimeSpan.Zero && state.Answer is { Rejection: null } last && _time.GetUtcNow() < token.ExpiresAt)
        {
            var age = _time.GetElapsedTime(last.AskedAt);
            if (age < maxAge + _settings.AllowStaleFor)
            {
                _metrics.Stale(Scheme);
                _reports.Stale(age);
                return IntrospectionResult.Active(last.ClaimsOf(token));
            }
        }

        return IntrospectionResult.Undecided(retryAfter);
    }

    // Unsafe: without the request's execution context, so that the question is no part of that request's trace.
    private void Start(IntrospectedToken state, IntrospectionRequest flight)
    {
        Interlocked.Increment(ref _inFlight);
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => _ = work.Introspector.RunAsync(work.State, work.Flight), (Introspector: this, State: state, Flight: flight), preferLocal: false);
    }

    private async Task RunAsync(IntrospectedToken state, IntrospectionRequest flight)
    {
        IntrospectionVerdict verdict;
        try
        {
            verdict = await AskInTurnAsync(state, flight);
        }
        catch (Exception error)
        {
            // Disposed, or a defect of ours: whatever it is, those who wait are answered.
            verdict = IntrospectionVerdict.Failed(RealmFailure.Unexpected(_settings.Realm.MetadataAddress, error));
        }

        var answer = Take(verdict, state, flight);
        var next = state.Land(answer, out var grown);
        _tokens.Grew(grown);
        flight.End(answer);
        if (next is not null)
        {
            Start(state, next);
        }

        Interlocked.Decrement(ref _inFlight);
    }

    private async Task<IntrospectionVerdict> AskInTurnAsync(IntrospectedToken state, IntrospectionRequest flight)
    {
        using var timeout = new CancellationTokenSource(_settings.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_disposing.Token, timeout.Token);
        try
        {
            await _turns.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return IntrospectionVerdict.Failed(IntrospectionFailures.Busy(_settings.MaximumInFlight));
        }

        var keycloakAnswers = false;
        try
        {
            // After a failure the first question is one that no token can spoil: whether Keycloak answers at all.
            if (_backoff.IsFailing || state.FailedAlone)
            {
                if (await ProbeAsync(either.Token) is { } still)
                {
                    return IntrospectionVerdict.Failed(still);
                }

                keycloakAnswers = true;
                _backoff.Succeeded();
            }

            flight.AskedAt = _time.GetTimestamp();
            _metrics.Asked(Scheme, flight.Reason);
            var verdict = await _endpoint.AskAsync(flight.Token, flight.Text, either.Token);
            if (verdict.Failure is not { } failure || verdict.ConcernsTokenOnly)
            {
                return verdict;
            }

            // Who asks to be left alone is not asked again at once.
            keycloakAnswers = keycloakAnswers || (failure.RetryAfter is null && await ProbeAsync(either.Token) is null);
            return keycloakAnswers ? IntrospectionVerdict.FailedForToken(IntrospectionFailures.OfOneToken(failure)) : verdict;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            var failure = RealmFailure.Timeout(_keys.Discovery?.IntrospectionAddress ?? _settings.Realm.MetadataAddress, _settings.Timeout);
            return keycloakAnswers ? IntrospectionVerdict.FailedForToken(IntrospectionFailures.OfOneToken(failure)) : IntrospectionVerdict.Failed(failure);
        }
        finally
        {
            _turns.Release();
        }
    }

    private Task<RealmFailure?> ProbeAsync(CancellationToken cancellationToken)
    {
        _metrics.Asked(Scheme, "probe");
        return _endpoint.TryAsync(cancellationToken);
    }

    /// <summary>What follows from a verdict for everybody, and what is to be remembered of it for this token; null: nothing.</summary>
    private IntrospectionAnswer? Take(IntrospectionVerdict verdict, IntrospectedToken state, IntrospectionRequest flight)
    {
        var now = _time.GetTimestamp();
        var askedAt = flight.AskedAt < 0 ? now : flight.AskedAt;
        _metrics.Answered(
            Scheme,
            verdict.Failure is { } why ? $"failed_{why.Code}" : verdict.IsActive ? "active" : verdict.Rejection!.Code == TokenRejection.Inactive.Code ? "inactive" : "refused",
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

            state.UnanswerableUntil = now + Ticks(Unanswerable);
        }

        _backoff.Succeeded();
        if (verdict.Failure is not null)
        {
            return null;
        }

        _reports.Succeeded();
        var rejectedUntil = verdict.Rejection is null ? 0 : now + Ticks(RejectedFor(state));
        return new IntrospectionAnswer(askedAt, verdict.Claims, verdict.Marks, verdict.Rejection, rejectedUntil, EndOf(flight.Token, askedAt, now));
    }

    /// <summary>When an answer to a question of then ends with its token; an "active" from after that, within the skew, holds for a moment only.</summary>
    private long EndOf(AccessToken token, long askedAt, long now)
    {
        var left = token.ExpiresAt - (_time.GetUtcNow() - _time.GetElapsedTime(askedAt, now));
        return left > Longest ? long.MaxValue : askedAt + Ticks(left > TimeSpan.Zero ? left : PastTheEnd);
    }

    /// <summary>A refused token is asked about again, for its user may be enabled again; each time later, so that it does not pay to go on sending it.</summary>
    private TimeSpan RejectedFor(IntrospectedToken state)
    {
        var first = _settings.Freshness > LeastRejected ? _settings.Freshness : LeastRejected;
        var longer = first * Math.Pow(2, Math.Min(state.Rejections, 10));
        return longer < MostRejected ? longer : first > MostRejected ? first : MostRejected;
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);
}
