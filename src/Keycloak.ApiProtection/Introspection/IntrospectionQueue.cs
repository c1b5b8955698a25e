using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>
/// Sends introspection requests to Keycloak, a limited number at the same time, and records their results: in the token's state, in the
/// backoff, in the metrics and in the log.
/// </summary>
internal sealed class IntrospectionQueue : IDisposable
{
    /// <summary>Keycloak counts in whole seconds, so that it may accept a token for up to one second longer.</summary>
    private static readonly TimeSpan ValidityAfterExpiry = TimeSpan.FromSeconds(1);

    /// <summary>A longer lifetime is treated as unlimited.</summary>
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(3650);

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

    public IntrospectionQueue(
        IntrospectionSettings settings,
        IntrospectionEndpoint endpoint,
        RealmKeys keys,
        TimeProvider time,
        IntrospectionMetrics metrics,
        IntrospectionReports reports,
        IntrospectionBackoff backoff,
        IntrospectedTokens tokens)
    {
        _settings = settings;
        _keys = keys;
        _time = time;
        _metrics = metrics;
        _reports = reports;
        _backoff = backoff;
        _tokens = tokens;
        _endpoint = endpoint;
        _slots = new SemaphoreSlim(settings.MaximumInFlight);
    }

    /// <summary>The number of introspection requests that are in progress or wait for a free slot.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    private string Scheme => _settings.Realm.SchemeName;

    /// <summary>Sends the request in the background. When it has ended, its waiters have an answer, or null.</summary>
    public void Start(IntrospectedToken state, IntrospectionRequest request)
    {
        Interlocked.Increment(ref _inFlight);

        // Unsafe: without the HTTP request's execution context, so that the introspection is not part of that request's trace.
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => _ = work.Queue.RunAsync(work.State, work.Request),
            (Queue: this, State: state, Request: request),
            preferLocal: false);
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

    /// <summary>Cancels all introspection requests.</summary>
    public void Dispose() => _disposing.Cancel();

    private async Task RunAsync(IntrospectedToken state, IntrospectionRequest request)
    {
        RealmAnswer<IntrospectionAnswer> result;
        try
        {
            result = await SendInSlotAsync(state, request);
        }
        catch (Exception error)
        {
            // Disposed, or a defect in this library. In any case complete the request, so that no waiter hangs.
            result = RealmFailure.Unexpected(_settings.Realm.MetadataAddress, error);
        }

        var answer = Record(result, state, request);
        var next = state.Complete(answer, out var grown);
        _tokens.Grew(grown);
        request.Complete(answer);
        if (next is not null)
        {
            Start(state, next);
        }

        Interlocked.Decrement(ref _inFlight);
    }

    private async Task<RealmAnswer<IntrospectionAnswer>> SendInSlotAsync(IntrospectedToken state, IntrospectionRequest request)
    {
        using var timeout = new CancellationTokenSource(_settings.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_disposing.Token, timeout.Token);
        try
        {
            await _slots.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return IntrospectionFailures.Busy(_settings.MaximumInFlight);
        }

        var keycloakResponds = false;
        try
        {
            // After a failure, first send a probe whose result does not depend on a token.
            if (_backoff.IsFailing || state.FailedAlone)
            {
                if (await ProbeAsync(either.Token) is { } still)
                {
                    return still;
                }

                keycloakResponds = true;
                _backoff.Succeeded();
            }

            request.AskedAt = _time.GetTimestamp();
            _metrics.Asked(Scheme, request.Reason);
            var result = await _endpoint.AskAsync(request.Token, request.Text, either.Token);
            if (result.Succeeded(out _, out var failure) || failure.ConcernsOneToken)
            {
                return result;
            }

            // Do not send a probe if the response has a Retry-After.
            keycloakResponds = keycloakResponds || (failure.RetryAfter is null && await ProbeAsync(either.Token) is null);
            return keycloakResponds ? IntrospectionFailures.OfOneToken(failure) : failure;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            var failure = RealmFailure.Timeout(_keys.Discovery?.IntrospectionAddress ?? _settings.Realm.MetadataAddress, _settings.Timeout);
            return keycloakResponds ? IntrospectionFailures.OfOneToken(failure) : failure;
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

    /// <summary>Records a result in metrics, log and backoff. Returns the response to cache for this token, or null.</summary>
    private IntrospectionAnswer? Record(RealmAnswer<IntrospectionAnswer> result, IntrospectedToken state, IntrospectionRequest request)
    {
        var now = _time.GetTimestamp();
        var askedAt = request.AskedAt < 0 ? now : request.AskedAt;
        var kind = !result.Succeeded(out var answer, out var failure) ? $"failed_{failure.Code}"
            : answer.Rejection is not { } rejection ? "active"
            : rejection.Code == TokenRejection.Inactive.Code ? "inactive" : "refused";
        _metrics.Answered(Scheme, kind, _time.GetElapsedTime(askedAt, now));
        state.FailedAlone = failure is { Code: var code } && (code == IntrospectionFailures.OneToken || state.FailedAlone);
        if (answer is null)
        {
            RecordFailure(failure!, state, now);
            return null;
        }

        _backoff.Succeeded();
        _reports.Succeeded();
        return answer with
        {
            AskedAt = askedAt,
            RejectedUntil = answer.Rejection is null ? 0 : now + Ticks(RejectedFor(state)),
            GoodUntil = EndOf(request.Token, askedAt, now),
        };
    }

    private void RecordFailure(RealmFailure failure, IntrospectedToken state, long now)
    {
        _reports.Failed(failure);
        if (failure.ConcernsOneToken)
        {
            state.UnanswerableUntil = now + Ticks(TokenFailurePause);
            _backoff.Succeeded();
        }
        else
        {
            _backoff.Failed(failure.RetryAfter);
        }
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
