#pragma warning disable CA1822 // The signatures come first, so that the verifier can be written against them; the state follows.
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Realms;

/// <summary>The signing keys of one realm: always at hand, read again when due, never asked for more often than the laws allow.</summary>
internal sealed class RealmKeys : IDisposable
{
    private readonly RealmSettings _settings;
    private readonly IHttpClientFactory _httpClients;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public RealmKeys(RealmSettings settings, IHttpClientFactory httpClients, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _httpClients = httpClients;
        _time = time;
        _logger = logger;
    }

    /// <summary>Keys that the realm lists and that cannot be used, with the reason.</summary>
    public IReadOnlyList<UnusableKey> Unusable => [];

    /// <summary>Why the last reading failed; <see langword="null"/> after a good one.</summary>
    public RealmFailure? Failure => null;

    /// <summary>Reads the keys in the background, and again until it succeeds. Returns at once.</summary>
    public void Prefetch() => _ = (_settings, _httpClients, _time, _logger);

    /// <summary>Finds a key that may be used right now. No lock, no allocation, no wait; starts a background refresh when one is due.</summary>
    /// <returns>False where <see cref="FindAsync"/> must be asked: the key is not there, or the keys are too old to be used unasked.</returns>
    public bool TryFind(ReadOnlySpan<byte> kid, [NotNullWhen(true)] out SigningKey? key)
    {
        key = null;

        return false;
    }

    /// <summary>
    /// Whether what was verified with this key still counts: for caches, on every hit. As cheap as <see cref="TryFind"/>, and like it the
    /// spark for a background refresh: an API that answers from its cache alone would otherwise never learn of a removed key.
    /// </summary>
    /// <returns>False where the key must be looked up again.</returns>
    public bool StillServes(SigningKey key) => !key.Retired;

    /// <summary>Finds a key after <see cref="TryFind"/> has said no, with at most one refresh, shared by all who wait.</summary>
    /// <param name="kid">The key's name.</param>
    /// <param name="tokenIssuedAt">The token's <c>iat</c>, <see cref="DateTimeOffset.MaxValue"/> where it has none: whether the keys we hold are younger.</param>
    /// <param name="cancellationToken">Ends this wait, never the refresh that others wait for.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<KeySearch> FindAsync(string kid, DateTimeOffset tokenIssuedAt, CancellationToken cancellationToken) =>
        ValueTask.FromResult(KeySearch.Unavailable(TimeSpan.FromSeconds(1)));

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
