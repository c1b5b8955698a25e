using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.Tests.Introspection;

/// <summary>
/// The connection to the realm. It counts and holds introspection requests, replaces their responses, and forwards everything else.
/// </summary>
internal sealed class QuestionLine(HttpMessageHandler realm) : DelegatingHandler(realm)
{
    private readonly SemaphoreSlim _arrivals = new(0);
    private readonly SemaphoreSlim _probeArrivals = new(0);
    private volatile TaskCompletionSource? _held;
    private volatile TaskCompletionSource? _heldProbes;
    private volatile bool _isStubborn;
    private int _questions;
    private int _probes;
    private int _atOnce;
    private int _mostAtOnce;

    /// <summary>The number of introspection requests for tokens that arrived, without the startup check.</summary>
    public int Questions => Volatile.Read(ref _questions);

    /// <summary>
    /// The number of introspection requests that arrived without a token to check: the startup check, and the probes of whether Keycloak
    /// responds at all.
    /// </summary>
    public int Probes => Volatile.Read(ref _probes);

    /// <summary>The highest number of concurrent introspection requests.</summary>
    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    /// <summary>Responds instead of the realm, unless it returns null.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Instead { get; set; }

    /// <summary>The form of the last introspection request.</summary>
    public Dictionary<string, StringValues> LastForm { get; private set; } = [];

    /// <summary>Whether the current request is about a token. Reliable only when requests are sequential.</summary>
    public bool IsQuestion { get; private set; }

    /// <summary>The Authorization header of the last introspection request.</summary>
    public string? LastAuthorization { get; private set; }

    /// <summary>
    /// Holds introspection requests until <see cref="Release"/> or, unless <paramref name="stubbornly"/> is set, until the caller cancels.
    /// </summary>
    public void Hold(bool stubbornly = false)
    {
        _isStubborn = stubbornly;
        _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Holds the next probes until <see cref="ReleaseProbes"/>.</summary>
    public void HoldProbes() => _heldProbes = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ReleaseProbes()
    {
        var held = _heldProbes;
        _heldProbes = null;
        held?.SetResult();
    }

    public async Task ProbeArrivedAsync(int probes)
    {
        while (Probes < probes)
        {
            Assert.True(
                await _probeArrivals.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken),
                $"Only {Probes} of {probes} probes arrived within a minute.");
        }
    }

    public void Release()
    {
        var held = _held;
        _held = null;
        held?.SetResult();
    }

    public async Task ArrivedAsync(int questions)
    {
        while (Questions < questions)
        {
            Assert.True(
                await _arrivals.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken),
                $"Only {Questions} of {questions} introspection requests arrived within a minute.");
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.RequestUri!.AbsolutePath.EndsWith("/token/introspect", StringComparison.Ordinal))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var form = QueryHelpers.ParseQuery(await request.Content!.ReadAsStringAsync(cancellationToken));
        if (form["token"] == "no-token")
        {
            Interlocked.Increment(ref _probes);
            IsQuestion = false;
            _probeArrivals.Release();
            if (_heldProbes is { } heldProbes)
            {
                await heldProbes.Task.WaitAsync(cancellationToken);
            }

            return Instead?.Invoke(request) ?? await base.SendAsync(request, cancellationToken);
        }

        IsQuestion = true;
        (LastForm, LastAuthorization) = (form, request.Headers.Authorization?.ToString());
        var atOnce = Interlocked.Increment(ref _atOnce);
        for (var most = MostAtOnce; atOnce > most && Interlocked.CompareExchange(ref _mostAtOnce, atOnce, most) != most; most = MostAtOnce)
        {
        }

        Interlocked.Increment(ref _questions);
        try
        {
            _arrivals.Release();
            if (_held is { } held)
            {
                await held.Task.WaitAsync(_isStubborn ? TestContext.Current.CancellationToken : cancellationToken);
            }

            return Instead?.Invoke(request) ?? await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }
}
