using System.Net.Http.Headers;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Realms;

/// <summary>
/// Reads the realm's discovery document and its keys over HTTP, with limits on size and time and without following redirects.
/// </summary>
/// <remarks>
/// The discovery document is read first, after a failure, and once an hour. Otherwise a refresh is one request for the keys. Not
/// thread-safe: one refresh runs at a time.
/// </remarks>
internal sealed class RealmDocuments(RealmSettings settings, IHttpClientFactory httpClients, TimeProvider time)
{
    /// <summary>The maximum size of a document in bytes. Keycloak's documents have about 8 KiB.</summary>
    public const int MaximumSize = 1024 * 1024;

    /// <summary>How long a discovery document is used before it is read again.</summary>
    public static readonly TimeSpan DiscoveryLifetime = TimeSpan.FromHours(1);

    private DiscoveryDocument? _discovery;
    private long _discovered;
    private volatile DiscoveryDocument? _latest;

    /// <summary>
    /// The discovery document that was read last, however old; <see langword="null"/> before the first. Thread-safe.
    /// </summary>
    public DiscoveryDocument? Latest => _latest;

    /// <summary>Creates the primary handler of the back-channel client, which follows no redirects and stores no cookies.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>Reads the keys, and before them the discovery document if it is due. Throws only if canceled.</summary>
    public async Task<RealmAnswer<KeySet>> ReadKeysAsync(CancellationToken cancellationToken)
    {
        if (!(await DiscoverAsync(cancellationToken)).Succeeded(out var discovery, out var failure))
        {
            return failure;
        }

        // Restored below on success: after any failure the next refresh starts with the discovery document.
        _discovery = null;

        if (!(await GetAsync(discovery.KeysAddress, cancellationToken)).Succeeded(out var body, out failure))
        {
            return failure.FromDiscoveryAt(settings.MetadataAddress, discovery.KeysAddress);
        }

        if (!JsonWebKeySet.Read(body, discovery.KeysAddress).Succeeded(out var keys, out failure))
        {
            return failure;
        }

        _discovery = discovery;
        _latest = discovery;

        return keys;
    }

    private async Task<RealmAnswer<DiscoveryDocument>> DiscoverAsync(CancellationToken cancellationToken)
    {
        if (_discovery is { } known && time.GetElapsedTime(_discovered) < DiscoveryLifetime)
        {
            return known;
        }

        _discovered = time.GetTimestamp();

        return (await GetAsync(settings.MetadataAddress, cancellationToken)).Succeeded(out var body, out var failure)
            ? DiscoveryDocument.Read(body, settings)
            : failure;
    }

    private async Task<RealmAnswer<byte[]>> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        if (settings.LacksHttps(address))
        {
            return RealmFailure.NoHttps(address);
        }

        using var timeout = new CancellationTokenSource(settings.BackchannelTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);

        try
        {
            return await GetWithinAsync(address, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Either our timeout, or the timeout of the HttpClient if the application has set a shorter one.
            return RealmFailure.Timeout(address, settings.BackchannelTimeout);
        }
        catch (HttpRequestException error)
        {
            return RealmFailure.Unreachable(address, error);
        }
        catch (IOException error)
        {
            return RealmFailure.Interrupted(address, error);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A handler that the application added may throw any exception.
            return RealmFailure.Unexpected(address, error);
        }
    }

    private async Task<RealmAnswer<byte[]>> GetWithinAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = httpClients.CreateClient(settings.HttpClientName);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

        // The second condition detects redirects that a handler of the application has followed.
        if ((int)response.StatusCode is >= 300 and < 400 || (response.RequestMessage?.RequestUri is { } answered && answered != address))
        {
            return RealmFailure.Redirect(address, Uri.TryCreate(address, response.Headers.Location, out var target) ? target : null);
        }

        if (!response.IsSuccessStatusCode)
        {
            return RealmFailure.Status(address, response.StatusCode);
        }

        if (response.Content.Headers.ContentLength > MaximumSize)
        {
            return RealmFailure.TooLarge(address, MaximumSize);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);

        return await ReadAsync(stream, cancellationToken) is { } body ? body : RealmFailure.TooLarge(address, MaximumSize);
    }

    /// <summary>Reads the whole stream; <see langword="null"/> if it exceeds <see cref="MaximumSize"/>.</summary>
    private static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        var length = 0;

        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);

            if (read == 0)
            {
                return buffer[..length];
            }

            length += read;

            if (length > MaximumSize)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(2 * length, MaximumSize + 1));
            }
        }
    }
}
